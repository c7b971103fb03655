"""The data types of flows: what was said, facts, state, sentences, effects, and the flow itself.

Everything here is a frozen dataclass. `State` survives JSON; `UserInput` and the facts come in with each
turn; effects go out and are performed by the bot.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from flows.coded import Coded as Coded
from flows.shapes.duty import Duty as Duty
from flows.shapes.events import DayHours as DayHours
from flows.shapes.events import Event as Event
from flows.shapes.events import EventDay as EventDay
from flows.shapes.events import EventHours as EventHours
from flows.shapes.events import PassKind as PassKind
from flows.shapes.events import Question as Question
from flows.shapes.events import Registering as Registering
from flows.shapes.figures import GateStats as GateStats
from flows.shapes.forms import FILLED_FORM as FILLED_FORM
from flows.shapes.person import PassFacts as PassFacts
from flows.shapes.person import Person as Person
from flows.shapes.person import WaitingFacts as WaitingFacts
from flows.shapes.scans import SeenPass
from flows.shapes.user_input import UserInput as UserInput

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Answers = Mapping[str, Any]
"""Answers by step name; each value survives JSON (days are ISO strings)."""


def field_values(record: Any) -> dict[str, Any]:
    """What each field of a dataclass holds, by name: what it holds is not copied, unlike dataclasses.asdict."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


# --- what is known -----------------------------------------------------------------------------


class Facts(Protocol):
    """The facts that a flow may ask for in a turn. Each is loaded when first asked for and then stays the same."""

    @property
    def now(self) -> datetime:
        """The moment of the turn, aware, in UTC."""

    @property
    def region(self) -> str:
        """ISO region for phone numbers typed without a country code."""

    @property
    def profile_name(self) -> str:
        """The WhatsApp profile name, empty where there is none."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event that is not long past, open or not, by start."""

    def days(self, event: Event) -> tuple[EventDay, ...]:
        """The event's days with the places left now."""

    @property
    def person(self) -> Person:
        """The person who writes."""

    @property
    def passes(self) -> tuple[PassFacts, ...]:
        """The person's valid passes of today and later, the next one first."""

    @property
    def waiting(self) -> tuple[WaitingFacts, ...]:
        """The full days on whose waiting lists the person stands, by day."""

    @property
    def on_roster(self) -> bool:
        """Whether whoever is writing stands on any roster, enabled or not, or owns the installation."""

    @property
    def duty(self) -> Duty | None:
        """The work at a gate of whoever is writing; None: a visitor."""

    @property
    def former_duty(self) -> Event | None:
        """The event on whose roster a visitor still stands, enabled, although it is cancelled or over."""

    @property
    def owns(self) -> bool:
        """Whether whoever is writing is an owner of the installation; nobody asks for who is on duty."""

    @property
    def figures(self) -> GateStats:
        """The day's figures of the event for which they work; asked of nobody but who is on duty."""

    @property
    def kinds(self) -> tuple[PassKind, ...]:
        """The kinds of pass of the event for which they work, the visitors' first."""

    @property
    def codes_need_whatsapp(self) -> bool:
        """Whether one-time codes go at present only to phones that have written to us on WhatsApp within the day."""

    def search(self, name: str = "", phone: str = "") -> tuple[tuple[SeenPass, ...], bool] | None:
        """A few of today's passes of a name or phone (E.164), and whether there are more; None: searched too often."""

    def near_pass(self, code: str) -> SeenPass | None:
        """Today's one pass a character from a mistyped code; None: none, several, or offered too often."""


# --- what is kept between turns ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is in their conversation. Kept as JSON between turns."""

    flow: str = ""
    """Empty: nothing is going on."""
    version: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""
    """The step whose question stands open."""
    tries: int = 0
    """Unusable answers to that question so far."""
    language: str | None = None
    stopped: bool = False
    under: Mapping[str, Any] | None = None
    """The conversation that this one interrupted (`language`, `menu`), as JSON; None: none."""

    def but(self, **changes: Any) -> "State":
        """A copy of the state with the named fields changed."""
        return replace(self, **changes)


