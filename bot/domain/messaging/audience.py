"""The audience of a broadcast: people with a valid pass of an event, page by page by id.

A page looks at a number of contacts, whether they are meant or not: so each costs the same, however many people
there are and however few of them are meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.address import Address
from bot.domain.models import Checkin, Contact, ContactAlias, Event, Kind, Pass, Registration
from bot.domain.passes import kinds
from bot.errors import Refused
from flows.shapes.scans import LEFT
from flows.understanding.phones import variants

PAGE_SIZE = 1000
"""Contacts looked at in one transaction: about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which people; what is not said leaves nobody out. Kept as JSON, so days are ISO dates."""

    days: tuple[str, ...] = ()
    """With a pass for one of these days."""
    since: str = ""
    """With a pass for this day or a later one."""
    begins: bool = False
    """Whether only the first day counts of passes for several days."""
    entered: bool | None = None
    """Whether somebody has entered with the pass: on `days`, or ever."""
    languages: tuple[str, ...] = ()
    """The languages of whom to choose; empty: all."""
    kinds: tuple[str, ...] = ()
    """Slugs of kinds of pass."""
    channels: tuple[str, ...] = ()
    """How they registered: `whatsapp`, `web`, `walkup`, `import`."""

    def to_json(self) -> dict[str, Any]:
        """The selection as JSON, for its row."""
        return {
            name: list(said) if isinstance(said, tuple) else said
            for name, said in asdict(self).items()
            if said or (name == "entered" and said is False)
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Selection":
        """What `stored` gave."""
        fields: dict[str, Any] = {
            name: tuple(said) if isinstance(said, list) else said for name, said in stored.items()
        }
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person in the audience."""

    contact: int
    language: str
    stopped: bool
    """They want no message that they did not ask for."""
    addresses: tuple[str, ...]
    """Every address that they may have on WhatsApp; none where no number or id is known."""


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """One page of the audience."""

    people: Sequence[Recipient]
    cursor: int | None
    """The last contact that was looked at; None: there were no more."""


def checked(db: Session, event: Event, selection: Selection) -> Selection:
    """The selection, if the event has such days and kinds. Raises Refused `no_such_day`, `no_such_kind`."""
    days = {row.day.isoformat() for row in event.days}
    if strange := set(selection.days) - days:
        raise Refused("no_such_day", day=date.fromisoformat(min(strange)), first=event.starts_on, last=event.ends_on)
    for kind in selection.kinds:
        kinds.find(db, event.id, kind)
    return selection


def page(db: Session, event: Event, selection: Selection, after: int, limit: int = PAGE_SIZE) -> RecipientPage:
    """The audience among the next `limit` contacts after this one; each person once, whatever they hold."""
    looked_at = select(Contact.id).where(Contact.id > after).order_by(Contact.id).limit(limit).subquery()
    last = db.scalar(select(func.max(looked_at.c.id)))
    if last is None:
        return RecipientPage((), None)
    within = (Pass.holder_id > after, Pass.holder_id <= last, Contact.id > after, Contact.id <= last)
    rows = db.execute(_in_selection(db, event, selection).where(*within)).all()
    names = _names(db, after, last) if rows else {}
    people = [_person(contact, list(held), names) for contact, held in groupby(rows, lambda row: row.id)]
    return RecipientPage(people, last)


def _in_selection(db: Session, event: Event, selection: Selection) -> Select[int, str, datetime | None]:
    """A row for each pass that is meant, by person and age."""
    language = func.coalesce(Contact.language, Registration.language)
    rows = (
        select(Contact.id, language.label("language"), Contact.stopped_at)
        .join(Pass, Pass.holder_id == Contact.id)
        .join(Registration, Registration.id == Pass.registration_id)
        # Added to, so that no database takes the event's index: a page would then go through all of its passes.
        .where(Pass.event_id + 0 == event.id, Pass.status == Pass.VALID)
        .order_by(Contact.id, Pass.id)
    )
    if selection.languages:
        rows = rows.where(language.in_(selection.languages))
    if selection.channels:
        rows = rows.where(Registration.channel.in_(selection.channels))
    if selection.kinds:
        rows = rows.where(Pass.kind_id.in_([kinds.find(db, event.id, kind).id for kind in selection.kinds]))
    if selection.days or selection.since:
        rows = rows.where(_for_days(db, event, selection))
    if selection.entered is not None:
        rows = rows.where(_entered(selection) if selection.entered else ~_entered(selection))
    return rows


def _for_days(db: Session, event: Event, selection: Selection) -> ColumnElement[bool]:
    """Passes for these days: by their visit date, and those of kinds that have days of their own by these."""
    days = [date.fromisoformat(day) for day in selection.days]
    by_date = and_(
        *([Pass.day.in_(days)] if days else []),
        *([Pass.day >= date.fromisoformat(selection.since)] if selection.since else []),
    )
    if selection.begins:
        return by_date
    several = [kind for kind in db.scalars(select(Kind).where(Kind.event_id == event.id)) if kind.days]
    fitting = [kind.id for kind in several if any(_is_selected_day(day, selection) for day in kind.days or ())]
    return or_(and_(by_date, Pass.kind_id.not_in([kind.id for kind in several])), Pass.kind_id.in_(fitting))


def _is_selected_day(day: str, selection: Selection) -> bool:
    return (not selection.days or day in selection.days) and day >= selection.since


def _entered(selection: Selection) -> ColumnElement[bool]:
    standing = [Checkin.pass_id == Pass.id, Checkin.result != LEFT, Checkin.undone_at.is_(None)]
    days = [date.fromisoformat(day) for day in selection.days]
    return exists().where(*standing, *([Checkin.day.in_(days)] if days else []))


def _names(db: Session, after: int, last: int) -> dict[int, list[tuple[str, str]]]:
    """The addresses of these contacts, phone numbers first."""
    theirs = select(ContactAlias.contact_id, ContactAlias.kind, ContactAlias.value)
    theirs = theirs.where(ContactAlias.contact_id > after, ContactAlias.contact_id <= last)
    found: dict[int, list[tuple[str, str]]] = {}
    for contact, kind, value in db.execute(theirs.order_by(ContactAlias.kind, ContactAlias.value)):
        found.setdefault(contact, []).append((kind, value))
    return found


def _person(contact: int, passes_: Sequence[Any], names: Mapping[int, list[tuple[str, str]]]) -> Recipient:
    forms = [
        form
        for kind, value in names.get(contact, ())
        for form in (variants(value) if kind == ContactAlias.PHONE else (value,))
    ]
    newest = passes_[-1]
    return Recipient(
        contact,
        newest.language,
        newest.stopped_at is not None,
        tuple(Address.of(name_form).format() for name_form in forms),
    )
