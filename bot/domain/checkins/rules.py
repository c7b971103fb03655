"""Which pass a scan means, and what speaks against it before its use counts (docs/contract.md#check-in-results)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Date, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from bot.database import prepared
from bot.domain import pass_days
from bot.domain.checkins import entry_rule_changes, scan_input
from bot.domain.checkins.entry_rule_changes import EntryRule, Span
from bot.domain.checkins.usage import PassTerms
from bot.domain.events.scan_context import ScanContext
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Event, Kind, Pass, Registration, table
from bot.domain.models.base import MAX_ID, UtcDateTime
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
from flows.text import access_needs
from flows.text.literal import escape
from flows.understanding import codes

_PASSES = table(Pass)
_KIND = slice(8, 12)
"""Where the columns of the kind stand in a row."""
SPAN = ("day", "start", "end")


class ScannedRow(NamedTuple):
    """What a scan asks of its pass."""

    id: int
    code: str
    event_id: int
    status: str
    party_size: int
    day: date
    kind_id: int
    replaced_by_id: int | None


class ScannedKind(NamedTuple):
    """What a scan asks of the pass's kind."""

    slug: str
    labels: dict[str, str]
    days: list[str] | None
    gates: list[str] | None


class Named(Protocol):
    """A kind of pass, as whoever admits may see it."""

    @property
    def slug(self) -> str:
        """Its name in addresses and lists."""

    @property
    def labels(self) -> Mapping[str, str]:
        """What people call it, by language."""

    @property
    def days(self) -> list[str] | None:
        """Its days; None: the one that was chosen."""


class Issued(Protocol):
    """A pass, as whoever admits may see it."""

    @property
    def code(self) -> str:
        """The eight characters."""

    @property
    def party_size(self) -> int:
        """People."""

    @property
    def day(self) -> date:
        """The one that was chosen."""


@dataclass(frozen=True, slots=True)
class ScannedPass:
    """The pass of a scan, with what the rules ask of it."""

    issued: ScannedRow
    kind: ScannedKind
    name: str
    need: str | None
    days: tuple[date, ...]
    terms: PassTerms
    is_answered: bool = False
    """Whether the scan_id that was asked about has been admitted or recorded before."""

    def to_view(self) -> SeenPass:
        """What whoever admits may see."""
        return pass_view(self.issued, self.kind, self.name, self.need)


def pass_view(issued: Issued, kind: Named, name: str, need: str | None = None) -> SeenPass:
    """What whoever admits may see of a pass; the name and the need without any effect on what they read."""
    days, code = pass_days.days_of_kind(kind, issued.day), codes.shown(issued.code)
    return SeenPass(code, escape(name), issued.party_size, days, kind.slug, kind.labels, escape(need or ""))


def identify(
    db: Session, ring: KeyRing, text: str, context: ScanContext, scan_id: str = ""
) -> tuple[ScannedPass | None, str]:
    """The pass of a text; or None and why there is none: `unreadable`, `forged` or `unknown`.

    The pass's row is held until the transaction ends, shared with other scans: who changes or revokes the
    pass at this moment waits, and then sees what came of the scan. What went in and out with it before is booked
    by the rule that is in force now (see bot.domain.checkins.entry_rule_changes).
    """
    try:
        read = scan_input.read(text, ring)
    except Invalid as no:
        return None, no.code
    statement, asked = _pass_query(read, context.spans)
    asked |= {"of_event": context.event.id, "scan_id": scan_id}
    row = prepared.first(db.connection(), statement, asked)
    if row is None:
        return None, UNKNOWN
    issued, kind = ScannedRow(*row[: _KIND.start]), ScannedKind(*row[_KIND])
    name, need, policy, is_strange, is_answered = row[_KIND.stop :]
    if isinstance(read, PassToken) and issued.event_id != read.event:
        return None, UNKNOWN
    days = pass_days.days_of_kind(kind, issued.day)
    terms = PassTerms(issued.id, issued.party_size, policy)
    subject = ScannedPass(issued, kind, name, need, days, terms, is_answered)
    if is_strange and not is_elsewhere(subject, context):
        entry_rule_changes.rebook(db, issued.id, EntryRule(policy, days, context.spans))
    return subject, ""


