"""Reads how many people a text speaks of: `2 adults 1 kid`, `me and my wife`, `hum teen`, `family of 4`.

Who is counted must be plain: `my family`, `2 kids` (who comes with them?) and `3 with me` are not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.understanding import counted, word_set
from flows.understanding.doubts import Doubts, split
from flows.understanding.vocabulary import BESIDE_NUMBERS, DAY_OF_MONTH, MONTHS
from flows.understanding.vocabulary import visits as words_of

NUMBER, ANYBODY, ADULTS, CHILDREN, OTHERS = "number", "anybody", "adults", "children", "others"
ONE, SPOUSE, SELF, ALONE, PAIR, WHOLE = "one", "spouse", "self", "alone", "pair", "whole"
"""Kinds of words that count people: whom each stands for."""

_KINDS = (
    *((OTHERS, words_of.OTHERS), (CHILDREN, words_of.CHILDREN), (ADULTS, words_of.ADULTS)),
    *((ANYBODY, words_of.PARTY_UNITS), (ANYBODY, words_of.PASSES)),
)
_UNITS = {word: kind for kind, words in _KINDS for word in word_set(words)}
_COUNTED_BY_THEMSELVES = {
    **dict.fromkeys(word_set(words_of.ONE_OF_THEM), (ONE, 1)),
    **dict.fromkeys(word_set(words_of.SPOUSES), (SPOUSE, 1)),
    **dict.fromkeys(word_set(words_of.PARENTS), (ONE, 2)),
    **dict.fromkeys(word_set(words_of.SELF), (SELF, 1)),
    **dict.fromkeys(word_set(words_of.ALONE), (ALONE, 1)),
    **dict.fromkeys(word_set(words_of.TWO), (PAIR, 2)),
    **{word: (WHOLE, count) for count, words in words_of.ALL_OF.items() for word in word_set(words)},
}
_PASSES, _GROUPS, _MINE = word_set(words_of.PASSES), word_set(words_of.GROUPS), word_set(words_of.MINE)
_ONE_IF_MINE, _ONE_OF_MINE = word_set(words_of.ONE_IF_MINE), word_set(words_of.ONE_OF_MINE)
_AND, _PLUS, _WITH = word_set(words_of.AND), word_set("+, plus"), word_set(words_of.WITH)
_WEAK = word_set("i, main, mai, मैं, मै, self")
"""Whoever writes, or only the subject of the sentence."""
_TOTAL, _WE = word_set(words_of.TOTAL), word_set("we, us, hum, ham, हम")
_NEEDED = word_set("required, needed, count, wanted, chahiye, चाहिए")
_BEFORE_OF_US = word_set("are, r, of, log, लोग")
_NUMBER_OF = word_set("no of, number of")
_OF = word_set("of, in, me, mein, ka, ke, ki, में, का, के, की")
_BESIDE = (word_set(BESIDE_NUMBERS) | word_set(words_of.BESIDE_PARTIES) | _WE) - _AND
_MONTHS, _TO = word_set(",".join(MONTHS)), word_set(words_of.TO)
_NO_PEOPLE = word_set(f"{words_of.HOURS}, {words_of.LENGTHS}, {DAY_OF_MONTH}") | _MONTHS
"""What makes a number before it none of people."""
_NUMBERED = word_set(words_of.NUMBERED) | _MONTHS
_MARKS = frozenset(",;:.!-=()")
_PHRASES = tuple(
    word
    for table in (
        *(_UNITS, _COUNTED_BY_THEMSELVES, _TOTAL, _WITH, _BESIDE, _ONE_OF_MINE, _NUMBER_OF),
        word_set(words_of.WITH_ME),
    )
    for word in table
    if " " in word
)
_PERSONS = frozenset(_COUNTED_BY_THEMSELVES) | _MINE | _GROUPS | _ONE_IF_MINE | word_set(words_of.WITH_ME)


@dataclass(frozen=True, slots=True)
class Party:
    """How many people are meant, and whether that is a sum of what was said."""

    count: int
    summed: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the people: who, how many, where that stands, and what joins it to the part before."""

    kind: str
    count: int
    start: int
    end: int
    joined: str = ""


