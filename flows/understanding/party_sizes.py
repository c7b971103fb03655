"""Reads how many people a text speaks of: `2 adults 1 kid`, `me and my wife`, `hum teen`, `family of 4`.

Who is counted must be plain: `my family`, `2 kids` (who comes with them?) and `3 with me` are not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.understanding import counted
from flows.understanding.doubts import Doubts, split
from flows.understanding.party_words import (
    ADULTS,
    ALONE,
    ANYBODY,
    CHILDREN,
    NUMBER,
    ONE,
    OTHERS,
    PAIR,
    SELF,
    SPOUSE,
    WHOLE,
    words_of_parties,
)

_MARKS = frozenset(",;:.!-=()")


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
    known = words_of_parties()
    words = split(text, known.phrases)
    if not known.verbs.isdisjoint(words) and not known.subjects.isdisjoint(words):
        return None  # a verb; in Hindi it is two
    parts = _all_parts(words)
    parts = [part for part in parts if not _is_one_pass(part, words)] or parts
    return _party(parts, words) if parts else None


def find(text: str) -> int | None:
    """How many people a longer text speaks of, where one place in it says so, plainly."""
    words = split(text, words_of_parties().phrases)
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
    known = words_of_parties()
    words = split(text, known.phrases)
    doubts, places = Doubts(words), [place for place, word in enumerate(words) if counted(word) is not None]
    return any(
        doubts.about_number(place, place + 1)
        or _word(words, place + 1) in known.no_people
        or _word(words, place - 1) in known.numbered
        for place in places
    )


# --- the parts ----------------------------------------------------------------------------------


def _all_parts(words: Sequence[str]) -> list[_Part]:
    """The parts of a text that says nothing else; nothing where it does."""
    known = words_of_parties()
    parts, place, joined = list[_Part](), 0, ""
    beside = known.beside | known.mine | known.total | _MARKS
    if not known.total.isdisjoint(words):
        beside |= known.units.keys() | known.groups  # `4 including kids`
    while place < len(words):
        part = _part_at(words, place)
        if part:
            parts.append(_Part(part.kind, part.count, part.start, part.end, joined))
            place, joined = part.end, ""
            continue
        word = words[place]
        if word in known.and_ or word in known.with_ or word == ",":
            joined = "+" if word in known.plus else "with" if word in known.with_ or word == "with" else joined or word
        elif word not in beside and not _follows(word, parts, place):
            return []
        place += 1
    return parts if joined in ("", ",", "with") else []


def _follows(word: str, parts: Sequence[_Part], place: int) -> bool:
    """Whether it is the group whose members were counted right before it: `4 members family`."""
    return word in words_of_parties().groups and bool(parts) and parts[-1].end == place


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
    known = words_of_parties()
    found = _group(words, place) or _labelled(words, place)
    if found:
        return found
    word = words[place]
    if word in known.counted_by_themselves:
        kind, count = known.counted_by_themselves[word]
        return _Part(kind, count, place, place + 1)
    if word in known.one_if_mine and place and words[place - 1] in known.one_of_mine:
        return _Part(ONE, 1, place, place + 1)
    return _counted_part(words, place)


def _group(words: Sequence[str], place: int) -> _Part | None:
    """`family of 4`, `परिवार के 4 लोग`, `group 5`."""
    known = words_of_parties()
    at = place + 1 + (_word(words, place + 1) in known.of)
    count = counted(_word(words, at))
    if words[place] not in known.groups or count is None:
        return None
    return _Part(WHOLE, count, place, at + 1 + (known.units.get(_word(words, at + 1)) == ANYBODY))


def _labelled(words: Sequence[str], place: int) -> _Part | None:
    """`People: 3`, `Passes required: 3`, `no of persons 3`."""
    known = words_of_parties()
    if known.units.get(words[place]) != ANYBODY:
        return None
    at = place + 1 + (_word(words, place + 1) in known.needed)
    labels = _word(words, at) in (":", "-", "=")
    count = counted(_word(words, at + labels))
    if count is None or not (labels or _word(words, place - 1) in known.number_of | known.total):
        return None
    return _Part(ANYBODY, count, place, at + labels + 1)


def _word(words: Sequence[str], place: int) -> str:
    return words[place] if 0 <= place < len(words) else ""


def _counted_part(words: Sequence[str], place: int) -> _Part | None:
    known = words_of_parties()
    word, after, then = words[place], _word(words, place + 1), _word(words, place + 2)
    count = 1 if word in known.a and (after in known.units or after in known.counted_by_themselves) else counted(word)
    if count is None:
        return None
    if after in known.units:
        is_group = then in known.of and _word(words, place + 3) in known.groups  # `5 logon ka parivar`
        return _Part(WHOLE, count, place, place + 4) if is_group else _Part(known.units[after], count, place, place + 2)
    if after == "of" and then in known.mine and known.units.get(_word(words, place + 3)) == OTHERS:
        return _Part(OTHERS, count, place, place + 4)
    if after in known.counted_by_themselves or after in known.one_if_mine:
        return _Part(ONE if count == 1 else OTHERS, count, place, place + 2)
    if after in known.of and then in known.groups:
        return _Part(WHOLE, count, place, place + 3)
    return _Part(NUMBER, count, place, place + 1)


# --- what they come to --------------------------------------------------------------------------


def _party(parts: Sequence[_Part], words: Sequence[str]) -> Party | None:
    known = words_of_parties()
    if parts[0].joined not in ("", ","):  # `+1`, `with my wife`: beside whom?
        return None
    me = [part for part in parts if part.kind == SELF]
    rest = [part for part in parts if part.kind != SELF]
    if any(word in known.total for word in words):
        return _whole(me, rest)
    if me and rest and not _is_joined(parts, words):
        if any(words[part.start] not in known.weak for part in me):
            return None
        me = []
    if any(word in known.mine for word in words) and any(part.kind in (NUMBER, ANYBODY) for part in rest):
        return None
    if not me:
        return _sum_without_speaker(rest, words)
    return Party(1) if not rest else _sum_with_speaker(rest)


def _is_joined(parts: Sequence[_Part], words: Sequence[str]) -> bool:
    """Whether something puts whoever writes beside the others."""
    known = words_of_parties()
    pairs = pairwise(parts)
    beside = any(second.joined and SELF in (first.kind, second.kind) for first, second in pairs)
    return beside or words[-1] in known.with_ or any(word in known.with_ for word in words[parts[-1].end :])


def _whole(me: Sequence[_Part], rest: Sequence[_Part]) -> Party | None:
    """The number that is said to be the whole, which must not be less than its parts."""
    wholes = [part for part in rest if part.kind in (NUMBER, ANYBODY, WHOLE)] or (list(rest) if len(rest) == 1 else [])
    if len(wholes) != 1 or wholes[0].kind in (CHILDREN, OTHERS, ONE, SPOUSE):
        return _sum(rest) if not me and {part.kind for part in rest} == {ADULTS, CHILDREN} else None
    parts = sum(part.count for part in (*me[:1], *rest) if part is not wholes[0])
    return Party(wholes[0].count) if parts <= wholes[0].count else None


def _sum_without_speaker(parts: Sequence[_Part], words: Sequence[str]) -> Party | None:
    known = words_of_parties()
    kinds = {part.kind for part in parts}
    if len(parts) == 1:
        alone = kinds & {NUMBER, ANYBODY, ADULTS, WHOLE, PAIR, ALONE} or (kinds == {OTHERS} and set(words) & known.we)
        return Party(parts[0].count) if alone else None
    if kinds <= {ALONE, NUMBER, ANYBODY} and ALONE in kinds:
        return Party(1) if all(part.count == 1 for part in parts) else None
    if kinds == {NUMBER}:
        return _sum(parts) if all(part.joined == "+" for part in parts[1:]) else None
    spouses = sum(part.kind == SPOUSE for part in parts) == 2 and not set(words) & known.mine
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
    return part.count == 1 and words[part.end - 1] in words_of_parties().passes


def _is_plain(part: _Part, words: Sequence[str]) -> _Part:
    """The part as it counts: `we are 3 friends` are three, whoever writes among them."""
    we = part.kind == OTHERS and not words_of_parties().we.isdisjoint(words[max(part.start - 2, 0) : part.start])
    return _Part(ANYBODY, part.count, part.start, part.end) if we else part


def _is_of_us(words: Sequence[str], part: _Part) -> bool:
    """Whether a bare number counts whoever writes: `we are 3`, `hum teen hain`, `total 3`."""
    known = words_of_parties()
    before = [word for word in words[max(part.start - 2, 0) : part.start] if word not in known.before_of_us]
    after = _word(words, part.end)
    return (
        bool(before)
        and before[-1] in known.we | known.total
        and after not in known.no_people
        and counted(after) is None
    )


def _is_unclear(words: Sequence[str], part: _Part) -> bool:
    """Whether people are named right beside these, who may or may not be counted among them; or another number."""
    known = words_of_parties()
    before, after = _word(words, part.start - 1), _word(words, part.end)
    named = known.persons - known.weak - {"me"} - (known.mine if part.kind == WHOLE else frozenset())
    another = re.fullmatch(r"\d\d?", after) and _word(words, part.end + 1) not in known.no_people
    if (
        before in named or _is_about(words, part) or (another and words[part.end - 1] in known.units)
    ):  # `date 5 people 3`
        return True
    if (
        before in known.with_ or after in known.with_ or _is_beside(words, part)
    ):  # `with 4 people`: are they four, or five?
        return True
    place = part.end
    while _word(words, place) in known.and_ | known.with_:
        place += 1
    return _word(words, place) in known.persons and part.kind != ALONE


def _is_beside(words: Sequence[str], part: _Part) -> bool:
    """Whether it goes on from other people: `my wife and 2 people`, `2 kids and we are 2`."""
    known = words_of_parties()
    place = part.start - 1
    while _word(words, place) in known.we | {"are"}:
        place -= 1
    others = _word(words, place - 1)
    return _word(words, place) in known.and_ and (
        others in known.persons | known.units.keys() or counted(others) is not None
    )


def _is_about(words: Sequence[str], part: _Part) -> bool:
    """Whether a smaller number leads up to it: `3 to 4 people`, `do teen log`."""
    known = words_of_parties()
    at = part.start - 1
    at -= words[at] in known.to
    smaller = counted(words[at]) if at >= 0 else None
    close = smaller is not None and (0 < part.count - smaller <= 2 or at < part.start - 1)
    return close and not (at > 0 and words[at - 1] in known.months)
