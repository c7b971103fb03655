"""The facts that a flow may ask for in a turn, read from the database at the first request.

Each property is read at most once a turn, in a short session of its own: no connection is held while the
turn waits for anything. The events change rarely and are asked for in every turn, so their shapes are
kept in the process, and one cheap query tells whether a row has changed since (`Event.revision`): what
a turn sees is never stale. Places left are always read afresh.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from bot.conversation.look import Look, identity_of, look, own_phone
from bot.database import Database
from bot.domain import events, pass_days, passes, people, roster, waiting_list
from bot.domain.checkins import search as gate_search
from bot.domain.models import Contact, Event, Pass
from bot.domain.passes import kinds
from bot.domain.people import Identity, pending_messages, phone_owners
from bot.domain.roster import duty, entry_notices, owners
from bot.domain.stats import gate_figures as day_figures
from bot.errors import Refused
from bot.inbound import Inbound
from flows import shapes
from flows.shapes.scans import SeenPass
from flows.understanding import codes


@dataclass(slots=True)
class Sources:
    """Reads facts from the database; one for a process."""

    database: Database
    region: str
    """ISO region for phone numbers typed without a country code."""
    codes_need_whatsapp: Callable[[datetime], bool] = field(default=lambda now: False, repr=False)
    """See LiveFacts."""
    _cached: tuple[tuple[int, int], tuple[shapes.Event, ...]] = field(default=((-1, -1), ()), repr=False)

    def events(self, revision: tuple[int, int]) -> tuple[shapes.Event, ...]:
        """Every event, by start, as the database holds them at this revision or later."""
        kept, shown = self._cached
        if revision != kept:
            shown = tuple(events.shape(event) for event in self.database.ask(events.list_events))
            self._cached = (revision, shown)
        return shown


@dataclass(frozen=True)
class LiveFacts:
    """The facts of one turn: implements flows.shapes.Facts."""

    sources: Sources
    inbound: Inbound
    now: datetime
    country: str = ""
    """ISO region that somebody chose for the number that they typed; empty: the service's own."""

    @cached_property
    def look(self) -> Look:
        """What the database held when this turn first asked for anything."""
        return look(self.sources.database, self.inbound, self.now)

    @property
    def region(self) -> str:
        """ISO region for phone numbers typed without a country code."""
        return self.country or self.sources.region

    @property
    def profile_name(self) -> str:
        """The WhatsApp profile name, empty where there is none."""
        return self.inbound.profile_name

    @cached_property
    def events(self) -> tuple[shapes.Event, ...]:
        """Every event that is not long past, open or not, by start."""
        return tuple(
            event for event in self.sources.events(self.look.revision) if events.is_listed(event.ends_on, self.now)
        )

    def days(self, event: shapes.Event) -> tuple[shapes.EventDay, ...]:
        """The event's days with the places left, as they were when this turn first asked."""
        return self.look.days.get(event.slug, ())

    @cached_property
    def person(self) -> shapes.Person:
        """The person who writes."""
        return self._known[0]

    @cached_property
    def passes(self) -> tuple[shapes.PassFacts, ...]:
        """The person's valid passes of today and later, the next one first."""
        return self._known[1]

    @cached_property
    def waiting(self) -> tuple[shapes.WaitingFacts, ...]:
        """The waiting lists on which the person stands; asked for only where an event has one."""
        if not self.look.known or not any(event.waiting_list for event in self.events):
            return ()
        with self.sources.database.read() as db:
            contacts = people.find_all(db, **people.resolved(db, identity_of(self.inbound))._asdict())
            lines = waiting_list.lines_of(db, [contact.id for contact in contacts], self.now)
            slugs = {event_id: db.get_one(Event, event_id).slug for event_id in {row.entry.event_id for row in lines}}
            return tuple(_waiting(row, slugs[row.entry.event_id], self.now) for row in lines)

    @cached_property
    def duty(self) -> shapes.Duty | None:
        """The work at a gate of whoever is writing, as the roster has it now; None: a visitor."""
        phone = self._staff_phone
        if phone is None:
            return None
        return self.sources.database.ask(duty.current_duty, phone, self.now)

    @cached_property
    def former_duty(self) -> shapes.Event | None:
        """The event on whose roster a visitor still stands, enabled, although it is cancelled or over."""
        phone = self._staff_phone
        if phone is None or self.duty is not None:
            return None
        return self.sources.database.ask(duty.former_duty, phone, self.now)

    @cached_property
    def owns(self) -> bool:
        """Whether whoever is writing is an owner; asked of nobody but who stands on no roster that counts."""
        phone = self._staff_phone
        if phone is None:
            return False
        return self.sources.database.ask(owners.find, phone) is not None

    @cached_property
    def figures(self) -> shapes.GateStats:
        """The day's figures of the event for which they work. Asked of nobody but who is on duty."""
        work = self._at_work
        with self.sources.database.read() as db:
            notice = entry_notices.last_notice(db, work.event, self.now)
            return shapes.GateStats(day_figures.today(db, work.event, self.now), notice)

    @cached_property
    def kinds(self) -> tuple[shapes.PassKind, ...]:
        """The kinds of pass of the event for which they work."""
        return self.sources.database.ask(kinds.shapes_of, self._at_work.event)

    @property
    def codes_need_whatsapp(self) -> bool:
        """Whether one-time codes go at present only to phones that have written to us on WhatsApp within the day."""
        return self.sources.codes_need_whatsapp(self.now)

    def search(self, name: str = "", phone: str = "") -> tuple[tuple[SeenPass, ...], bool] | None:
        """Today's passes of a name or phone, and whether there are more; None: searched too often in this hour."""
        work = self._at_work
        with self.sources.database.read() as db:
            try:
                found = gate_search.search(db, work.event, staff_id=work.staff_id, name=name, phone=phone, now=self.now)
            except Refused:
                return None
        return found.passes, found.more

    def near_pass(self, code: str) -> SeenPass | None:
        """The one pass of today that differs from a mistyped code by one character; offered a few times an hour."""
        work = self._at_work
        return self.sources.database.ask(gate_search.near_pass, work.event, code, staff_id=work.staff_id, now=self.now)

    @cached_property
    def on_roster(self) -> bool:
        """Whether whoever is writing stands on any roster, enabled or not, or owns the installation."""
        if self.inbound.is_proved and own_phone(self.inbound):
            return self.look.on_roster
        return self.duty is not None or self.former_duty is not None or self.owns

    @cached_property
    def _staff_phone(self) -> str | None:
        """The phone that stands on a roster; none where an SMS says so, whose sender can be forged."""
        if not self.inbound.is_proved:
            return None
        if own := own_phone(self.inbound):
            return own if self.look.on_roster else None
        return self.person.phone

    @property
    def _at_work(self) -> shapes.Duty:
        if self.duty is None:
            raise RuntimeError("a visitor has no gate")
        return self.duty

    @cached_property
    def _known(self) -> tuple[shapes.Person, tuple[shapes.PassFacts, ...]]:
        if not self.look.known:
            return shapes.Person(phone=people.named(identity_of(self.inbound))["phone"]), ()
        with self.sources.database.read() as db:
            identity = people.resolved(db, identity_of(self.inbound))
            contacts = people.find_all(db, **identity._asdict())
            return _person(db, identity, contacts, self.now), _passes(db, contacts, self.now)


