"""The sandbox: facts and effects in memory, for `make play` and for tests.

It keeps the rules that a conversation meets (places, one pass a day, OTPs), and nothing else of the
bot: no database, no messages.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import singledispatchmethod
from typing import Any
from zoneinfo import ZoneInfo

from flows import engine
from flows.shapes import (
    CancelPass,
    ChangePass,
    Coded,
    Duty,
    Effect,
    EraseMe,
    Event,
    EventDay,
    GateStats,
    KeepLanguage,
    PassFacts,
    PassKind,
    Person,
    Question,
    Register,
    ResumeMessages,
    Say,
    SendOtp,
    SendPass,
    StopMessages,
    Turn,
    UserInput,
    VerifyOtp,
    WaitingFacts,
)
from flows.shapes.figures import EventFigures
from flows.shapes.invitations import CheckInvitation, JoinTeam
from flows.shapes.scans import SeenPass
from flows.shapes.waiting_effects import JoinWaitingList, LeaveWaitingList, MarkWaitingTold
from flows.text.languages import CONFIRMED
from flows.understanding import codes

OTP = "123456"
"""The OTP that is right in this world."""

CITY = Question("city", "text", {"en": "Which city do you come from?", "hi": "आप किस शहर से आ रहे हैं?"})
"""The demo event's own question."""


NO_FIGURES = GateStats(EventFigures(date(2026, 1, 15), *(0,) * 5, None, False, 0, {}, (), (), (), ()), None)
"""A day on which nothing has happened."""


class SandboxRefused(Coded):
    """The rules of this world say no, as the bot's would."""


