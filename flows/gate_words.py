"""What somebody at a gate means: codes to admit, a command, or nothing of the gate's.

A bare number, a yes, a greeting or a sentence with a code in it is never taken for a scan: only codes alone
are, with what the contract (section 5) lets stand beside them.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows import codes, gate_vocabulary, understanding
from flows.gate_shapes import Scanned
from flows.gate_vocabulary import CHECK, COUNT, FORCE, IN, OUT, SCAN
from flows.shapes import Invalid

MOST_CODES = 20
"""In one message (contract, section 5)."""
LONGEST = 6000
"""Characters of a message that are looked at: twenty QR texts."""
MOST_LINES = 60
"""Of a message that are looked at."""
SHORTEST_TOKEN = 60
"""Characters from which a word without sense is taken for the token of a QR; ours have over a hundred."""
_EDGES = "*_~`.,;:!?\"'“”‘’()[]<>।"
_SHAPES = ((8,), (4, 4), (2, 2, 2, 2), (1,) * 8)
"""How people space the eight characters of a code."""
_DIGITS = re.compile(r"\d{4}-?\d{4}")
_PREFIX = re.compile(r"(?m)^\s*\\\d{6}")
"""What a hardware scanner types before a QR's text (contract, section 6)."""
_GLUED = re.compile(r"(\D+?)(\d{1,4})")
"""`in5`."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was meant."""

    word: str = ""
    """The command, by its name in flows.gate_vocabulary; empty: nothing of the gate's."""
    rest: str = ""
    """What stands after the command, as typed."""
    scans: tuple[Scanned, ...] = ()
    direction: str = IN
    """Of a count."""
    people: int | None = None
    """Of a count; None where no number can be read."""


def read(text: str) -> Heard:
    """What a message means at a gate."""
    lines = _lines(text)
    if len(lines) == 1:
        return _line(lines[0])
    items = [_line(line) for line in lines]
    if sum(bool(item.scans) for item in items) < 2:  # one thing on several lines, or a letter
        return _line(" ".join(lines))
    return Heard(SCAN, scans=tuple(scan for item, line in zip(items, lines, strict=True) for scan in _some(item, line)))


def _lines(text: str) -> list[str]:
    folded = understanding.cleaned(_folded(text[:LONGEST]), lines=True)
    return [line for line in folded.split("\n", MOST_LINES)[:MOST_LINES] if line]


def in_photo(found: Sequence[str], caption: str) -> Heard:
    """The same for the QRs of a photo and the words beside it; words that say nothing here change nothing."""
    line = understanding.cleaned(_folded(caption))
    word, rest = _command(line)
    count = _count(rest if word in (IN, OUT, CHECK) else line)
    same = Scanned("", OUT if word == OUT else IN, count, simulate=word == CHECK)
    if word == FORCE:
        same = Scanned("", force=True, reason=rest)
    return Heard(FORCE if word == FORCE else SCAN, scans=tuple(replace(same, text=text) for text in found))


def whole_codes(text: str) -> bool:
    """Whether the message is nothing but codes that can be real: what is let through in the middle of a question."""
    heard = read(text)
    return heard.word == SCAN and all(is_code(scan.text) for scan in heard.scans)


def is_code(text: str) -> bool:
    """Whether it is a code with its right check character."""
    try:
        codes.parse(text)
    except Invalid:
        return False
    return True


def is_mistyped(text: str) -> bool:
    """Whether it has the form of a code, but one character is wrong."""
    try:
        codes.parse(text)
    except Invalid as no:
        return no.code == "mistyped_code"
    return False


def mentioned(text: str) -> str:
    """A code that stands somewhere in a longer text, as shown; empty where there is none."""
    for word in _folded(text[:LONGEST]).split():
        bare = word.strip(_EDGES)
        if "-" in bare and is_code(bare):
            return codes.shown(codes.parse(bare))
    return ""


# --- one line -----------------------------------------------------------------------------------


def _line(line: str) -> Heard:
    word, rest = _command(line)
    if word in (IN, OUT, CHECK, FORCE):
        return _with_code(word, rest) or _counted(word, rest)
    if word:
        return Heard(word, rest)
    scans = _scans(line)
    return Heard(SCAN, scans=scans) if scans else Heard()


def _with_code(word: str, rest: str) -> Heard | None:
    """`out CODE 2`, `check CODE`, `force CODE reason`; None where no code follows."""
    if word == FORCE:
        found = _code_at_start(rest.split())
        return found and Heard(FORCE, scans=(Scanned(found[0], force=True, reason=" ".join(found[1])),))
    if word in (IN, OUT) and rest.isdecimal() and not is_code(rest):  # eight digits count people too
        return None
    scans = _scans(rest)
    direction = OUT if word == OUT else IN
    return (
        Heard(SCAN, scans=tuple(replace(one, direction=direction, simulate=word == CHECK) for one in scans))
        if (scans)
        else None
    )


def _counted(word: str, rest: str) -> Heard:
    if word in (CHECK, FORCE):
        return Heard(word, rest)
    return Heard(COUNT, rest, direction=word, people=_count(rest))


