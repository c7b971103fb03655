"""What anybody with a pass's QR may see: the event, the days, the party, and whether it is valid.

No name, no phone and no code: whoever finds, photographs or is sent a QR must not learn whose it is, and
the code, which can be typed at a gate, would outlive the QR on every screen that the page is opened on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.checkins import entry_rule_changes
from bot.domain.checkins.entry_rule_changes import EntryRule
from bot.domain.checkins.usage import PassTerms
from bot.domain.events import scan_context
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from bot.domain.models.base import MAX_ID
from bot.domain.passes import tokens
from bot.errors import Refused
from flows import shapes
from flows.text import event_states

VALID, ANOTHER_DAY, OVER = "valid", "another_day", "over"
REPLACED, REVOKED, EVENT_CANCELLED, DAY_CLOSED = "replaced", "revoked", "event_cancelled", "day_closed"
USED_UP = "used_up"
STATES = (REPLACED, REVOKED, EVENT_CANCELLED, DAY_CLOSED, USED_UP, VALID, ANOTHER_DAY, OVER)
"""The first that holds is the pass's, in the order of the check-in results (docs/contract.md#check-in-results)."""


@dataclass(frozen=True, slots=True)
class PublicPassStatus:
    """A pass without anything personal."""

    state: str
    """One of STATES: `valid` is for today, `another_day` for one to come, `over` for past ones only, `day_closed`
    where every day that is still to come does not take place, `used_up` where nobody of the party is left to enter on
    the day for which it would be valid."""
    event: shapes.Event
    dates: tuple[date, ...]
    """The days on which it is good, the first first."""
    party_size: int


def public_status(db: Session, ring: KeyRing, text: str, now: datetime) -> PublicPassStatus:
    """The pass of a token as scanned or typed. Of its use it says whether anybody is left to enter, and no more.

    Raises Invalid `unreadable` or `forged`, Refused `no_such_pass` for a genuine token of no pass.
    """
    token = tokens.decode(text, ring)
    found = db.get(Pass, token.pass_id) if token.pass_id <= MAX_ID else None
    if found is None or found.event_id != token.event:
        raise Refused("no_such_pass")
    return status_of(db, found, now)


def status_of(db: Session, found: Pass, now: datetime) -> PublicPassStatus:
    """How a pass stands."""
    event, dates = events.shape(found.event), tokens.token_of(found).dates
    days = [_day(events.days(db, event.slug), day) for day in dates]
    state = _state(found.status, event, days, now)
    if state in (VALID, ANOTHER_DAY) and not _people_left(db, found, dates, now):
        state = USED_UP
    return PublicPassStatus(state, event, dates, found.party_size)


def _people_left(db: Session, found: Pass, dates: tuple[date, ...], now: datetime) -> int:
    """How many of the party may still enter, on the day in progress, by the rule that is in force now."""
    place = scan_context.load(db, found.event.slug, None, now)
    terms = PassTerms(found.id, found.party_size, found.kind.policy or found.event.policy)
    use = entry_rule_changes.usage_now(db, found.id, EntryRule(terms.policy, dates, place.spans))
    period = terms.period(place.day)
    return terms.left(use.entered[period], use.gone[period])


def _day(known: Sequence[shapes.EventDay], day: date) -> shapes.EventDay:
    """The event's day; one without hours of its own where the event has been moved away from it."""
    return next(
        (event_day for event_day in known if event_day.day == day), shapes.EventDay(day, None, False, None, None)
    )


def _state(status: str, event: shapes.Event, days: Sequence[shapes.EventDay], now: datetime) -> str:
    if status != VALID:
        return status
    if event.status == event_states.CANCELLED:
        return EVENT_CANCELLED
    left = event_states.to_come(event, days, now)
    if not left:
        return OVER
    left = tuple(day for day in left if not day.closed)
    if not left:
        return DAY_CLOSED
    return VALID if left[0].day <= event_states.local_today(event, now) else ANOTHER_DAY
