r"""Plays conversations that are written as text, in `tests/flows/scripts/*.txt`.

A file holds several conversations; each begins with its title::

    === somebody registers in English
    # now: 2026-01-15T10:00+05:30      facts at the start; this is the default moment
    # events: demo, fair               see events.py; the default is demo; `-`: none
    # profile: Asha Rao                the WhatsApp profile name
    # phone: +919811111111             the number they write from
    # known: hi                        in the database, with this language; `-` without one
    # passes: 7QK2-M9X5 demo 2026-01-16 3 Asha Rao         a valid pass; ` | other` after it: for somebody else
    # without: 7QK2-M9X5               that pass is valid no more
    # former: 7QK2-M9X5 demo 2026-01-16 3 Asha Rao         a pass of who had their phone before them
    # unconfirmed:                     their phone is on a roster, but perhaps not theirs any more
    # failed: 7QK2-M9X5                passes whose picture could not be delivered
    # left: demo 2026-01-17 2          places left on a day
    # closed: demo 2026-01-18          a day without entry
    # waiting list: demo 3             its full days can be waited for; on each so many wait already
    # waits: demo 2026-01-17 2 4 Asha Rao        the fourth in that line, for two; 0: it ended without them
    # offered: demo 2026-01-17 2 11:00 Asha Rao  a place for two is theirs until that hour
    # stopped:                         the database knows that they want no messages
    # form: demo on                    its questions are offered as a form
    # codes: whatsapp                  one-time codes go only to phones that have written to us
    # duty: supervisor main            on the roster; this and the gate's other facts: see gate_facts.py
    # terms: demo We keep your name.   the event's consent has other words
    # refuse: Register day_full day=2026-01-16      the next such effect is refused, as the bot would
    > hi                               what they write; `\n` in it is a new line
    > [tap 2026-01-16 on visit_date]   a tap on an option (its id; `on STEP` where the channel knows)
    > [image] or [image my caption]    anything that is no words; [empty]; [10000 characters]
    > [photo a, b | caption]           a photo with these QR texts
    > [form full_name=Asha; party_size=3]        a form sent back; ` for registration demo` or ` for change demo CODE`
    > [late]                           a message that was found late
    ? visit_date                       the step that stands open then; `? -`: none
    < {day_full}                       a sentence of the answer, by its code (or its name in flows.text.phrases)
    < Asha Rao                         words of the answer
    <! Delhi                           words or a sentence that are not in the answer
    ! Register(party_size=3)           the effects besides Say: all of them, in order, with some of their fields
    = party_size 3                     a kept answer; also @flow, @language, @stopped, @under, @tries, @form (a flow)
    @ left: demo 2026-01-16 0          the facts change (as `#`, and `now`)

The events' languages are English and Hindi; in a file called after another language English and that one.
What follows a `>` line is about its turn. Before every turn the state has been through JSON.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from flows import engine
from flows.engine import filled_forms
from flows.gate import begun_at, walkup
from flows.gate import menu as gate_menu
from flows.gate import questions as gate_questions
from flows.locale import CODES, CONFIRMED, SOURCE
from flows.sandbox import world as sandbox_world
from flows.sandbox.play import spoken
from flows.shapes import Effect, PassFacts, Say, Turn, UserInput, WaitingFacts
from flows.text import phrases, sentence_for
from flows.text.translate import MISSING
from flows.visitor import undelivered
from tests.flows import event_facts, form_lines
from tests.flows.events import events
from tests.flows.gate_facts import FACTS as GATE_FACTS
from tests.flows.gate_world import World
from tests.flows.turns import sources

FOLDER = Path(__file__).with_name("scripts")
NOW = "2026-01-15T10:00+05:30"


@dataclass(frozen=True)
class Script:
    """One conversation: its title, where it is written, and its lines with their numbers."""

    title: str
    file: str
    lines: tuple[tuple[int, str], ...]


def scripts() -> Iterator[Script]:
    """Every conversation of the folder."""
    for path in sorted(FOLDER.glob("*.txt")):
        yield from read(path.read_text(encoding="utf-8"), path.name)


def read(text: str, file: str = "") -> Iterator[Script]:
    """The conversations of one file."""
    title, lines = "", list[tuple[int, str]]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("==="):
            if lines:
                yield Script(title, file, tuple(lines))
            title, lines = line.strip("= "), []
        elif line.strip() and title:
            lines.append((number, line.rstrip()))
    if lines:
        yield Script(title, file, tuple(lines))


# --- playing ------------------------------------------------------------------------------------


@dataclass
class Play:
    """A conversation while it is played."""

    world: World
    languages: tuple[str, ...] = CONFIRMED
    """The languages of the events: English and the script's own, or those that are confirmed."""
    kept: dict[str, Any] | None = None
    turn: Turn | None = None
    answer: str = ""
    nothing_on: bool = False
    told: int = 0
    """How many effects of the last turn the script has told."""

    def say(self, words: str) -> None:
        """One message and its turn."""
        self.begin()
        self.told = 0
        kept = json.loads(json.dumps(self.kept)) if self.kept is not None else None
        results: dict[str, Any] = {}
        if words == "[late]":
            self.turn = engine.step_late(engine.revive(kept)[0], self.world)
        else:
            self.turn, results = sandbox_world.send(
                self.world, kept, form_lines.read(words, self.world, kept) or said(words)
            )
        self.kept = json.loads(json.dumps(engine.to_json(self.turn.state)))
        self.answer = spoken(self.turn, results)
        assert MISSING not in self.answer, "a sentence lacks a parameter"

    def begin(self, *names: str) -> None:
        """Let the events be, or the demo event where none was named before."""
        for name in names or (() if self.world.events or self.nothing_on else ("demo",)):
            event, *more = events(self.world.now)[name]
            self.world.add(replace(event, languages=self.languages), *more)

    @property
    def taken(self) -> Turn:
        """The last turn."""
        assert self.turn is not None, "nothing was said yet"
        return self.turn