def _some(item: Heard, line: str) -> tuple[Scanned, ...]:
    """The scans of a line among others; one that cannot be read is a scan that cannot be read."""
    return item.scans or (Scanned(line),)


# --- commands -----------------------------------------------------------------------------------


def _table() -> tuple[tuple[str, str], ...]:
    words = ((word, name) for name, listed in gate_vocabulary.WORDS.items() for word in understanding.listed(listed))
    return tuple(sorted(words, key=lambda pair: -len(pair[0])))


_WORDS = _table()
_EXACT = dict(_WORDS)
_AFTER = (IN, OUT, CHECK)
"""Commands that may stand behind as well, as Hindi has it."""
_BEFORE_CODES = understanding.listed(gate_vocabulary.BEFORE_CODES)
_BEFORE_COUNTS = understanding.listed(gate_vocabulary.BEFORE_COUNTS)


def _command(line: str) -> tuple[str, str]:
    """The command with which a line begins, or ends, and the rest of it; empty and the line where there is none."""
    words = line.replace(":", " ").split()
    exact = _EXACT.get(understanding.plain(line))
    if exact or not words:
        return exact or "", "" if exact else line
    if understanding.command(line):  # a word of the whole conversation: `नया कोड` is no walk-up
        return "", line
    for length in range(min(3, len(words)), 0, -1):
        name = _EXACT.get(understanding.plain(" ".join(words[:length])))
        if name:
            return name, " ".join(words[length:])
    last = _EXACT.get(understanding.plain(words[-1]))
    if last in _AFTER:
        return last, " ".join(words[:-1])
    glued = _GLUED.fullmatch(line)
    first = _EXACT.get(understanding.plain(glued[1])) if glued else None
    return (first, glued[2]) if glued and first in (IN, OUT) else ("", line)


# --- codes --------------------------------------------------------------------------------------


def _scans(line: str) -> tuple[Scanned, ...]:
    """The codes of a line, each with its number of people; none where anything else stands in it."""
    words = [word for word in (part.strip(_EDGES) for part in line.replace(",", " ").split()) if word.strip("-")]
    if words and understanding.plain(words[0]) in _BEFORE_CODES and len(words) > 1:
        words = words[1:]
    scans: list[Scanned] = []
    while words and (found := _code_at_start(words)):
        code, words = found
        count, words = _count_at_start(words)
        scans.append(Scanned(code, count=count))
        if len(scans) > MOST_CODES:
            return tuple(scans)
    if words:  # something is left over: one that is meant to be a code, or no list of codes at all
        return () if scans or not _means_a_code(words) else (Scanned(" ".join(words)),)
    return tuple(scans)


def _code_at_start(words: list[str]) -> tuple[str, list[str]] | None:
    """The code with which these words begin, and the words after it."""
    if words and _is_qr(words[0]):
        return words[0], words[1:]
    parts: list[int] = []
    for place, word in enumerate(words[:8], 1):
        parts.append(len(_joined(word).replace("-", "")))
        text = _joined("".join(words[:place]))
        if tuple(length for length in parts if length) in _SHAPES and _has_form(text):
            return text, words[place:]
    return None


def _count_at_start(words: list[str]) -> tuple[int | None, list[str]]:
    """The number of people that stands before the next code, and the words after it."""
    for length in range(min(len(words), 4), 0, -1):
        count = _count(" ".join(words[:length]))
        if count is not None and _code_at_start(words[:length]) is None:
            return count, words[length:]
    return None, words


def _count(text: str) -> int | None:
    words = [word for word in text.split() if understanding.plain(word) not in _BEFORE_COUNTS and word != "-"]
    glued = re.fullmatch(r"[x×*](\d{1,4})", " ".join(words).lower())
    return int(glued[1]) if glued else understanding.number(" ".join(words))


def _joined(word: str) -> str:
    """The word without the joiners that some keyboards put between letters, and without what surrounds it."""
    return word.replace("\u200c", "").replace("\u200d", "").strip(_EDGES)


def _has_form(text: str) -> bool:
    if re.fullmatch(r"[\d-]+", text) and not _DIGITS.fullmatch(text):  # a date
        return False
    return is_code(text) or is_mistyped(text)


def _is_qr(word: str) -> bool:
    upper = word.upper()
    return "/P/" in upper or (len(upper) >= SHORTEST_TOKEN and re.fullmatch("[A-Z0-9]+", upper) is not None)


def _means_a_code(words: Sequence[str]) -> bool:
    """Whether it is nearly a code: a character too many or too few."""
    bare = "".join(words).replace("-", "")
    digits = sum(character.isdigit() for character in bare)
    near = 6 <= len(bare) <= 10 and bare.isascii() and bare.isalnum() and not bare.isdigit() and len(words) <= 2
    return near and (digits >= 2 or (digits >= 1 and "-" in "".join(words)))


def _folded(text: str) -> str:
    """Full-width letters and every script's digits as ASCII has them, long dashes as hyphens, no scanner's prefix."""
    plain = "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))
    return _PREFIX.sub("", plain)


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    return str(unicodedata.digit(character)) if category == "Nd" else character
