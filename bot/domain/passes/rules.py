"""The rules for issuing and changing a pass; each refuses by its code."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, ScalarSelect, bindparam, select
from sqlalchemy.orm import Session

from bot.domain.models import Event, Kind, Pass, PassUse
from bot.errors import Refused
from flows import shapes
from flows.text import event_states
from flows.understanding import codes


def check_event(
    event: shapes.Registering, days: Sequence[shapes.EventDay], now: datetime, *, before_opening: bool = False
) -> str:
    """The event's state: `open`, `full`, and `before_opening` also `not_yet_open` and `closed`.

    Raises Refused for any other: `event_not_yet_open` (`moment`), `event_closed`, `event_over`, `event_cancelled`.
    """
    state = event_states.state_of(event, days, now)
    unopened = (event_states.NOT_YET_OPEN, event_states.CLOSED) if before_opening else ()
    if state not in (event_states.OPEN, event_states.FULL, *unopened):
        opens = event.registration_opens_at
        raise Refused(f"event_{state}", event=event.name, moment=opens and event_states.local_now(event, opens))
    return state


def check_days(
    event: shapes.Registering, days: Sequence[shapes.EventDay], days_wanted: Sequence[date], now: datetime
) -> None:
    """Refuse a pass whose days are all `day_over` or `day_closed`; whether places are left, only taking them tells."""
    states = [event_states.day_state(event, days, day, now) for day in days_wanted]
    if all(state in (event_states.OVER, event_states.CLOSED) for state in states):
        raise Refused(f"day_{states[-1]}", day=days_wanted[-1])


def check_party(kind: Kind, event: Event, party_size: int) -> None:
    """Refuse `party_too_large` with the `most` that one pass of this kind takes."""
    check_most(party_size, kind.max_party or event.max_party)


def check_most(party_size: int, most: int) -> None:
    """Refuse `party_too_large` where a party is none or more than `most`."""
    if not 1 <= party_size <= most:
        raise Refused("party_too_large", most=most)


def held(kind_id: ColumnElement[int]) -> ScalarSelect[str]:
    """The code of a valid pass of this kind that the person `holder_id` holds for the `day`, for other statements."""
    mine = select(Pass.code).where(Pass.holder_id == bindparam("holder_id"), Pass.kind_id == kind_id)
    mine = mine.where(Pass.day == bindparam("day"), Pass.status == Pass.VALID)
    return mine.order_by(Pass.id).limit(1).scalar_subquery()


_HELD = select(held(bindparam("kind_id", type_=Integer)))


def refuse_second(db: Session, *, holder_id: int, kind: Kind, day: date) -> None:
    """Refuse `already_registered` where the person holds a valid pass of this kind for the day.

    The unique index says the same to whoever comes at the same moment.
    """
    refuse_held(db.scalar(_HELD, {"holder_id": holder_id, "kind_id": kind.id, "day": day}), day)


def refuse_held(code: str | None, day: date) -> None:
    """Refuse `already_registered` where there is a pass for the day; `code` is its own, without the hyphen."""
    if code:
        raise Refused("already_registered", code=codes.shown(code), day=day)


def refuse_used(db: Session, pass_id: int) -> None:
    """Refuse `pass_used` where somebody has entered with the pass: a new one would let the party in twice.

    Whoever asks has ended the pass in the same transaction. A scan holds the pass's row while it is judged
    (bot.domain.checkins.rules.identify): so either it has found the pass ended, or its entry is seen here.
    """
    if is_used(db, pass_id):
        raise Refused("pass_used")


def is_used(db: Session, pass_id: int) -> bool:
    """Whether anybody has entered with the pass, and not been taken back."""
    used = select(PassUse.id).where(PassUse.pass_id == pass_id, PassUse.entered > 0)
    return db.scalar(used.limit(1)) is not None