def effective_pass(db: Session, ring: KeyRing, subject: ScannedPass, context: ScanContext) -> ScannedPass:
    """The pass to which an entry that has happened counts: the one that was issued for the same day in its place.

    Held as `identify` holds it. A pass that was changed to another day stays the one of its own day.
    """
    while subject.issued.replaced_by_id is not None:
        later = db.scalar(select(Pass.code).where(Pass.id == subject.issued.replaced_by_id))
        found, _ = identify(db, ring, later or "", context)
        if found is None or not _stands_in(found.issued, subject.issued):
            break
        subject = found
    return subject


def standing_in(db: Session, passes: Collection[int]) -> dict[int, int]:
    """By id, the passes that `effective_pass` finds in the place of these. Passes without one are left out."""
    last: dict[int, int] = {}
    asked = {number: number for number in passes if number <= MAX_ID}
    while asked:
        later = aliased(Pass)
        joined = select(Pass.id, later.id.label("later")).join(later, later.id == Pass.replaced_by_id)
        same = (later.day == Pass.day, later.kind_id == Pass.kind_id)
        onward = {row.id: row.later for row in db.execute(joined.where(Pass.id.in_(asked.values()), *same))}
        asked = {first: onward[number] for first, number in asked.items() if number in onward}
        last |= asked
    return last


def _stands_in(later: ScannedRow, earlier: ScannedRow) -> bool:
    return (later.day, later.kind_id) == (earlier.day, earlier.kind_id)


def objection(subject: ScannedPass, context: ScanContext) -> str:
    """The first result that speaks against an entry; empty where none does."""
    return next((result for result, holds in _OBJECTIONS if holds(subject, context)), "")


def _pass_query(read: str | PassToken, spans: Sequence[Span]) -> tuple[Select[Any], dict[str, Any]]:
    """The statement that finds the pass, and what is put into it."""
    hours = {f"{name}_{at}": value for at, span in enumerate(spans) for name, value in zip(SPAN, span, strict=True)}
    if isinstance(read, PassToken):
        return _by_id(len(spans)), {"wanted": read.pass_id if read.pass_id <= MAX_ID else -1, **hours}
    return _by_code(len(spans)), {"wanted": read, **hours}


@cache
def _by_id(spans: int) -> Select[Any]:
    return _found(spans).where(_PASSES.c.id == bindparam("wanted"))


@cache
def _by_code(spans: int) -> Select[Any]:
    return _found(spans).where(_PASSES.c.code == bindparam("wanted"))


def _found(spans: int) -> Select[Any]:
    """A pass with its kind, name and policy, held; whether it was used by another rule, by the hours of days; and
    whether a scan_id has been answered.
    """
    kinds, events, registrations, checkins = table(Kind), table(Event), table(Registration), table(Checkin)
    policy = func.coalesce(kinds.c.policy, events.c.policy)
    hours = [
        (_at(Date(), "day", at), _at(UtcDateTime(), "start", at), _at(UtcDateTime(), "end", at)) for at in range(spans)
    ]
    columns = [
        *(_PASSES.c[name] for name in ScannedRow._fields),
        *(kinds.c[name] for name in ScannedKind._fields),
        registrations.c.full_name,
        registrations.c.answers[access_needs.NAME].as_string(),
        policy,
        entry_rule_changes.is_strange(policy, hours),
        exists().where(checkins.c.event_id == bindparam("of_event"), checkins.c.scan_id == bindparam("scan_id")),
    ]
    joined = _PASSES.join(kinds, kinds.c.id == _PASSES.c.kind_id)
    joined = joined.join(registrations, registrations.c.id == _PASSES.c.registration_id)
    joined = joined.join(events, events.c.id == _PASSES.c.event_id)
    return select(*columns).select_from(joined).with_for_update(of=_PASSES, read=True)


def _at(kept: Any, name: str, place: int) -> Any:
    """A part of a span, to be put in."""
    return bindparam(f"{name}_{place}", type_=kept)


def is_elsewhere(subject: ScannedPass, context: ScanContext) -> bool:
    """Whether the pass is another event's."""
    return subject.issued.event_id != context.event.id


def _enters_elsewhere(subject: ScannedPass, context: ScanContext) -> bool:
    gates = subject.kind.gates
    return gates is not None and (context.gate is None or context.gate.slug not in gates)


_OBJECTIONS: tuple[tuple[str, Callable[[ScannedPass, ScanContext], bool]], ...] = (
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
