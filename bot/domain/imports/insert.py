"""Inserts people of a file into the database, some hundreds in a transaction, by the rules of any registration."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import edit_conflict, events, people
from bot.domain.events import places
from bot.domain.imports.plan import CHANNEL, Ledger, Settled, settle
from bot.domain.imports.rows import Person
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, ImportedRow, Kind, Pass, Registration
from bot.domain.passes import rows as pass_rows
from bot.domain.people import name_index
from flows.text import event_states

ELSEWHERE = 0
"""The consent's version where none of ours was read: the text says where they agreed."""
SAID = "Agreed elsewhere; the organiser says where: {where}"


class Made(NamedTuple):
    """A row that was taken, with the passes that were made for it."""

    settled: Settled
    passes: tuple[int, ...]


class _Wish(NamedTuple):
    """A pass to issue."""

    person: Person
    day: date
    key: str


def take(
    db: Session, ring: KeyRing, event: Event, wanted: Sequence[Person], *, consent: str, again: bool, now: datetime
) -> list[Made]:
    """Register those who are not registered yet, each with their passes; what came of each.

    `consent` is where they agreed, as the organiser says it. Raises IntegrityError and Refused where somebody
    else has registered one of them, or taken the last places, in the same moment: then nothing may be kept,
    and the same once more finds it so.
    """
    _hold_kinds(db, event, wanted)
    today = event_states.local_today(events.shape(event), now)
    ledger = Ledger(events.days(db, event.slug), today)
    settled = [ledger.take(one) for one in settle(db, event.id, wanted, again=again)]
    wishes = [wish for one in settled for wish in _wishes(one)]
    holders = _holders(db, wishes, now)
    _take_places(db, event, wishes, today)
    passes = _register(db, ring, event, wishes, holders, consent, now)
    made: dict[int, list[int]] = {}
    for wish, issued in zip(wishes, passes, strict=True):
        made.setdefault(wish.person.row.number, []).append(issued.id)
    return [Made(one, tuple(made.get(one.row.row.number, ()))) for one in settled]


def _wishes(settled: Settled) -> list[_Wish]:
    person = settled.row
    if not isinstance(person, Person):
        return []
    return [_Wish(person, person.days[place], person.keys[place]) for place in settled.fresh]


def _holders(db: Session, wishes: Sequence[_Wish], now: datetime) -> Mapping[int, Contact]:
    """The holder of each row's pass, by row number; without a phone a contact with no address."""
    by_row = {wish.person.row.number: wish.person for wish in wishes}
    known = people.find_or_make_all(db, {one.phone for one in by_row.values() if one.phone}, now)
    holders = {number: known[one.phone] if one.phone else Contact(created_at=now) for number, one in by_row.items()}
    db.add_all(holders.values())
    for number, holder in holders.items():
        holder.language = holder.language or by_row[number].language
    db.flush()
    return holders


def _hold_kinds(db: Session, event: Event, wanted: Sequence[Person]) -> None:
    """Hold the event, so that its kinds keep their days; Refused `changed_meanwhile` where one has others by now."""
    db.execute(select(Event.id).where(Event.id == event.id).with_for_update(read=True, key_share=True))
    rows = db.execute(select(Kind.id, Kind.days).where(Kind.event_id == event.id))
    now = {row.id: tuple(sorted(map(date.fromisoformat, row.days or ()))) for row in rows}
    if any(now.get(one.kind.id) != one.kind.days for one in wanted):
        raise edit_conflict.changed()


def _take_places(db: Session, event: Event, wishes: Sequence[_Wish], today: date) -> None:
    wanted = Counter[tuple[date, ...]]()
    for wish in wishes:
        wanted[wish.person.good_for(wish.day)] += wish.person.party_size
    places.hold(db, event.id, *{day for days in wanted for day in days})
    for days, party in sorted(wanted.items()):
        places.take_each(db, event.id, days, party, today=today)


def _register(
    db: Session,
    ring: KeyRing,
    event: Event,
    wishes: Sequence[_Wish],
    holders: Mapping[int, Contact],
    consent: str,
    now: datetime,
) -> list[Pass]:
    registrations = [_registration(event, wish, holders[wish.person.row.number], consent, now) for wish in wishes]
    db.add_all(registrations)
    db.flush()
    name_index.add(db, registrations)
    pairs = list(zip(registrations, wishes, strict=True))
    db.add_all(ImportedRow(registration_id=one.id, event_id=event.id, key=wish.key) for one, wish in pairs if wish.key)
    asked = ((one, wish.person.kind.id, wish.day, wish.person.party_size) for one, wish in pairs)
    return pass_rows.insert_all(db, ring, asked, now)


def _registration(event: Event, wish: _Wish, holder: Contact, consent: str, now: datetime) -> Registration:
    return Registration(
        event_id=event.id,
        holder_id=holder.id,
        asked_by_id=holder.id,
        full_name=wish.person.full_name,
        answers=dict(wish.person.answers),
        language=wish.person.language,
        channel=CHANNEL,
        consent_version=ELSEWHERE,
        consent_text=SAID.format(where=consent),
        consented_at=now,
        created_at=now,
    )