# --- what is said ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its English source and what to put into it; rendered in the reader's language.

    Parameters may be strings, numbers, dates, times, moments, other Sentences, or a Mapping of strings
    by language. A parameter that is missing is filled from the results of the turn's effects.
    """

    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    """The source's plural form, chosen by the parameter `count`."""

    def filled(self, **params: Any) -> "Sentence":
        """The sentence with these parameters besides its own."""
        return Sentence(self.source, {**self.params, **params}, self.plural)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from: shown numbered, or as a button or list row."""

    id: str
    title: Sentence | str
    detail: Sentence | str = ""


# --- what is done ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that the bot is asked to do. Imperative; performed in order, in one transaction."""


@dataclass(frozen=True, slots=True)
class Say(Effect):
    """Answer the person: paragraphs, then the options to choose from. Writes nothing."""

    paragraphs: tuple[Sentence, ...]
    options: tuple[Option, ...] = ()
    step: str = ""
    """The step that this asks, so that taps can be told apart."""
    first: int = 0
    """How many options a list leaves out at its beginning, where not all fit: they were shown before."""


@dataclass(frozen=True, slots=True)
class VisitWish:
    """A visit that somebody wants, with what they answered and agreed to."""

    event: str
    """Its slug."""
    full_name: str
    visit_date: date
    party_size: int
    answers: Mapping[str, Any] = field(repr=False)
    language: str
    consent_version: int
    consent_text: str


@dataclass(frozen=True, slots=True)
class Register(VisitWish, Effect):
    """Register and issue the pass; refuses `day_full`, `day_closed`, `already_registered`, `event_…`.

    Results: `code`, `day`, `party_size`. The picture of the pass is sent to the person who asked.
    """

    phone: str | None = None
    """For somebody else: their number, proved by OTP; None: the person who is writing."""
    waiting: int | None = None
    """The entry of a waiting list whose offered place this takes: then it refuses `place_gone` too."""


@dataclass(frozen=True, slots=True)
class SendPass(Effect):
    """Send the picture of this pass to the person who is writing; `shared`: the one that is to be forwarded."""

    code: str
    language: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class ChangePass(Effect):
    """Re-issue a pass for another day or party, in one transaction; refuses as Register does.

    Results: `code`, `day`, `party_size` of the new pass.
    """

    code: str
    visit_date: str
    party_size: int
    language: str


@dataclass(frozen=True, slots=True)
class CancelPass(Effect):
    """Revoke a pass of this person and give its places back; refuses `no_such_pass`."""

    code: str


@dataclass(frozen=True, slots=True)
class EraseMe(Effect):
    """Forget whoever is writing; refuses `valid_today` where they have a valid pass for today and not `even_today`."""

    even_today: bool


@dataclass(frozen=True, slots=True)
class SendOtp(Effect):
    """Send an OTP to a phone; refuses `otp_wait`, `otp_too_many`, `otp_unreachable`, `otp_country`, `otp_budget`."""

    purpose: str
    phone: str
    language: str
    event: str = ""
    """The slug of the event that it is for, which may send to more countries; empty: for none in particular."""


@dataclass(frozen=True, slots=True)
class VerifyOtp(Effect):
    """Check an OTP; refuses `otp_wrong` (parameter `left`), `otp_not_sent`, `otp_expired`, `otp_used_up`."""

    purpose: str
    phone: str
    otp: str


@dataclass(frozen=True, slots=True)
class KeepLanguage(Effect):
    """Keep the chosen language with the person, if the database knows them."""

    language: str
    newcomer: bool = False
    """Keep it also with somebody whom the database does not know yet."""


@dataclass(frozen=True, slots=True)
class StopMessages(Effect):
    """Note that the person wants no message that was not asked for."""


@dataclass(frozen=True, slots=True)
class ResumeMessages(Effect):
    """Undo StopMessages."""


