"""Which pass a scan means, and what speaks against it before its use counts (docs/contract.md#check-in-results)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.checkins import entry_rule_changes, scan_input
from bot.domain.checkins.context import Place
from bot.domain.checkins.entry_rule_changes import Rule, Span
from bot.domain.checkins.usage import Terms
from bot.domain.keys import KeyRing
from bot.domain.models import Event, Kind, Pass, Registration
from bot.domain.passes import tokens
from bot.domain.passes.tokens import PassToken
from flows.shapes import Invalid
from flows.shapes.scans import (
    ENTRY_PAUSED,
    EVENT_CLOSED,
    REPLACED,
    REVOKED,
    UNKNOWN,
    WRONG_DAY,
    WRONG_EVENT,
    WRONG_GATE,
    SeenPass,
)
from flows.text.literal import inert
from flows.understanding import codes

LARGEST_ID = 2**31 - 1
"""The largest id that the column holds. A token has room for more, and PostgreSQL refuses to compare those."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The pass of a scan, with what the rules ask of it."""

    issued: Pass
    kind: Kind
    name: str
    days: tuple[date, ...]
    terms: Terms

    def seen(self) -> SeenPass:
        """What whoever admits may see."""
        return seen(self.issued, self.kind, self.name)


def seen(issued: Pass, kind: Kind, name: str) -> SeenPass:
    """What whoever admits may see of a pass; the name without any effect on what they read."""
    days = tokens.of(issued).dates
    return SeenPass(codes.shown(issued.code), inert(name), issued.party_size, days, kind.slug, kind.labels)


def identify(db: Session, ring: KeyRing, text: str, place: Place) -> tuple[Subject | None, str]:
    """The pass of a text; or None and why there is none: `unreadable`, `forged` or `unknown`.

    The pass's row is held until the transaction ends, shared with other scans: who changes or revokes the
    pass at this moment waits, and then sees what came of the scan. What went in and out with it before is booked
    by the rule that is in force now (see bot.domain.checkins.entry_rule_changes).
    """
    try:
        read = scan_input.read(text, ring)
    except Invalid as no:
        return None, no.code
    row = db.execute(_wanted(read, place.spans)).first()
    if row is None or (isinstance(read, PassToken) and row.Pass.event_id != read.event):
        return None, UNKNOWN
    terms = Terms(row.Pass.id, row.Pass.party_size, row.policy)
    subject = Subject(row.Pass, row.Kind, row.full_name, tokens.of(row.Pass).dates, terms)
    if row.is_strange and not is_elsewhere(subject, place):
        entry_rule_changes.book(db, row.Pass.id, Rule(row.policy, subject.days, place.spans))
    return subject, ""


def counted_as(db: Session, ring: KeyRing, subject: Subject, place: Place) -> Subject:
    """The pass to which an entry that has happened counts: the one that was issued for the same day in its place.

    Held as `identify` holds it. A pass that was changed to another day stays the one of its own day.
    """
    while subject.issued.replaced_by_id is not None:
        later = db.get_one(Pass, subject.issued.replaced_by_id)
        found, _ = identify(db, ring, later.code, place)
        if found is None or not _stands_in(found.issued, subject.issued):
            break
        subject = found
    return subject


def standing_in(db: Session, passes: Collection[int]) -> dict[int, int]:
    """By id, the passes that `counted_as` finds in the place of these. Passes without one are left out."""
    last: dict[int, int] = {}
    asked = {number: number for number in passes if number <= LARGEST_ID}
    while asked:
        later = aliased(Pass)
        joined = select(Pass.id, later.id.label("later")).join(later, later.id == Pass.replaced_by_id)
        same = (later.day == Pass.day, later.kind_id == Pass.kind_id)
        onward = {row.id: row.later for row in db.execute(joined.where(Pass.id.in_(asked.values()), *same))}
        asked = {first: onward[number] for first, number in asked.items() if number in onward}
        last |= asked
    return last


def _stands_in(later: Pass, earlier: Pass) -> bool:
    return (later.day, later.kind_id) == (earlier.day, earlier.kind_id)


def objection(subject: Subject, place: Place) -> str:
    """The first result that speaks against an entry; empty where none does."""
    return next((result for result, holds in _OBJECTIONS if holds(subject, place)), "")


def _wanted(read: str | PassToken, spans: Sequence[Span]) -> Select[Pass, Kind, str, str, bool]:
    policy = func.coalesce(Kind.policy, Event.policy)
    is_strange = entry_rule_changes.is_strange(policy, spans).label("is_strange")
    columns = select(Pass, Kind, Registration.full_name, policy.label("policy"), is_strange)
    joined = columns.join(Kind, Kind.id == Pass.kind_id).join(Registration, Registration.id == Pass.registration_id)
    joined = joined.join(Event, Event.id == Pass.event_id)
    if isinstance(read, PassToken):
        found = joined.where(Pass.id == (read.pass_id if read.pass_id <= LARGEST_ID else -1))
    else:
        found = joined.where(Pass.code == read)
    return found.with_for_update(of=Pass, read=True).execution_options(populate_existing=True)


def is_elsewhere(subject: Subject, place: Place) -> bool:
    """Whether the pass is another event's."""
    return subject.issued.event_id != place.event.id


def _enters_elsewhere(subject: Subject, place: Place) -> bool:
    gates = subject.kind.gates
    return gates is not None and (place.gate is None or place.gate.slug not in gates)


_OBJECTIONS: tuple[tuple[str, Callable[[Subject, Place], bool]], ...] = (
    (WRONG_EVENT, is_elsewhere),
    (REPLACED, lambda subject, place: subject.issued.status == "replaced"),
    (REVOKED, lambda subject, place: subject.issued.status == "revoked"),
    (WRONG_GATE, _enters_elsewhere),
    (EVENT_CLOSED, lambda subject, place: not place.is_open),
    (WRONG_DAY, lambda subject, place: place.day not in subject.days),
    (ENTRY_PAUSED, lambda subject, place: place.is_paused),
)
"""In the order in which they are told (docs/contract.md#check-in-results). All of them speak against coming in, none
but the first against going out: whoever is inside must be able to leave."""