def _person(db: Session, identity: Identity, contacts: list[Contact], now: datetime) -> shapes.Person:
    if not contacts:
        return shapes.Person(phone=identity.phone)
    phones = (alias.value for contact in contacts for alias in contact.aliases if alias.kind == "phone")
    failed = (code for contact in contacts for code in pending_messages.unreported_failures(db, contact))
    return shapes.Person(
        known=True,
        language=next((contact.language for contact in contacts if contact.language), None),
        phone=identity.phone or next(phones, None),
        stopped=any(contact.stopped_at for contact in contacts),
        failed_codes=tuple(dict.fromkeys(codes.shown(code) for code in failed)),
        **_history(db, contacts, now),
    )


def _history(db: Session, contacts: list[Contact], now: datetime) -> dict[str, bool]:
    """Facts that follow where their phone was somebody else's before; empty for nearly everybody."""
    before = [row for contact in contacts for row in phone_owners.last_transfer(db, contact)]
    if not before:
        return {}
    lately = (row for row in before if row.told_at is None)
    return {
        "may_prove": any(phone_owners.had_passes(db, row) for row in before),
        "proof_untold": any(passes.of_person(db, db.get_one(Contact, row.contact_id), now) for row in lately),
        "is_unconfirmed": any(roster.is_unconfirmed(db, row.phone) for row in before),
    }


def _passes(db: Session, contacts: list[Contact], now: datetime) -> tuple[shapes.PassFacts, ...]:
    ids = {contact.id for contact in contacts}
    found = {pass_.id: pass_ for contact in contacts for pass_ in passes.of_person(db, contact, now)}
    return tuple(_pass(pass_, ids) for pass_ in sorted(found.values(), key=lambda pass_: (pass_.day, pass_.id)))


def _pass(pass_: Pass, mine: Iterable[int]) -> shapes.PassFacts:
    return shapes.PassFacts(
        code=codes.shown(pass_.code),
        event=pass_.event.slug,
        day=pass_.day,
        party_size=pass_.party_size,
        full_name=pass_.registration.full_name,
        own=pass_.holder_id in mine,
        kind_days=pass_days.days_of_pass(pass_) if pass_.kind.days else (),
        answers=pass_.registration.answers,
    )


def _waiting(line: waiting_list.Line, slug: str, now: datetime) -> shapes.WaitingFacts:
    entry = line.entry
    offered = entry.status == entry.OFFERED and entry.offer_ends_at is not None and entry.offer_ends_at > now
    return shapes.WaitingFacts(
        id=entry.id,
        event=slug,
        day=entry.day,
        party_size=entry.party_size,
        full_name=entry.full_name,
        place=line.place,
        offered_until=entry.offer_ends_at if offered else None,
        language=entry.language,
        answers=entry.answers,
        consent_version=entry.consent_version,
    )