def said(words: str) -> UserInput:
    """The message that a `>` line writes, other than a form."""
    if not (words.startswith("[") and words.endswith("]")):
        return UserInput(words)
    kind, _, rest = words[1:-1].partition(" ")
    if kind == "tap":
        choice, _, step = rest.partition(" on ")
        return UserInput(choice, choice=choice, tapped_on=step, form="choice")
    if kind == "photo":
        codes, _, caption = rest.partition("|")
        return UserInput(caption.strip(), form="photo", codes=tuple(codes.replace(",", " ").split()))
    if kind.isdecimal():
        return UserInput("x" * int(kind))
    return UserInput("") if kind == "empty" else UserInput(rest, form=kind)


def play(script: Script) -> None:
    """Play a conversation; an AssertionError names the line that does not hold."""
    language = script.file.removesuffix(".txt").rpartition("_")[2]
    own = (SOURCE, language) if language in CODES and language not in CONFIRMED else CONFIRMED
    going = Play(World(datetime.fromisoformat(NOW)), own)
    for number, line in (*script.lines, (0, "")):
        try:
            _line(going, line)
        except AssertionError as wrong:
            where = f"{script.file}:{number}: {line}\n{wrong}"
            raise AssertionError(f"{where}\n--- answer:\n{going.answer}\n--- state: {going.kept}") from None


def _untold(going: Play) -> list[Effect]:
    return _effects(going.turn)[going.told :] if going.turn else []


def _effects(turn: Turn) -> list[Effect]:
    return [effect for effect in turn.effects if not isinstance(effect, Say)]


def _line(going: Play, line: str) -> None:
    if not line:  # the end
        assert not _untold(going), f"effects that are not told: {_untold(going)}"
        return
    mark, rest = re.match(r"(<!|[#@>?<!=])\s?(.*)", line).groups()  # type: ignore[union-attr]  # a line is one of these
    if mark == ">":
        assert not _untold(going), f"effects that are not told: {_untold(going)}"
        going.say(rest.replace("\\n", "\n"))
    else:
        _CHECKS[mark](going, rest.strip())


def _check_effect(going: Play, wanted: str) -> None:
    assert _untold(going), "there is no such effect"
    match = re.fullmatch(r"(\w+)\((.*)\)", wanted)
    assert match, "an effect is written Name(field=value, …)"
    effect = _untold(going)[0]
    going.told += 1
    assert type(effect).__name__ == match[1], f"the effect is {effect}"
    known = {one.name: getattr(effect, one.name) for one in fields(effect)}
    for name, value in re.findall(r"(\w+)=([^,]*)(?:, |$)", match[2]):
        assert str(known[name]) == value.strip(), f"{name} is {known[name]}"


def _check_step(going: Play, wanted: str) -> None:
    asked = going.taken.state.asked if going.taken.state.flow else "-"
    assert asked == wanted, f"the open step is {asked}"


def _check_words(going: Play, wanted: str) -> None:
    assert _has(going, wanted), "the answer has not these words"


def _check_no_words(going: Play, unwanted: str) -> None:
    assert not _has(going, unwanted), "the answer has these words"


def _has(going: Play, wanted: str) -> bool:
    name = re.fullmatch(r"\{(\w+)\}", wanted)
    if name is None:
        return wanted in going.answer
    rooms = (
        (phrases, gate_menu, gate_questions, begun_at, undelivered, walkup, filled_forms) if name[1].isupper() else ()
    )
    named = (getattr(room, name[1]) for room in rooms if hasattr(room, name[1]))
    sentence = next(named, None) or sentence_for(name[1])
    return sentence.source in sources(going.taken)