@dataclass(frozen=True, slots=True)
class MarkFailuresTold(Effect):
    """Note that somebody was told of passes that could not be delivered. Results: `links`, each on its own line."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """Begin another flow, in the engine; not an effect: it never leaves the engine."""

    flow: str
    answers: Mapping[str, Any] = field(default_factory=dict)


Outcome = tuple[Effect | Start, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of a turn: the new state, and the effects."""

    state: State
    effects: tuple[Effect, ...]
    flow: str = ""
    """The flow that the effects come from, which may have ended with them; empty: none."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """The answers from which they come."""


# --- what a flow is ----------------------------------------------------------------------------


class Invalid(Coded):
    """An answer that cannot be used."""


class Field(Protocol):
    """A typed answer. `known` is what must be known to judge it: JSON, so that any process can judge."""

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The facts that parse, find and options need this turn, as JSON."""
        return {}

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> Any:
        """The value (JSON, never None; empty string for a skipped answer). Raises Invalid."""

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """Raises Invalid when a value that was kept earlier holds no longer."""
        return

    def find(self, text: str, known: Mapping[str, Any]) -> Any:
        """The value where a longer text states it beyond doubt, else None."""
        return None

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The answers to choose from; empty where any may be typed."""
        return ()

    def shown(self, value: Any, known: Mapping[str, Any]) -> Any:
        """The value as a summary names it: something a Sentence takes as a parameter."""
        return value


def always(answers: Answers, facts: Facts) -> bool:
    """The condition of a step that is always asked."""
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a flow. The next step is the first applicable one without an answer."""

    name: str
    ask: Sentence | Callable[[Answers, Facts], tuple[Sentence, ...]]
    field: Field
    label: Sentence | None = None
    """How a summary and a form call it; None: not named in summaries."""
    when: Callable[[Answers, Facts], bool] = always
    given: Callable[[Answers, Facts], Any] = lambda answers, facts: None
    """A value that makes the question needless (the only open day); None: ask."""
    after: Callable[[Answers, Facts], tuple[Effect, ...]] = lambda answers, facts: ()
    """Effects as soon as the answer is accepted (send an OTP, check it)."""
    example: Sentence | None = None
    """An answer that would do, told after three that did not."""
    once: bool = False
    """An answer that cannot be given twice (an OTP): `back` drops it together with the one before."""
    heard: Callable[[str, Any], tuple[Sentence, ...]] = lambda text, value: ()
    """What is said of how a typed answer was read (a sum), in front of the next question."""
    noted: Callable[[Answers, Facts], Answers] = lambda answers, facts: {}
    """What is kept among the answers whenever this is asked: what its words were (the version of a consent)."""
    also: Callable[[str, Answers, Facts], tuple[Effect, ...]] = lambda command, answers, facts: ()
    """What a command word (by its name in flows.understanding) asks for at this question only: the
    effects, after which the question is asked again (`resend` an OTP); nothing: no such command here."""


Refusal = Callable[[str, Mapping[str, Any], Answers, Facts], Outcome]
"""What follows the sentence of a refusal: its code, its parameters, the answers, the facts. Nothing that
writes but SendPass; a Start of the same flow with some answers goes on with those."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation as data."""

    name: str
    version: int
    """Raised when steps change their meaning: see engine.revive."""
    steps: tuple[Step, ...]
    finish: Callable[[Answers, Facts, str], Outcome]
    """What all answers together come to; the third argument is the language."""
    refused: Mapping[str, str | Refusal | None] = field(default_factory=dict)
    """Where a refusal leads: to the step to ask again (its answer is dropped); None: the end; or what else follows."""
    questions_before: str = ""
    """The step before which the event's own questions are asked; empty: none."""
    opening: Callable[[Answers, Facts], tuple[Sentence, ...]] = lambda answers, facts: ()
    """What is said once, before the first question."""
    instead: Callable[[Answers, Facts], Outcome] = lambda answers, facts: ()
    """Asked before each question and before `finish`: where it gives anything, the flow ends with that."""
