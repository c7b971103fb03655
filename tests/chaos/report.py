"""What came of a run: every phone's transcript, registration and state against those of somebody who was alone."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from flows.understanding import codes
from tests.chaos.facts import Row
from tests.chaos.phones import Crowd, is_promise
from tests.chaos.plan import NOBODY, name_of

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
SUGGESTION = re.compile(r"(What is your full name\?).*", re.DOTALL)
"""A message that was found in Twilio's list brings no profile name, so none is suggested in its answer."""
FAULTS = ("lost", "doubled", "disordered", "other", "wrong_facts", "wrong_states", "left_over")


@dataclass(frozen=True)
class Heard:
    """What one phone got, without what is its own: name and code."""

    words: tuple[str, ...]
    pictures: tuple[str, ...]
    """Their captions."""
    codes: frozenset[str]
    picture_first: bool
    """The picture came before the answer that names the pass."""
    promises: int
    """How often it heard that the answer will come."""


@dataclass
class Report:
    """Counts over all phones; those of FAULTS are to be zero."""

    phones: int = 0
    messages: int = 0
    killed: Mapping[str, int] = field(default_factory=dict)
    looked_up: int = 0
    """Unclear tries that Twilio's list told to have gone out."""
    promised: int = 0
    """Messages that the fallback door took: people heard that the answer will come, and later the answer."""
    exact: int = 0
    """Phones with the right words in the right order, one picture, one registration and pass, the right state."""
    lost: int = 0
    """Messages without an answer, and passes without a picture."""
    doubled: int = 0
    """Answers and pictures that came again."""
    disordered: int = 0
    """Phones whose answers came in another order."""
    other: int = 0
    """Messages that nobody gets who is alone."""
    wrong_facts: int = 0
    """Phones with another registration or pass than one as they said, or another code on the picture."""
    wrong_states: int = 0
    """Phones whose conversation is not where it should be."""
    left_over: int = 0
    """Messages that still wait to be taken, or rows of the outbox that still wait to be sent."""
    pictures_first: int = 0
    """Phones whose picture was there before the answer that names the pass: told, not forbidden."""
    seconds: float = 0.0

    @property
    def faults(self) -> dict[str, int]:
        """What is to be zero and is not."""
        return {name: getattr(self, name) for name in FAULTS if getattr(self, name)}

    def table(self) -> str:
        """A line for each figure."""
        killed = ", ".join(f"{number} {name}" for name, number in sorted(self.killed.items()))
        shown = {one.name: getattr(self, one.name) for one in fields(self)}
        shown |= {"killed": f"{sum(self.killed.values())} ({killed})", "seconds": f"{self.seconds:.0f}"}
        return "\n".join(f"{name.replace('_', ' '):<16}{value}" for name, value in shown.items())


def heard(crowd: Crowd, number: str) -> Heard:
    """What this phone got."""
    everything = crowd.got(number)
    got = [one for one in everything if not is_promise(one)]
    plain = [(bool(one.media_urls), _impersonal(one.body, number)) for one in got]
    return Heard(
        words=tuple(text for is_picture, text in plain if not is_picture),
        pictures=tuple(text for is_picture, text in plain if is_picture),
        codes=frozenset(code for one in got for code in CODE.findall(one.body)),
        picture_first=bool(plain) and not plain[-1][0],
        promises=len(everything) - len(got),
    )


def _impersonal(text: str, number: str) -> str:
    return CODE.sub("CODE", SUGGESTION.sub(r"\1", text).replace(name_of(number), "NAME"))


def judge(
    crowd: Crowd, numbers: list[str], registered: Mapping[str, list[Row]], states: Mapping[str, object]
) -> Report:
    """Compare everybody with NOBODY, who was alone."""
    report, wanted = Report(phones=len(numbers)), heard(crowd, NOBODY)
    for number in numbers:
        got, before = heard(crowd, number), dict(report.faults)
        _compare(report, wanted, got)
        report.wrong_facts += not _are_right(registered.get(number, []), registered[NOBODY], got.codes)
        report.wrong_states += states[number] != states[NOBODY]
        report.exact += report.faults == before
        report.promised += got.promises
        report.pictures_first += got.picture_first
        report.messages += len(crowd.sent(number))
    return report


def _compare(report: Report, wanted: Heard, got: Heard) -> None:
    expected, came = (Counter(one.words + one.pictures) for one in (wanted, got))
    more = came - expected
    report.lost += (expected - came).total()
    report.doubled += sum(number for text, number in more.items() if text in expected)
    report.other += sum(number for text, number in more.items() if text not in expected)
    once = list(dict.fromkeys(text for text in got.words if text in expected))
    report.disordered += once != [text for text in wanted.words if text in came]


def _are_right(rows: list[Row], wanted: list[Row], seen: frozenset[str]) -> bool:
    if len(rows) != 1 or rows[0][0] is None:
        return False
    return seen == {codes.shown(rows[0][0])} and rows[0][1:] == wanted[0][1:]