def _check_kept(going: Play, wanted: str) -> None:
    name, _, value = wanted.partition(" ")
    state = going.taken.state
    known = {"@" + one.name: getattr(state, one.name) for one in fields(state)}
    known["@under"] = (state.under or {}).get("flow", "")
    known["@form"] = form_lines.offered(going.taken, going.world)
    actual = known[name] if name.startswith("@") else state.answers.get(name)
    assert str(actual) == value, f"{name} is {actual}"


# --- facts --------------------------------------------------------------------------------------


def _fact(going: Play, line: str) -> None:
    name, _, value = line.partition(":")
    if more := {**GATE_FACTS, **form_lines.FACTS, **event_facts.FACTS}.get(name.strip()):
        going.begin()
        more(going.world, value.strip())
    else:
        _FACTS[name.strip()](going, value.strip())


def _now(going: Play, value: str) -> None:
    going.world.now = datetime.fromisoformat(value)


def _named_events(going: Play, value: str) -> None:
    names = [name.strip() for name in value.split(",") if name.strip(" -")]
    going.nothing_on = not names
    going.begin(*names)


def _person(**known: Callable[[str], Any]) -> Callable[[Play, str], None]:
    def change(going: Play, value: str) -> None:
        going.begin()
        changes = {name: make(value) for name, make in known.items()}
        going.world.person = replace(going.world.person, **changes)

    return change


def _pass(going: Play, value: str) -> None:
    going.begin()
    text, _, other = value.partition(" | ")
    code, event, day, party, name = text.split(None, 4)
    held = PassFacts(event, date.fromisoformat(day), int(party), name.strip(), code, other.strip() != "other")
    going.world.passes = tuple(sorted((*going.world.passes, held), key=lambda one: one.day))
    going.world.person = replace(going.world.person, known=True)


def _without(going: Play, value: str) -> None:
    going.world.passes = tuple(one for one in going.world.passes if one.code != value)


def _former(going: Play, value: str) -> None:
    before = going.world.passes, going.world.person
    _pass(going, value)
    [made] = [one for one in going.world.passes if one not in before[0]]
    going.world.formers, going.world.passes = (*going.world.formers, made), before[0]
    going.world.person = replace(before[1], may_prove=True, proof_untold=True)


def _day(going: Play, value: str, **changes: Any) -> None:
    going.begin()
    event, day, *left = value.split()
    days = going.world.places[event]
    if left:
        changes["left"] = None if left[0] == "-" else int(left[0])
    days[date.fromisoformat(day)] = replace(days[date.fromisoformat(day)], **changes)


def _waits(going: Play, value: str) -> None:
    event, day, party, place, name = value.split(None, 4)
    _stands(going, event, date.fromisoformat(day), int(party), name, place=int(place))


def _offered(going: Play, value: str) -> None:
    event, day, party, until, name = value.split(None, 4)
    zone = going.world.now.tzinfo
    end = datetime.combine(going.world.now.date(), time.fromisoformat(until), zone)
    going.world.waiting = tuple(one for one in going.world.waiting if str(one.day) != day)
    _stands(going, event, date.fromisoformat(day), int(party), name, offered_until=end)


def _stands(going: Play, event: str, day: date, party: int, name: str, place: int = 0, **more: Any) -> None:
    going.begin()
    world = going.world
    made = WaitingFacts(event, day, party, name, len(world.waiting) + 1, place, language="en", **more)
    world.waiting = (*world.waiting, made)
    world.person = replace(world.person, known=True)


def _refuse(going: Play, value: str) -> None:
    effect, code, *params = value.split()
    going.world.refusals.append((effect, code, dict(_param(param) for param in params)))


def _param(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    if value.isdecimal():
        return name, int(value)
    return name, date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value


_FACTS: Mapping[str, Callable[[Play, str], None]] = {
    "now": _now,
    "events": _named_events,
    "profile": lambda going, value: setattr(going.world, "profile_name", value),
    "known": _person(known=lambda value: True, language=lambda value: None if value == "-" else value),
    "phone": _person(phone=str),
    "stopped": _person(known=lambda value: True, stopped=lambda value: True),
    "failed": _person(known=lambda value: True, failed_codes=lambda value: tuple(value.replace(",", " ").split())),
    "passes": _pass,
    "without": _without,
    "former": _former,
    "unconfirmed": _person(known=lambda value: True, is_unconfirmed=lambda value: True),
    "left": _day,
    "closed": lambda going, value: _day(going, value, closed=True),
    "waits": _waits,
    "offered": _offered,
    "refuse": _refuse,
}

_CHECKS: Mapping[str, Callable[[Play, str], None]] = {
    "#": _fact,
    "@": _fact,
    "?": _check_step,
    "<": _check_words,
    "<!": _check_no_words,
    "=": _check_kept,
    "!": _check_effect,
}
