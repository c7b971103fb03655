"""Inserts people of a file into the database, some hundreds in a transaction, by the rules of any registration."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import edit_conflict, events, people
from bot.domain.events import places
from bot.domain.imports.plan import CHANNEL, PlannedRow, RemainingPlaces, plan_rows
from bot.domain.imports.rows import ListedPerson
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, ImportedRow, Kind, Pass, Registration
from bot.domain.passes import rows as pass_rows
from bot.domain.people import name_index
from flows.text import event_states

NO_CONSENT_VERSION = 0
"""The consent's version where none of ours was read: the text says where they agreed."""
CONSENT_ELSEWHERE = "Agreed elsewhere; the organiser says where: {where}"


def agreed_where(consent_text: str) -> str:
    """Where somebody of a list agreed, as the organiser said it, from the text that their registration keeps."""
    return consent_text.removeprefix(CONSENT_ELSEWHERE.partition("{where}")[0])


class InsertedPerson(NamedTuple):
    """A row that was taken, with the passes that were made for it."""

    planned: PlannedRow
    passes: tuple[int, ...]


class _WantedPass(NamedTuple):
    """A pass to issue."""

    person: ListedPerson
    day: date
    key: str


def insert_people(
    db: Session,
    ring: KeyRing,
    event: Event,
    people_: Sequence[ListedPerson],
    *,
    consent: str,
    again: bool,
    now: datetime,
) -> list[InsertedPerson]:
    """Register those who are not registered yet, each with their passes; what came of each.

    `consent` is where they agreed, as the organiser says it. Raises IntegrityError and Refused where somebody
    else has registered one of them, or taken the last places, in the same moment: then nothing may be kept,
    and the same once more finds it so.
    """
    _lock_kinds(db, event, people_)
    today = event_states.local_today(events.shape(event), now)
    ledger = RemainingPlaces(events.days(db, event.slug), today)
    settled = [ledger.subtract(planned) for planned in plan_rows(db, event.id, people_, again=again)]
    wishes = [wish for planned in settled for wish in _passes_of(planned)]
    holders = _holders(db, wishes, now)
    _take_places(db, event, wishes, today)
    passes = _register(db, ring, event, wishes, holders, consent, now)
    made: dict[int, list[int]] = {}
    for wish, issued in zip(wishes, passes, strict=True):
        made.setdefault(wish.person.row.number, []).append(issued.id)
    return [InsertedPerson(planned, tuple(made.get(planned.row.row.number, ()))) for planned in settled]


def _passes_of(planned: PlannedRow) -> list[_WantedPass]:
    person = planned.row
    if not isinstance(person, ListedPerson):
        return []
    return [_WantedPass(person, person.days[place], person.keys[place]) for place in planned.fresh]


def _holders(db: Session, wanted_passes: Sequence[_WantedPass], now: datetime) -> Mapping[int, Contact]:
    """The holder of each row's pass, by row number; without a phone a contact with no address."""
    by_row = {wish.person.row.number: wish.person for wish in wanted_passes}
    known = people.find_or_make_all(db, {person.phone for person in by_row.values() if person.phone}, now)
    holders = {
        number: known[person.phone] if person.phone else Contact(created_at=now) for number, person in by_row.items()
    }
    db.add_all(holders.values())
    for number, holder in holders.items():
        holder.language = holder.language or by_row[number].language
    db.flush()
    return holders


def _lock_kinds(db: Session, event: Event, people_: Sequence[ListedPerson]) -> None:
    """Hold the event, so that its kinds keep their days; Refused `changed_meanwhile` where one has others by now, or is
    no longer given out.
    """
    db.execute(select(Event.id).where(Event.id == event.id).with_for_update(read=True, key_share=True))
    rows = db.execute(select(Kind.id, Kind.days).where(Kind.event_id == event.id, Kind.retired_at.is_(None)))
    now = {row.id: tuple(sorted(map(date.fromisoformat, row.days or ()))) for row in rows}
    if any(now.get(person.kind.id) != person.kind.days for person in people_):
        raise edit_conflict.changed_refusal()


def _take_places(db: Session, event: Event, wanted_passes: Sequence[_WantedPass], today: date) -> None:
    wanted = Counter[tuple[date, ...]]()
    for wish in wanted_passes:
        wanted[wish.person.good_for(wish.day)] += wish.person.party_size
    places.lock_days(db, event.id, *{day for days in wanted for day in days})
    for days, party in sorted(wanted.items()):
        places.take_each(db, event.id, days, party, today=today)


def _register(
    db: Session,
    ring: KeyRing,
    event: Event,
    wanted_passes: Sequence[_WantedPass],
    holders: Mapping[int, Contact],
    consent: str,
    now: datetime,
) -> list[Pass]:
    registrations = [
        _registration(event, wish, holders[wish.person.row.number], consent, now) for wish in wanted_passes
    ]
    db.add_all(registrations)
    db.flush()
    name_index.add(db, registrations)
    pairs = list(zip(registrations, wanted_passes, strict=True))
    db.add_all(
        ImportedRow(registration_id=registration.id, event_id=event.id, key=wish.key)
        for registration, wish in pairs
        if wish.key
    )
    asked = ((registration, wish.person.kind.id, wish.day, wish.person.party_size) for registration, wish in pairs)
    return pass_rows.insert_all(db, ring, asked, now)


def _registration(event: Event, wanted: _WantedPass, holder: Contact, consent: str, now: datetime) -> Registration:
    return Registration(
        event_id=event.id,
        holder_id=holder.id,
        asked_by_id=holder.id,
        full_name=wanted.person.full_name,
        answers=dict(wanted.person.answers),
        language=wanted.person.language,
        channel=CHANNEL,
        consent_version=NO_CONSENT_VERSION,
        consent_text=CONSENT_ELSEWHERE.format(where=consent),
        consented_at=now,
        created_at=now,
    )