def read(text: str) -> Party | None:
    """How many people the whole text says will come; None where anything in it is not understood, or not plain."""
    words = split(text, _PHRASES)
    if "do" in words and any(word in ("we", "i", "they", "you") for word in words):
        return None  # a verb; in Hindi it is two
    parts = _all_parts(words)
    parts = [part for part in parts if not _is_one_pass(part, words)] or parts
    return _party(parts, words) if parts else None


def find(text: str) -> int | None:
    """How many people a longer text speaks of, where one place in it says so, plainly."""
    words = split(text, _PHRASES)
    parts = [_is_plain(part, words) for part in _parts(words) if _tells(part, words)]
    if {part.kind for part in parts} == {ADULTS, CHILDREN} and len(parts) == 2:
        parts = [_Part(WHOLE, sum(part.count for part in parts), parts[0].start, parts[-1].end)]
    doubts = Doubts(words)
    if any(doubts.about_number(part.start, part.end) or _is_unclear(words, part) for part in parts):
        return None
    counts = {part.count for part in parts if part.kind not in (CHILDREN, OTHERS)}
    return counts.pop() if len(counts) == 1 and all(part.kind not in (CHILDREN, OTHERS) for part in parts) else None


def is_doubtful(text: str) -> bool:
    """Whether something beside a number in the text keeps it from plainly counting people: `about 3`, `age 3`."""
    words = split(text, _PHRASES)
    doubts, places = Doubts(words), [place for place, word in enumerate(words) if counted(word) is not None]
    return any(
        doubts.about_number(place, place + 1)
        or _word(words, place + 1) in _NO_PEOPLE
        or _word(words, place - 1) in _NUMBERED
        for place in places
    )


# --- the parts ----------------------------------------------------------------------------------


def _all_parts(words: Sequence[str]) -> list[_Part]:
    """The parts of a text that says nothing else; nothing where it does."""
    parts, place, joined = list[_Part](), 0, ""
    beside = _BESIDE | _MINE | _TOTAL | _MARKS
    if not _TOTAL.isdisjoint(words):
        beside |= _UNITS.keys() | _GROUPS  # `4 including kids`
    while place < len(words):
        part = _part_at(words, place)
        if part:
            parts.append(_Part(part.kind, part.count, part.start, part.end, joined))
            place, joined = part.end, ""
            continue
        word = words[place]
        if word in _AND or word in _WITH or word == ",":
            joined = "+" if word in _PLUS else "with" if word in _WITH or word == "with" else joined or word
        elif word not in beside and not _follows(word, parts, place):
            return []
        place += 1
    return parts if joined in ("", ",", "with") else []


def _follows(word: str, parts: Sequence[_Part], place: int) -> bool:
    """Whether it is the group whose members were counted right before it: `4 members family`."""
    return word in _GROUPS and bool(parts) and parts[-1].end == place


def _parts(words: Sequence[str]) -> Iterator[_Part]:
    """Every part in a longer text."""
    place = 0
    while place < len(words):
        part = _part_at(words, place)
        if part:
            yield part
        place = part.end if part else place + 1


def _part_at(words: Sequence[str], place: int) -> _Part | None:
    """The part that begins at this place."""
    found = _group(words, place) or _labelled(words, place)
    if found:
        return found
    word = words[place]
    if word in _COUNTED_BY_THEMSELVES:
        kind, count = _COUNTED_BY_THEMSELVES[word]
        return _Part(kind, count, place, place + 1)
    if word in _ONE_IF_MINE and place and words[place - 1] in _ONE_OF_MINE:
        return _Part(ONE, 1, place, place + 1)
    return _counted_part(words, place)


def _group(words: Sequence[str], place: int) -> _Part | None:
    """`family of 4`, `परिवार के 4 लोग`, `group 5`."""
    at = place + 1 + (_word(words, place + 1) in _OF)
    count = counted(_word(words, at))
    if words[place] not in _GROUPS or count is None:
        return None
    return _Part(WHOLE, count, place, at + 1 + (_UNITS.get(_word(words, at + 1)) == ANYBODY))


