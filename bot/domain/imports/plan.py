"""What an import will do with each person of a file: who has a pass already, and for whom there is still a place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.domain.imports.heads import DAY, KIND, NAME, PARTY
from bot.domain.imports.rows import CellProblem, ListedPerson, RejectedRow
from bot.domain.models import ContactAlias, ImportedRow, Kind, Pass, Registration
from flows.shapes import EventDay
from flows.understanding import plain

CHANNEL = "import"
"""The channel of the registrations."""
NEW, ALREADY_THERE, DIFFERS, REVOKED, BAD = "new", "already_there", "differs", "revoked", "bad"
"""States of a person. NEW: will be registered. ALREADY_THERE: is registered as the row says. DIFFERS: is registered
with other details. REVOKED: had a pass that was revoked or cancelled since, and gets none. BAD: will not be
registered."""
_PASS = (Pass.id, Pass.registration_id, Pass.status, Pass.day, Pass.party_size)
_FACTS = (*_PASS, Kind.slug, Registration.full_name, Registration.channel)
Key = TypeVar("Key")


class ExistingPass(NamedTuple):
    """A pass that there is."""

    id: int
    registration_id: int
    status: str
    day: date
    party_size: int
    kind: str
    """The kind's slug."""
    full_name: str
    channel: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What the import will do with a row."""

    row: ListedPerson | RejectedRow
    state: str
    """One of NEW, ALREADY_THERE, DIFFERS, REVOKED, BAD."""
    existing: tuple[ExistingPass | None, ...] = ()
    """The valid pass of each day of the person; None: none."""
    fresh: tuple[int, ...] = ()
    """The places of the days for which a pass is to be made."""
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Where NAME, DAY, KIND or PARTY differ: what the file says and what is on file."""


def plan_rows(db: Session, event_id: int, people: Sequence[ListedPerson], *, again: bool) -> list[PlannedRow]:
    """What comes of each as far as the passes tell; `again`: who had one that was revoked gets a new one."""
    keys = [key for person in people for key in person.keys if key]
    phones = {person.phone for person in people if person.phone}
    by_key, by_phone = _by_key(db, event_id, keys), _by_phone(db, event_id, phones)
    by_code = _by_code(db, event_id, {person.code for person in people if person.code})
    return [_plan_row(person, _find_existing(person, by_code, by_key, by_phone), again=again) for person in people]


def erased(db: Session, event_id: int) -> int:
    """How many registrations of earlier lists name nobody any more; nothing tells which rows of a list they were."""
    mine = select(func.count()).select_from(Registration).where(Registration.event_id == event_id)
    return db.scalar(mine.where(Registration.channel == CHANNEL, Registration.full_name == "")) or 0


def _plan_row(person: ListedPerson, existing: Sequence[ExistingPass | None], *, again: bool) -> PlannedRow:
    gone = [bool(existing and existing.status != Pass.VALID) for existing in existing]
    held = tuple(None if over else existing for existing, over in zip(existing, gone, strict=True))
    fresh = tuple(place for place, existing in enumerate(held) if existing is None and (again or not gone[place]))
    differs = _differences(person, held)
    if fresh:
        state = NEW
    elif differs:
        state = DIFFERS
    else:
        state = REVOKED if any(gone) else ALREADY_THERE
    return PlannedRow(person, state, held, fresh, differs)


def _differences(person: ListedPerson, existing: Sequence[ExistingPass | None]) -> Mapping[str, tuple[Any, Any]]:
    told: dict[str, tuple[Any, Any]] = {}
    for day, held_pass in zip(person.days, existing, strict=True):
        if held_pass is None:
            continue
        pairs = {
            NAME: (person.full_name, held_pass.full_name),
            DAY: (day, held_pass.day),
            PARTY: (person.party_size, held_pass.party_size),
        }
        pairs[KIND] = (person.kind.slug, held_pass.kind)
        told |= {thing: pair for thing, pair in pairs.items() if _form(pair[0]) != _form(pair[1])}
    return told


