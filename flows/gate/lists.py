"""Reads a message that holds nothing but codes, each with its number, and commands for all of them.

Whoever is let in or out has been named beyond doubt: where any other word stands there, nobody is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows import understanding
from flows.gate import codes as gate_codes
from flows.gate.codes import FoundCodes, at_start, count_at_start, words_of
from flows.gate.command_names import CHECK, IN, OUT, UNDO
from flows.shapes.scans import Scanned
from flows.understanding.vocabulary import Vocabulary, compiled

OF_CODES = (IN, OUT, CHECK, UNDO)
"""Commands that are given with codes."""
MAX_COMMAND_WORDS = 3
"""Words."""
_MARK = re.compile(r"(?:^|(?<=\s))\(?(\d{1,2})[.)]+\s*(?=\S)")
"""The number of a list, before what stands in it."""
_UNCLEAR = re.compile(r"(?<!\S)\d{1,2}[.)]+(?=\s+\S)|^\s*\(?\d{1,2}[.)]+\s*$")
"""What may number a list or count people."""
_GOES_TOGETHER = re.compile(r"A[A\n]*|K[A\n]+|A+K|[A\n]+\nK|(?:KA+\n?)+|(?:A+K\n?)+")
"""Codes (A) and their command (K): none, before them, behind them on a line, below them, or with each of them."""


class _ListWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.commands = {word: name for word, name in spoken.values("gate").items() if name in OF_CODES}
        self.only_before = spoken.words("gate_words.only_before")


_words = compiled(_ListWords)


@dataclass(slots=True)
class CodeList:
    """The codes of a message while it is read."""

    form: str = ""
    """A for a code, K for a command, a line break for itself."""
    commands: list[str] = field(default_factory=list)
    found: list[FoundCodes] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)

    def scans(self) -> tuple[Scanned, ...]:
        """The codes with their numbers, and with what is to be done with all of them."""
        command = next(iter(self.commands), IN)
        how = Scanned("", direction=OUT if command == OUT else IN, simulate=command == CHECK)
        pairs = zip(self.found, self.counts, strict=True)
        return tuple(replace(how, text=codes.text, count=count) for codes, count in pairs)


def read(lines: Sequence[str]) -> CodeList | None:
    """The codes of these folded lines and their command; None where anything else stands there, or no code."""
    codes = CodeList()
    if not all(_add_line(codes, line) for line in lines) or not codes.found:
        return None
    goes_together = len(set(codes.commands)) < 2 and _GOES_TOGETHER.fullmatch(codes.form.strip("\n"))
    if CHECK not in codes.commands and any(map(gate_codes.doubts, lines)):
        return None
    alone = len(codes.found) == 1
    plain = gate_codes.can_stand_alone if alone else gate_codes.is_beyond_doubt
    return codes if goes_together and all(map(plain, codes.found)) else None


def command_at_start(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command with which these words begin, and the words after it; empty where there is none."""
    for length in range(min(MAX_COMMAND_WORDS, len(words)), 0, -1):
        name = _words().commands.get(understanding.plain(" ".join(words[:length])))
        if name:
            return name, words[length:]
    return "", words


# --- a line -------------------------------------------------------------------------------------


def _add_line(codes: CodeList, line: str) -> bool:
    """Read one more line; False where it holds what is neither code nor number nor command."""
    parts = _parts(line)
    if any(map(_UNCLEAR.search, parts)):
        return False
    lines = [words_of(part) for part in parts]
    if len(lines) == 1 and _counts_the_one_above(codes, lines[0]):
        return True
    done = all(_add_words(codes, words) for words in lines)
    codes.form += "\n" if any(lines) else ""
    return done


def _parts(line: str) -> list[str]:
    """The line without the numbers of a list: what stands after each of them."""
    marks = list(_MARK.finditer(line))
    if not marks or words_of(line[: marks[0].start()]):
        return [line]
    in_order = marks[:1]
    for mark in marks[1:]:
        in_order += [mark] if int(mark[1]) == int(in_order[-1][1]) + 1 else []
    ends = [*(mark.start() for mark in in_order[1:]), len(line)]
    return [line[mark.end() : end] for mark, end in zip(in_order, ends, strict=True)]


def _counts_the_one_above(codes: CodeList, words: Sequence[str]) -> bool:
    """Whether the line is only the number of people of the code before it, which is kept then."""
    count, rest = count_at_start(words)
    if count is None or rest or not codes.form.endswith("A\n") or codes.counts[-1] is not None:
        return False
    codes.counts[-1] = count
    return True


def _add_words(codes: CodeList, words: Sequence[str]) -> bool:
    begun = len(codes.form)
    while words:
        command, rest = command_at_start(words)
        if command and not (len(codes.form) > begun and understanding.plain(words[0]) in _words().only_before):
            codes.commands.append(command)
            codes.form += "K"
            words = rest
            continue
        found = at_start(words)
        if found is None:
            return False
        count, words = count_at_start(found.rest)
        codes.found.append(found)
        codes.counts.append(count)
        codes.form += "A"
    return True
