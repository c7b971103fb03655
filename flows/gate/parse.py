"""Parses a gate message: codes to admit, a command, or neither.

A bare number, a yes, a greeting or a sentence with a code in it is never taken for a scan: only codes alone
are (flows.gate.lists). See docs/contract.md#roster-numbers-in-the-chat.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows import understanding
from flows.gate import lists as gate_lists
from flows.gate.codes import at_start, count_at_start, doubts, folded, is_code, seen, words_of
from flows.gate.command_names import (
    CHECK,
    COUNT,
    FIND,
    FORCE,
    IN,
    NEW,
    OUT,
    PAUSE,
    RELEASE,
    RESUME,
    SCAN,
    UNCLEAR,
    UNDO,
)
from flows.gate.lists import command_at_start
from flows.shapes.scans import Scanned
from flows.understanding.vocabulary import Vocabulary, compiled

MAX_CODES = 20
"""Codes that one message may hold (docs/gate.md#for-volunteers)."""
MAX_MESSAGE_LENGTH = 6000
"""Characters of a message that are looked at: twenty QR texts."""
MAX_LINES = 60
"""Lines of a message that are looked at."""
_GLUED = re.compile(r"(\D+?)(\d{1,4})")
"""`in5`."""
_COLON = re.compile(r"^([^\s:]+):(?!//)")
"""`find:asha`."""
_WITH_ANY_WORDS = (FIND, NEW, PAUSE, RESUME, RELEASE)
"""Commands behind which anything may stand: none of them lets anybody in."""


@dataclass(frozen=True, slots=True)
class GateMessage:
    """The meaning of a gate message."""

    word: str = ""
    """The command, by its name in flows.gate.command_names; empty: nothing of the gate's."""
    rest: str = ""
    """What stands after the command, as typed."""
    scans: tuple[Scanned, ...] = ()
    direction: str = IN
    """The direction of a count."""
    people: int | None = None
    """The number of a count; None where no number can be read."""
    seen: int = 0
    """Passes that stand beside what is not plain."""
    photo: bool = False
    """Whether that is a photo with its words."""


def read(text: str) -> GateMessage:
    """Parse a message at a gate."""
    lines = _lines(text)
    is_cut = len(text) > MAX_MESSAGE_LENGTH or len(lines) > MAX_LINES  # the rest of the message is not known
    lines = lines[:MAX_LINES]
    whole = " ".join(lines)
    word, rest = _command(whole)
    if word == FORCE:
        return _forced(rest)
    if word in _WITH_ANY_WORDS:
        return GateMessage(word, rest)
    if word in (IN, OUT) and rest.isdecimal() and not is_code(rest):  # eight digits count people too
        return _counted(word, rest)
    return _of_codes(lines, whole, is_cut=is_cut) or _without_codes(word, rest)


def _lines(text: str) -> list[str]:
    plain = understanding.cleaned(folded(text[:MAX_MESSAGE_LENGTH]), lines=True)
    return [line for line in plain.split("\n") if line]


def _of_codes(lines: Sequence[str], whole: str, *, is_cut: bool) -> GateMessage | None:
    """A message of codes, or one in which passes stand beside something else; None where there is neither."""
    count = sum(map(seen, lines))
    found = None if is_cut else gate_lists.read(lines)
    if found is None and not count and not is_cut:  # one code on several lines
        found = gate_lists.read([whole])
    if found is None:
        return GateMessage(UNCLEAR, seen=count) if count else None
    return GateMessage(UNDO if UNDO in found.commands else SCAN, scans=found.scans())


def _forced(rest: str) -> GateMessage:
    """`force CODE reason`: one code, and a reason in which no other stands."""
    found = at_start(words_of(rest))
    if found is None or seen(" ".join(found.rest)):
        return GateMessage(FORCE, rest)
    reason = _after(found.text, rest)
    return GateMessage(FORCE, scans=(Scanned(found.text, force=True, reason=reason),))


def _after(code: str, text: str) -> str:
    """The text behind a code, as typed."""
    words = text.split()
    for place in range(1, len(words) + 1):
        if "".join(words_of(" ".join(words[:place]))) == code.replace(" ", ""):
            return " ".join(words[place:])
    return ""


def _without_codes(word: str, rest: str) -> GateMessage:
    if word in (IN, OUT):
        return _counted(word, rest)
    return GateMessage(word, rest) if word else GateMessage()


def _counted(word: str, rest: str) -> GateMessage:
    words = [part for part in rest.split() if understanding.plain(part) not in _words().beside_counts]
    return GateMessage(COUNT, rest, direction=word, people=understanding.number(" ".join(words).lstrip("x×*")))


def in_photo(qr_texts: Sequence[str], caption: str) -> GateMessage:
    """What the QRs of a photo and its caption mean."""
    line = understanding.cleaned(folded(caption))
    word, rest = _command(line)
    if word == FORCE:
        return GateMessage(FORCE, scans=tuple(Scanned(text, force=True, reason=rest) for text in qr_texts))
    command, count, others = _caption(words_of(line))
    if others or (doubts(line) and command != CHECK):
        return GateMessage(UNCLEAR, seen=len(qr_texts) + seen(line), photo=True)
    same = Scanned("", direction=OUT if command == OUT else IN, count=count, simulate=command == CHECK)
    return GateMessage(UNDO if command == UNDO else SCAN, scans=tuple(replace(same, text=text) for text in qr_texts))


def _caption(words: Sequence[str]) -> tuple[str, int | None, Sequence[str]]:
    """Command and number of a caption, in either order, and the words that are neither."""
    command, rest = command_at_start(words)
    count, rest = count_at_start(rest)
    if not command:
        command, rest = command_at_start(rest)
    return command, count, rest


def whole_codes(text: str) -> bool:
    """Whether the message is nothing but codes that can be real: what is let through in the middle of a question."""
    heard = read(text)
    return heard.word == SCAN and all(is_code(scan.text) for scan in heard.scans)


# --- commands -----------------------------------------------------------------------------------


class _GateWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.exact = spoken.values("gate")
        self.beside_counts = spoken.words("gate_words.beside_counts")


_words = compiled(_GateWords)


def _command(line: str) -> tuple[str, str]:
    """The command with which a line begins, and the rest of it; empty and the line where there is none.

    As Hindi has it, a count and `check` may stand behind as well.
    """
    known = _words()
    words = _COLON.sub(r"\1 ", line).split()
    exact = known.exact.get(understanding.plain(line))
    if exact or not words:
        return exact or "", "" if exact else line
    if understanding.command(line):  # a word of the whole conversation: `नया कोड` is no walk-up
        return "", line
    for length in range(min(3, len(words)), 0, -1):
        name = known.exact.get(understanding.plain(" ".join(words[:length])))
        if name:
            return name, " ".join(words[length:])
    last, before = known.exact.get(understanding.plain(words[-1])), " ".join(words[:-1])
    if last == CHECK or (last in (IN, OUT) and understanding.number(before) is not None):
        return last, before
    glued = _GLUED.fullmatch(line)
    first = known.exact.get(understanding.plain(glued[1])) if glued else None
    return (first, glued[2]) if glued and first in (IN, OUT) else ("", line)