def _form(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


# --- which passes there are ---------------------------------------------------------------------

ByPhone = Mapping[tuple[str, str, date], ExistingPass]


def _find_existing(
    person: ListedPerson, by_code: Mapping[str, ExistingPass], by_key: Mapping[str, ExistingPass], by_phone: ByPhone
) -> list[ExistingPass | None]:
    """The pass of each of the person's days: by its code, else by the row's own key, else by phone, kind and day."""
    phone, kind = person.phone or "", person.kind.slug
    of_code = by_code.get(person.code) if len(person.days) == 1 else None
    return [
        of_code or by_key.get(key) or by_phone.get((phone, kind, day))
        for key, day in zip(person.keys, person.days, strict=True)
    ]


def _by_code(db: Session, event_id: int, codes: Collection[str]) -> dict[str, ExistingPass]:
    """The pass that stands now for one that once had this code: its registration's valid pass, else its last."""
    if not codes:
        return {}
    named = aliased(Pass)
    rows = select(named.code, *_FACTS).join(Pass, Pass.registration_id == named.registration_id)
    rows = rows.join(Registration, Registration.id == Pass.registration_id).join(Kind, Kind.id == Pass.kind_id)
    mine = rows.where(named.event_id == event_id, named.code.in_(codes)).order_by(Pass.id)
    return _valid_first((row[0], ExistingPass(*row[1:])) for row in db.execute(mine))


def _by_key(db: Session, event_id: int, keys: Collection[str]) -> dict[str, ExistingPass]:
    """The valid pass of each row that was imported, else the last that it had."""
    rows = select(ImportedRow.key, *_FACTS).join(Registration, Registration.id == ImportedRow.registration_id)
    mine = rows.join(Pass, Pass.registration_id == Registration.id).join(Kind, Kind.id == Pass.kind_id)
    found = db.execute(mine.where(ImportedRow.event_id == event_id, ImportedRow.key.in_(keys)).order_by(Pass.id))
    return _valid_first((row[0], ExistingPass(*row[1:])) for row in found)


def _by_phone(db: Session, event_id: int, phones: Collection[str]) -> dict[tuple[str, str, date], ExistingPass]:
    """By phone, kind and day: the valid pass, else what became of the one from an earlier import."""
    rows = select(ContactAlias.value, *_FACTS).join(Pass, Pass.holder_id == ContactAlias.contact_id)
    rows = rows.join(Registration, Registration.id == Pass.registration_id).join(Kind, Kind.id == Pass.kind_id)
    mine = rows.where(Pass.event_id == event_id)
    found = db.execute(
        mine.where(ContactAlias.kind == ContactAlias.PHONE, ContactAlias.value.in_(phones)).order_by(Pass.id)
    )
    held = [(row[0], ExistingPass(*row[1:])) for row in found]
    now = _valid_first((existing.registration_id, existing) for _, existing in held)
    return _valid_first(
        (
            (phone, existing.kind, existing.day),
            existing if existing.status == Pass.VALID else now[existing.registration_id],
        )
        for phone, existing in held
        if existing.status == Pass.VALID or existing.channel == CHANNEL
    )


def _valid_first(pairs: Iterable[tuple[Key, ExistingPass]]) -> dict[Key, ExistingPass]:
    kept: dict[Key, ExistingPass] = {}
    for key, existing in pairs:
        if key not in kept or existing.status == Pass.VALID or kept[key].status != Pass.VALID:
            kept[key] = existing
    return kept


# --- for whom there is room -----------------------------------------------------------------------


class RemainingPlaces:
    """The places of the days while a file is gone through."""

    def __init__(self, days: Iterable[EventDay], today: date) -> None:
        """`today` is that of the event: of a pass of several days only those to come need places."""
        self._left = {day.day: day.left for day in days if day.day >= today and not day.closed}

    def subtract(self, planned: PlannedRow) -> PlannedRow:
        """The person after their places were taken; BAD where a day has too few places for a NEW party."""
        person = planned.row
        if planned.state != NEW or not isinstance(person, ListedPerson):
            return planned
        days = [day for place in planned.fresh for day in person.good_for(person.days[place])]
        for day in days:
            left = self._left.get(day)
            if left is not None and left < person.party_size:
                params = {"day": day, "left": left}
                wrong = CellProblem(PARTY, "too_few_left", params) if left else CellProblem(DAY, "day_full", params)
                return PlannedRow(RejectedRow(person.row, (wrong,), person.twin), BAD)
        for day in days:
            if (left := self._left.get(day)) is not None:
                self._left[day] = left - person.party_size
        return planned