@dataclass
class World:
    """The sandbox's facts, and what turns change in them."""

    now: datetime
    events: tuple[Event, ...] = ()
    places: dict[str, dict[date, EventDay]] = field(default_factory=dict)
    """The days of each event by its slug."""
    person: Person = field(default_factory=Person)
    passes: tuple[PassFacts, ...] = ()
    waiting: tuple[WaitingFacts, ...] = ()
    formers: tuple[PassFacts, ...] = ()
    """Passes of the people who had this phone before."""
    duty: Duty | None = None
    former_duty: Event | None = None
    owns: bool = False
    codes_need_whatsapp: bool = False
    figures: GateStats = NO_FIGURES
    kinds: tuple[PassKind, ...] = (PassKind("visitor", {"en": "Visitor", "hi": "आगंतुक"}, 10),)
    profile_name: str = ""
    region: str = "IN"
    refusals: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    """Refusals to come: the effect's name, the code, its parameters. Each once."""
    issued: int = 0

    @property
    def on_roster(self) -> bool:
        """Whether whoever is writing stands on a roster, or owns the installation."""
        return self.duty is not None or self.former_duty is not None or self.owns

    def days(self, event: Event) -> tuple[EventDay, ...]:
        """The event's days with the places left."""
        return tuple(self.places.get(event.slug, {}).values())

    def search(self, name: str = "", phone: str = "") -> tuple[tuple[SeenPass, ...], bool] | None:
        """Nobody is looked for at a gate here."""
        return None

    def near_pass(self, code: str) -> SeenPass | None:
        """Nobody mistypes a code at a gate here."""
        return None

    def add(self, event: Event, capacity: int | None = None) -> None:
        """Let there be an event; `capacity` in people a day."""
        length = (event.ends_on - event.starts_on).days + 1
        days = [event.starts_on + timedelta(days=number) for number in range(length)]
        self.events = (*self.events, event)
        self.places[event.slug] = {day: EventDay(day, capacity, closed=False) for day in days}

    def perform_all(self, effects: tuple[Effect, ...]) -> dict[str, Any]:
        """Do all of them or none: their results. Raises SandboxRefused, and then nothing has changed."""
        if not self.refusals and all(isinstance(effect, Say) for effect in effects):
            return {}  # words change nothing, and nobody has ordered that they be refused
        before = deepcopy({name: value for name, value in vars(self).items() if name != "refusals"})
        results: dict[str, Any] = {}
        try:
            for effect in effects:
                self._refuse_as_ordered(effect)
                results |= self.perform(effect) or {}
        except SandboxRefused:
            vars(self).update(before)
            raise
        return results

    def _refuse_as_ordered(self, effect: Effect) -> None:
        for place, (name, code, params) in enumerate(self.refusals):
            if name == type(effect).__name__:
                del self.refusals[place]
                raise SandboxRefused(code, **params)

    # --- effects: what comes of each ------------------------------------------------------------

    @singledispatchmethod
    def perform(self, effect: Effect) -> dict[str, Any] | None:
        """Perform an effect in the sandbox. Raises TypeError for one without a performer here."""
        raise TypeError(f"nobody performs {type(effect).__name__} here")

    @perform.register
    def _(self, effect: Say) -> None:
        pass

    @perform.register
    def _(self, effect: SendPass) -> None:
        self._find_pass(effect.code)

    @perform.register
    def _(self, effect: Register) -> dict[str, Any]:
        day = effect.visit_date
        own = effect.phone is None
        held = next((one for one in self.passes if (one.event, one.day, one.own) == (effect.event, day, own)), None)
        if own and held:
            raise SandboxRefused("already_registered", day=day, code=held.code)
        self.check_consent(effect.event, effect.consent_version)
        if effect.waiting is None:
            self._take_places(effect.event, day, effect.party_size)
        self.waiting = tuple(entry for entry in self.waiting if entry.id != effect.waiting)
        made = PassFacts(effect.event, day, effect.party_size, effect.full_name, self.new_code(), own)
        self._keep_pass(made)
        self.person = replace(self.person, known=True, language=effect.language)
        return {"code": made.code, "day": day, "party_size": made.party_size}

    @perform.register
    def _(self, effect: JoinWaitingList) -> dict[str, Any]:
        day = effect.visit_date
        known = self.places[effect.event][day]
        self.check_consent(effect.event, effect.consent_version)
        if known.left:
            raise SandboxRefused("place_free", day=day)
        before = next((entry for entry in self.waiting if (entry.event, entry.day) == (effect.event, day)), None)
        if before:
            raise SandboxRefused("already_waiting", day=day, place=before.place)
        place = known.waiting + 1
        self.places[effect.event][day] = replace(known, waiting=place)
        made = WaitingFacts(
            effect.event,
            day,
            effect.party_size,
            effect.full_name,
            place,
            place,
            answers=effect.answers,
            consent_version=effect.consent_version,
        )
        self.waiting = (*self.waiting, made)
        self.person = replace(self.person, known=True, language=effect.language)
        return {"place": place, "day": day, "party_size": effect.party_size}

    @perform.register
    def _(self, effect: LeaveWaitingList) -> None:
        if effect.entry not in {entry.id for entry in self.waiting}:
            raise SandboxRefused("not_waiting")
        self.waiting = tuple(entry for entry in self.waiting if entry.id != effect.entry)

    @perform.register
    def _(self, effect: MarkWaitingTold) -> None:
        self.waiting = tuple(entry for entry in self.waiting if entry.id not in effect.entries)

    @perform.register
    def _(self, effect: ChangePass) -> dict[str, Any]:
        old = self._find_pass(effect.code)
        day = date.fromisoformat(effect.visit_date)
        self._take_places(old.event, old.day, -old.party_size)
        self._take_places(old.event, day, effect.party_size)
        new = replace(old, code=self.new_code(), day=day, party_size=effect.party_size)
        self._drop_pass(old)
        self._keep_pass(new)
        return {"code": new.code, "day": day, "party_size": new.party_size}

    @perform.register
    def _(self, effect: CancelPass) -> None:
        held = self._find_pass(effect.code)
        self._take_places(held.event, held.day, -held.party_size)
        self._drop_pass(held)

    @perform.register
    def _(self, effect: EraseMe) -> None:
        today = self.now.astimezone(ZoneInfo("Asia/Kolkata")).date()
        if not effect.even_today and any(one.own and one.day <= today for one in self.passes):
            raise SandboxRefused("valid_today")
        self.person, self.passes = Person(phone=self.person.phone), ()

    @perform.register
    def _(self, effect: SendOtp) -> None:
        pass

    @perform.register
    def _(self, effect: VerifyOtp) -> None:
        if effect.otp != OTP:
            raise SandboxRefused("otp_wrong", left=4)

    @perform.register
    def _(self, effect: KeepLanguage) -> None:
        self.person = replace(self.person, language=effect.language)

    @perform.register
    def _(self, effect: StopMessages) -> None:
        self.person = replace(self.person, known=True, stopped=True)

    @perform.register
    def _(self, effect: ResumeMessages) -> None:
        self.person = replace(self.person, stopped=False)

    @perform.register
    def _(self, effect: CheckInvitation | JoinTeam) -> dict[str, Any]:
        if not self.events:
            raise SandboxRefused("no_such_invitation")
        return {"event": self.events[0].name}

    # --- what effects share ---------------------------------------------------------------------

    def check_consent(self, slug: str, version: int) -> None:
        """Refuse a yes to words that the event's consent has no more."""
        if any(event.slug == slug and event.consent_version != version for event in self.events):
            raise SandboxRefused("consent_changed")

    def _find_pass(self, code: str) -> PassFacts:
        held = next((pass_ for pass_ in self.passes if pass_.code == code), None)
        if held is None:
            raise SandboxRefused("no_such_pass")
        return held

    def _take_places(self, event: str, day: date, party: int) -> None:
        """Take places; a negative party gives them back."""
        known = self.places[event][day]
        if known.closed:
            raise SandboxRefused("day_closed", day=day)
        if known.left is None:
            return
        if known.left == 0 < party:
            raise SandboxRefused("day_full", day=day)
        if known.left < party:
            raise SandboxRefused("too_few_left", day=day, left=known.left)
        self.places[event][day] = replace(known, left=known.left - party)

    def new_code(self) -> str:
        """A pass code that nobody has."""
        self.issued += 1
        digits = [codes.ALPHABET[self.issued * step % len(codes.ALPHABET)] for step in (1, 3, 5, 7, 11, 13, 17)]
        body = "".join(digits)
        return codes.shown(body + codes.check_character(body))

    def _keep_pass(self, pass_: PassFacts) -> None:
        self.passes = tuple(sorted((*self.passes, pass_), key=lambda pass_: pass_.day))

    def _drop_pass(self, gone: PassFacts) -> None:
        self.passes = tuple(pass_ for pass_ in self.passes if pass_ != gone)


