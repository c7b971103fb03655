"""The state machine: what people do, and what becomes of the events meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from bot.domain import roster
from bot.domain.events import changes
from bot.domain.models import Pass
from bot.domain.roster import gates
from bot.errors import Refused
from flows.understanding import codes, vocabulary
from tests.flows.test_anything import GOOD as GOOD_ANSWERS
from tests.fuzz.chat import promises
from tests.fuzz.chat.fair import CAPACITY, FIRST_DAY, PEOPLE, ROLES, STAFF, Answer, Fair
from tests.fuzz.targets import STRANGE

COMMANDS = sorted(vocabulary.current().values("commands"))
AT_GATES = sorted(vocabulary.current().values("gate"))
SAID = (
    *(
        "hi",
        "yes",
        "no",
        "0",
        "1",
        "2",
        "99",
        "-1",
        "kal",
        "अगले शनिवार",
        "31/2",
        "15 jan",
        "skip",
        "हाँ",
        "नहीं",
        "stop",
        "start",
    ),
    *("register 3 people for saturday", "my pass", "change", "cancel pass", "delete my data", "register someone else"),
    *(
        "hi fair",
        "hi expo",
        "language",
        "2 adults and 1 child",
        "मैं और मेरी पत्नी",
        "please stop",
        "who are you?",
        "thanks",
    ),
    *("in 5", "out 2", "undo", "gate north", "find zut", "find 9810000001", "stats", "new Gopal Krishnan 2", "sign in"),
    *("pause entry", "resume entry", "resume ravi", "visitor", "menu", "force", "check", "new", "release expo"),
    *(
        "\u202eabc",
        "\u200b",
        "👍",
        "🌸" * 900,
        "x" * 1700,
        "",
        " ",
        "\n\n1\n",
        "&lt;b&gt;",
        "\x01\x02",
        "தமிழ்",
        "ಕನ್ನಡ",
        "ABCD-EFGH",
    ),
)
FORMS: tuple[dict[str, str], ...] = (
    {
        "MessageType": "image",
        "NumMedia": "1",
        "MediaUrl0": "https://elsewhere.example/x",
        "MediaContentType0": "image/jpeg",
    },
    *({"MessageType": kind} for kind in ("audio", "sticker", "contacts", "location", "reaction", "unsupported")),
    {"MessageType": "document", "NumMedia": "1", "MediaContentType0": "application/pdf", "Body": "7QK2-M9X5.pdf"},
    *({"ButtonPayload": payload, "Body": "x"} for payload in ("1", "yes", "agree.01234567:yes", "confirm", "x" * 300)),
    {"ListId": "visit_date.00000000:2027-01-14", "Body": ""},
    {"InteractiveData": '{"full_name": "A"}', "Body": "", "MessageType": "interactive"},
    {"Latitude": "1", "Longitude": "2", "Body": ""},
)
typed = st.text(st.characters(exclude_characters="{}%—", codec="utf-8"), max_size=40)
texts = st.one_of(st.sampled_from(SAID), st.sampled_from(COMMANDS), st.sampled_from(AT_GATES), typed)
people = st.sampled_from(sorted(PEOPLE))
NUMBERED = ("visit_date", "party_size", "event", "choice", "code", "language", "gate", "kind")
GOOD = {name: said for name, said in GOOD_ANSWERS.items() if name not in NUMBERED}
"""What will do for a question; to the others a small number does."""
BEGINNINGS = (
    "hi fair",
    "hi expo",
    "register",
    "change",
    "cancel pass",
    "my pass",
    "register someone else",
    "new",
    "visitor",
)
WITH_CODES = (
    "{}",
    "{}",
    "{} 2",
    "out {}",
    "check {}",
    "undo {}",
    "force {} lost his phone",
    "{}\n{}",
    "out {} 1",
    "in {}",
)


class AnyChat(RuleBasedStateMachine):
    """A book fair of three days and a flower show of one, on the day before and on."""

    fair: Fair
    """Given by whoever runs it."""

    @initialize()
    def begin(self) -> None:
        """Nobody has written yet."""
        self.fair.anew()
        self.last: dict[str, tuple[dict[str, str], Answer]] = {}

    # --- what people write ----------------------------------------------------------------------------

    def _write(self, who: str, form: dict[str, str], sid: str = "") -> Answer:
        said = form.get("Body", "")
        with self.fair.service.database.read() as db:
            before = promises.Books.read(db)
        answer = self.fair.post(who, form, sid)
        promises.after_message(self.fair, who, said, answer, before)
        self.last[who] = (form, answer)
        return answer

    @rule(who=people, text=texts)
    def say(self, who: str, text: str) -> None:
        """Anything."""
        self._write(who, {"Body": text})

    @rule(who=people, form=st.sampled_from(FORMS))
    def show(self, who: str, form: dict[str, str]) -> None:
        """Something that is no text."""
        self._write(who, form)

    @rule(who=people, times=st.integers(2, 10), number=st.integers(1, 3), begin=st.sampled_from(BEGINNINGS))
    def answer_well(self, who: str, times: int, number: int, begin: str) -> None:
        """What is asked, for a while: so people get through."""
        for _ in range(times):
            asked = str(self.fair.states.get(who, {}).get("asked") or "")
            good = {"full_name": PEOPLE[who].name, "": begin}.get(asked) or GOOD.get(asked) or str(number)
            self._write(who, {"Body": good})

    @rule(who=people, which=st.integers(0, 9), shape=st.sampled_from(WITH_CODES))
    def show_codes(self, who: str, which: int, shape: str) -> None:
        """Codes of passes that there are, and one that there is not."""
        shown = self._codes()
        self._write(who, {"Body": shape.format(shown[which % len(shown)], shown[(which + 1) % len(shown)])})

    @rule(
        who=st.sampled_from(sorted(STAFF)),
        which=st.integers(0, 9),
        shape=st.sampled_from(WITH_CODES),
        behind=st.booleans(),
    )
    def show_codes_among_words(self, who: str, which: int, shape: str, behind: bool) -> None:
        """A word beside codes moves no pass."""
        if self.fair.states.get(who, {}).get("flow") or "force" in shape:
            return  # an answer to a question may be any words, and a reason is
        shown = self._codes()
        text = shape.format(shown[which % len(shown)], shown[(which + 1) % len(shown)])
        with self.fair.service.database.read() as db:
            before = promises.Books.read(db)
        self._write(who, {"Body": f"{text} {STRANGE}" if behind else f"{STRANGE} {text}"})
        with self.fair.service.database.read() as db:
            assert promises.Books.read(db).uses == before.uses, "a pass moved though other words stood beside its code"

    def _codes(self) -> list[str]:
        with self.fair.service.database.read() as db:
            return ["7QK2-M9X5", *map(codes.shown, db.scalars(select(Pass.code).order_by(Pass.id)))]

    @rule(who=people)
    def repeat(self, who: str) -> None:
        """Twilio posts the last message again: the same answer, and nothing moves."""
        if who not in self.last:
            return
        form, before = self.last[who]
        with self.fair.service.database.read() as db:
            books = promises.Books.read(db)
        again = self.fair.post(who, form, before.sid)
        assert (again.text, again.others) == (before.text, before.others)
        with self.fair.service.database.read() as db:
            assert promises.Books.read(db) == books

    # --- what happens meanwhile -----------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 3, 30, 240, 700, 1500]))
    def wait(self, minutes: int) -> None:
        """Time goes by."""
        self.fair.moment.shift(timedelta(minutes=minutes))

    @rule()
    def send(self) -> None:
        """What is due leaves."""
        promises.after_sending(self.fair, self.fair.drain())

    @rule(slug=st.sampled_from(["fair", "expo"]), how=st.sampled_from(["open", "close", "cancel"]))
    def switch(self, slug: str, how: str) -> None:
        """An event opens, closes or is cancelled."""
        acts = {"open": changes.open_event, "close": changes.close_event, "cancel": changes.cancel_event}
        self._decide(lambda db: acts[how](db, slug))

    @rule(capacity=st.sampled_from([None, 1, 4, CAPACITY]), closed=st.booleans(), day=st.integers(0, 2))
    def set_day(self, capacity: int | None, closed: bool, day: int) -> None:
        """One day of the fair."""
        which = FIRST_DAY + timedelta(days=day)
        self._decide(lambda db: changes.set_day(db, "fair", which, capacity=capacity, closed=closed))

    @rule(who=st.sampled_from(sorted(ROLES)), enabled=st.booleans())
    def enable(self, who: str, enabled: bool) -> None:
        """Somebody of the team may work, or may not."""
        phone = STAFF[who].address.removeprefix("whatsapp:")
        self._decide(lambda db: roster.set_enabled(db, phone, enabled, region="IN"))

    @rule(gate=st.sampled_from(["main", "north"]), closed=st.booleans())
    def close_gate(self, gate: str, closed: bool) -> None:
        """A gate of the fair."""
        self._decide(lambda db: gates.close(db, "fair", gate, closed=closed))

    @rule(languages=st.sampled_from([["en", "hi"], ["hi", "en"], ["en"], ["en", "hi", "ta"]]))
    def set_languages(self, languages: list[str]) -> None:
        """Those that the fair speaks."""
        self._decide(lambda db: changes.change(db, "fair", languages=languages))

    def _decide(self, act: Callable[[Any], object]) -> None:
        with suppress(Refused), self.fair.service.database.write() as db:
            act(db)


def machine(fair: Fair) -> type[AnyChat]:
    """The state machine over this service."""
    return type("AnyChatOfThisFair", (AnyChat,), {"fair": fair})
