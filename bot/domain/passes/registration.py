"""Registers somebody and issues their pass.

Every statement is built once and loads no objects: the last message of each visitor pays for them. The places of
somebody new are taken last of all, for a day's row is what everybody who registers for the day waits for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, insert, select
from sqlalchemy.orm import Session

from bot.domain import pass_days, people
from bot.domain.events import places
from bot.domain.events import rows as event_rows
from bot.domain.events import shapes as event_shapes
from bot.domain.json_rows import DIALECTS, as_json
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, EventDay, Kind, Pass, Registration, table
from bot.domain.passes import rows as pass_rows
from bot.domain.passes import rules as pass_rules
from bot.domain.passes.rows import Issued
from bot.domain.people import name_index
from bot.errors import Refused
from flows.shapes import VisitWish
from flows.text import event_states

TRIAL = "trial"
"""The channel of a pass that an admin registers for themselves to try it: before registration is open too."""


class _Judged(NamedTuple):
    """What a wish is judged by."""

    names: Mapping[str, str]
    timezone: str
    opens: time | None
    closes: time | None
    status: str
    registration_opens_at: datetime | None
    max_party: int
    consent_version: int
    kind_id: int
    days: list[str] | None
    """The kind's own."""
    most: int | None
    held: str | None
    """The code of a valid pass for the same day."""
    event_days: Sequence[Sequence[Any]] | None
    in_english: str

    @property
    def name(self) -> Mapping[str, str]:
        """The event's, by language."""
        return {"en": self.in_english, **self.names}


_EVENTS, _KINDS, _REGISTRATIONS = table(Event), table(Kind), table(Registration)
_GIVEN = (
    *("holder_id", "asked_by_id", "full_name", "answers", "language", "channel", "consent_version", "consent_text"),
    *("consented_at", "created_at"),
)
_INSERT = (
    insert(_REGISTRATIONS)
    .from_select(
        ["event_id", *_GIVEN],
        select(
            _EVENTS.c.id, *(bindparam(name, type_=_REGISTRATIONS.c[name].type).label(name) for name in _GIVEN)
        ).where(_EVENTS.c.slug == bindparam("slug")),
    )
    .returning(_REGISTRATIONS.c.id, _REGISTRATIONS.c.event_id)
)
"""Inserts the registration. Its row holds the event from here on, so that what is judged after it stays true."""
_DAYS = event_shapes.days_columns().where(EventDay.event_id == bindparam("event_id"))
_JUDGED = {
    dialect: select(
        *(_EVENTS.c[name] for name in ("names", "timezone", "opens", "closes", "status", "registration_opens_at")),
        *(_EVENTS.c[name] for name in ("max_party", "consent_version")),
        *(_KINDS.c.id, _KINDS.c.days, _KINDS.c.max_party),
        pass_rules.held(_KINDS.c.id),
        as_json(_DAYS, dialect),
        _EVENTS.c.name,
    )
    .join_from(_EVENTS, _KINDS, and_(_KINDS.c.event_id == _EVENTS.c.id, _KINDS.c.number == 0))
    .where(_EVENTS.c.id == bindparam("event_id"))
    for dialect in DIALECTS
}


def register(
    db: Session,
    ring: KeyRing,
    *,
    asked_by: Contact,
    phone: str | None,
    channel: str,
    now: datetime,
    **wish: Any,
) -> Pass:
    """Register somebody for a day and issue the pass; all of it or nothing.

    `phone` is that of somebody else who is to hold the pass, proved to agree; None: the one who asked. `wish` as
    VisitWish has it. Raises Refused as `add` does.
    """
    with db.begin_nested():
        holder = people.find_or_make(db, phone=phone, now=now) if phone else asked_by
        db.flush()
        asker, wished = asked_by.id, VisitWish(**wish)
        issued = add(db, ring, wished, channel=channel, holder_id=holder.id, asked_by_id=asker, now=now)
        asked_by.language = asked_by.language or wish["language"]
    return db.get_one(Pass, issued.id)


def add(
    db: Session,
    ring: KeyRing,
    wish: VisitWish,
    *,
    channel: str,
    holder_id: int,
    asked_by_id: int,
    now: datetime,
    later: list[Callable[[], None]] | None = None,
    has_places: bool = False,
) -> Issued:
    """The registration with its pass and its places; the caller rolls back where anything is refused.

    `later` may be given where this transaction has made the holder, who can have no other pass then: what takes the
    places is put there, for the caller to run last of all. For anybody else days are locked before passes, as
    everywhere (bot.domain.passes), or two who act on one person's passes would wait for each other.

    `has_places`: the caller has taken the places already (bot.domain.waiting_list.offers.claim).

    Raises Refused: `no_such_event`, `event_not_yet_open`, `event_closed`, `event_full`, `event_over`,
    `event_cancelled`, `already_registered` (with `code` as shown and `day`), `party_too_large` (`most`), `day_over`,
    `day_closed`, `consent_changed`; taking the places too `day_full` (`left`), `too_few_left` (`left`).
    """
    registration_id, event_id = _insert(db, wish, channel, holder_id, asked_by_id, now)
    judged = _judge(db, wish, channel, event_id, holder_id, now, has_places=has_places)
    name_index.add_name(db, event_id, registration_id, wish.full_name)
    days, today = pass_days.days_of_kind(judged, wish.visit_date), event_states.local_today(judged, now)
    take_places = partial(places.take_each, db, event_id, days, wish.party_size, today=today)
    if later is not None and not has_places:
        later.append(take_places)
    elif not has_places:
        take_places()
    return pass_rows.add(
        db,
        ring,
        registration_id=registration_id,
        event_id=event_id,
        kind_id=judged.kind_id,
        holder_id=holder_id,
        day=days[0],
        party_size=wish.party_size,
        now=now,
    )


def _insert(
    db: Session, wish: VisitWish, channel: str, holder_id: int, asked_by_id: int, now: datetime
) -> tuple[int, int]:
    row = {
        "slug": wish.event,
        "holder_id": holder_id,
        "asked_by_id": asked_by_id,
        "full_name": wish.full_name,
        "answers": dict(wish.answers),
        "language": wish.language,
        "channel": channel,
        "consent_version": wish.consent_version,
        "consent_text": wish.consent_text,
        "consented_at": now,
        "created_at": now,
    }
    made = db.connection().execute(_INSERT, row).first()
    if made is None:
        event_rows.get_event(db, wish.event, lock=False)  # refuses, with the nearest
        raise Refused("no_such_event", slug=wish.event, nearest="")
    return made.id, made.event_id


def _judge(
    db: Session, wish: VisitWish, channel: str, event_id: int, holder_id: int, now: datetime, *, has_places: bool
) -> _Judged:
    """The rules in the order in which they are told; places are taken later, and checked again there."""
    connection = db.connection()
    asked = {"event_id": event_id, "holder_id": holder_id, "day": wish.visit_date}
    judged = _Judged._make(connection.execute(_JUDGED[connection.dialect.name], asked).one())
    days = event_shapes.days_of(judged.event_days or ()).get(wish.event, ())
    state = pass_rules.check_event(judged, days, now, before_opening=channel == TRIAL)
    pass_rules.refuse_held(judged.held, wish.visit_date)
    if state == event_states.FULL and not has_places:
        raise Refused("event_full")
    pass_rules.check_days(judged, days, pass_days.days_of_kind(judged, wish.visit_date), now)
    pass_rules.check_most(wish.party_size, judged.most or judged.max_party)
    if wish.consent_version != judged.consent_version:
        raise Refused("consent_changed")
    return judged