def send(world: World, stored: Mapping[str, Any] | None, message: UserInput) -> tuple[Turn, dict[str, Any]]:
    """The turn that a message makes, and its results, refusals answered as the bot does it.

    `stored` is the state as JSON; the turn's effects have come true in the world.
    """
    state, restarted = engine.revive(stored)
    turn = engine.step(state, message, world, restarted=restarted)
    for _ in range(engine.MAX_REFUSALS):
        try:
            return turn, world.perform_all(turn.effects)
        except SandboxRefused as no:
            turn = engine.refuse(state, turn, no.code, no.params, world)
    raise RuntimeError(f"one turn met {engine.MAX_REFUSALS} refusals")


def demo(now: datetime, slug: str = "demo", **changes: Any) -> Event:
    """The demo event (docs/contract.md#two-commands), nine days from today, as it stands in the snapshot of events."""
    today = now.astimezone(ZoneInfo("Asia/Kolkata")).date()
    values: dict[str, Any] = {
        "slug": slug,
        "name": {"en": "Demo Book Fair", "hi": "डेमो पुस्तक मेला"},
        "venue": {"en": "Bharat Mandapam, New Delhi", "hi": "भारत मंडपम, नई दिल्ली"},
        "map_url": "",
        "starts_on": today,
        "ends_on": today + timedelta(days=8),
        "opens": None,
        "closes": None,
        "timezone": "Asia/Kolkata",
        "status": "open",
        "registration_opens_at": None,
        "policy": "daily",
        "max_party": 10,
        "languages": CONFIRMED,
        "questions": (CITY,),
        "consent": {},
        "consent_version": 1,
    }
    return Event(**{**values, **changes})