def _labelled(words: Sequence[str], place: int) -> _Part | None:
    """`People: 3`, `Passes required: 3`, `no of persons 3`."""
    if _UNITS.get(words[place]) != ANYBODY:
        return None
    at = place + 1 + (_word(words, place + 1) in _NEEDED)
    labels = _word(words, at) in (":", "-", "=")
    count = counted(_word(words, at + labels))
    if count is None or not (labels or _word(words, place - 1) in _NUMBER_OF | _TOTAL):
        return None
    return _Part(ANYBODY, count, place, at + labels + 1)


def _word(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""


def _counted_part(words: Sequence[str], place: int) -> _Part | None:
    word, after, then = words[place], _word(words, place + 1), _word(words, place + 2)
    count = 1 if word in ("a", "an") and (after in _UNITS or after in _COUNTED_BY_THEMSELVES) else counted(word)
    if count is None:
        return None
    if after in _UNITS:
        is_group = then in _OF and _word(words, place + 3) in _GROUPS  # `5 logon ka parivar`
        return _Part(WHOLE, count, place, place + 4) if is_group else _Part(_UNITS[after], count, place, place + 2)
    if after == "of" and then in _MINE and _UNITS.get(_word(words, place + 3)) == OTHERS:
        return _Part(OTHERS, count, place, place + 4)
    if after in _COUNTED_BY_THEMSELVES or after in _ONE_IF_MINE:
        return _Part(ONE if count == 1 else OTHERS, count, place, place + 2)
    if after in _OF and then in _GROUPS:
        return _Part(WHOLE, count, place, place + 3)
    return _Part(NUMBER, count, place, place + 1)


# --- what they come to --------------------------------------------------------------------------


def _party(parts: Sequence[_Part], words: Sequence[str]) -> Party | None:
    if parts[0].joined not in ("", ","):  # `+1`, `with my wife`: beside whom?
        return None
    me = [part for part in parts if part.kind == SELF]
    rest = [part for part in parts if part.kind != SELF]
    if any(word in _TOTAL for word in words):
        return _whole(me, rest)
    if me and rest and not _is_joined(parts, words):
        if any(words[part.start] not in _WEAK for part in me):
            return None
        me = []
    if any(word in _MINE for word in words) and any(part.kind in (NUMBER, ANYBODY) for part in rest):
        return None
    if not me:
        return _sum_without_speaker(rest, words)
    return Party(1) if not rest else _sum_with_speaker(rest)


def _is_joined(parts: Sequence[_Part], words: Sequence[str]) -> bool:
    """Whether something puts whoever writes beside the others."""
    pairs = pairwise(parts)
    beside = any(second.joined and SELF in (first.kind, second.kind) for first, second in pairs)
    return beside or words[-1] in _WITH or any(word in _WITH for word in words[parts[-1].end :])


def _whole(me: Sequence[_Part], rest: Sequence[_Part]) -> Party | None:
    """The number that is said to be the whole, which must not be less than its parts."""
    wholes = [part for part in rest if part.kind in (NUMBER, ANYBODY, WHOLE)] or (list(rest) if len(rest) == 1 else [])
    if len(wholes) != 1 or wholes[0].kind in (CHILDREN, OTHERS, ONE, SPOUSE):
        return _sum(rest) if not me and {part.kind for part in rest} == {ADULTS, CHILDREN} else None
    parts = sum(part.count for part in (*me[:1], *rest) if part is not wholes[0])
    return Party(wholes[0].count) if parts <= wholes[0].count else None


def _sum_without_speaker(parts: Sequence[_Part], words: Sequence[str]) -> Party | None:
    kinds = {part.kind for part in parts}
    if len(parts) == 1:
        alone = kinds & {NUMBER, ANYBODY, ADULTS, WHOLE, PAIR, ALONE} or (kinds == {OTHERS} and set(words) & _WE)
        return Party(parts[0].count) if alone else None
    if kinds <= {ALONE, NUMBER, ANYBODY} and ALONE in kinds:
        return Party(1) if all(part.count == 1 for part in parts) else None
    if kinds == {NUMBER}:
        return _sum(parts) if all(part.joined == "+" for part in parts[1:]) else None
    spouses = sum(part.kind == SPOUSE for part in parts) == 2 and not set(words) & _MINE
    explicit = all(part.joined not in ("", ",", "with") for part in parts[1:])
    plain = (
        kinds <= {ADULTS, CHILDREN} and ADULTS in kinds,
        kinds == {PAIR, CHILDREN},
        spouses and kinds <= {SPOUSE, CHILDREN, ONE},
        kinds in ({ANYBODY, CHILDREN}, {NUMBER, CHILDREN}) and explicit,
    )
    return _sum(parts) if any(plain) else None


def _sum_with_speaker(parts: Sequence[_Part]) -> Party | None:
    """The number of the others and the writer together."""
    if any(part.kind in (WHOLE, PAIR, ALONE) for part in parts):
        return Party(1) if all(part.kind == ALONE for part in parts) else None
    bare = [part for part in parts if part.kind in (NUMBER, ANYBODY)]
    return Party(1 + sum(part.count for part in parts), summed=True) if len(bare) <= 1 else None


def _sum(parts: Sequence[_Part]) -> Party:
    return Party(sum(part.count for part in parts), summed=True)


# --- in a longer text ---------------------------------------------------------------------------


def _tells(part: _Part, words: Sequence[str]) -> bool:
    """Whether it may say how many come: not so `one pass`, or a person by the way."""
    if part.kind in (SELF, ONE, SPOUSE, PAIR) or _is_one_pass(part, words):
        return False
    return part.kind != NUMBER or _is_of_us(words, part)


def _is_one_pass(part: _Part, words: Sequence[str]) -> bool:
    """Whether it is `one pass`, which may be for many."""
    return part.count == 1 and words[part.end - 1] in _PASSES


def _is_plain(part: _Part, words: Sequence[str]) -> _Part:
    """The part as it counts: `we are 3 friends` are three, whoever writes among them."""
    we = part.kind == OTHERS and not _WE.isdisjoint(words[max(part.start - 2, 0) : part.start])
    return _Part(ANYBODY, part.count, part.start, part.end) if we else part


def _is_of_us(words: Sequence[str], part: _Part) -> bool:
    """Whether a bare number counts whoever writes: `we are 3`, `hum teen hain`, `total 3`."""
    before = [word for word in words[max(part.start - 2, 0) : part.start] if word not in _BEFORE_OF_US]
    after = _word(words, part.end)
    return bool(before) and before[-1] in _WE | _TOTAL and after not in _NO_PEOPLE and counted(after) is None


def _is_unclear(words: Sequence[str], part: _Part) -> bool:
    """Whether people are named right beside these, who may or may not be counted among them; or another number."""
    before, after = _word(words, part.start - 1), _word(words, part.end)
    named = _PERSONS - _WEAK - {"me"} - (_MINE if part.kind == WHOLE else frozenset())
    another = re.fullmatch(r"\d\d?", after) and _word(words, part.end + 1) not in _NO_PEOPLE
    if before in named or _is_about(words, part) or (another and words[part.end - 1] in _UNITS):  # `date 5 people 3`
        return True
    if before in _WITH or after in _WITH or _is_beside(words, part):  # `with 4 people`: are they four, or five?
        return True
    place = part.end
    while _word(words, place) in _AND | _WITH:
        place += 1
    return _word(words, place) in _PERSONS and part.kind != ALONE


def _is_beside(words: Sequence[str], part: _Part) -> bool:
    """Whether it goes on from other people: `my wife and 2 people`, `2 kids and we are 2`."""
    place = part.start - 1
    while _word(words, place) in _WE | {"are"}:
        place -= 1
    others = _word(words, place - 1)
    return _word(words, place) in _AND and (others in _PERSONS | _UNITS.keys() or counted(others) is not None)


def _is_about(words: Sequence[str], part: _Part) -> bool:
    """Whether a smaller number leads up to it: `3 to 4 people`, `do teen log`."""
    at = part.start - 1
    at -= words[at] in _TO
    smaller = counted(words[at]) if at >= 0 else None
    close = smaller is not None and (0 < part.count - smaller <= 2 or at < part.start - 1)
    return close and not (at > 0 and words[at - 1] in _MONTHS)
