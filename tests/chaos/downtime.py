"""How long people were without a right answer after each fault, from what they asked and what they got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.checker import Evidence, PageAnswer, ScanAnswer
from tests.chaos.schedule import Happened

Asked = tuple[int, int]
"""When something was asked and when it was answered rightly, in milliseconds."""
HEADERS = ("", "whom", "s", "chat", "slowest", "API", "slowest", "page", "picture")


@dataclass(frozen=True, slots=True)
class Downtime:
    """One fault as it was felt: seconds until the first right answer to what was asked after it began."""

    happened: Happened
    chat: float | None
    chat_slowest: float | None
    """Of all messages that were sent from its beginning to the next fault's: the longest wait."""
    api: float | None
    api_slowest: float | None
    page: float | None
    picture: float | None
    """Until the first picture of a pass arrived."""

    def row(self) -> tuple[str, ...]:
        """As HEADERS."""
        lasted = (self.happened.ended_ms - self.happened.began_ms) / 1000
        felt = (self.chat, self.chat_slowest, self.api, self.api_slowest, self.page, self.picture)
        told = tuple("-" if seconds is None else f"{seconds:.1f}" for seconds in felt)
        return (self.happened.name, self.happened.victim, f"{lasted:.0f}", *told)


def downtimes(happened: Sequence[Happened], evidence: Evidence, pass_page: str) -> list[Downtime]:
    """Of each fault, in order."""
    chat, api = list(_chat(evidence)), list(_api(evidence.scans))
    pages = list(_pages(evidence.pages, pass_page))
    pictures = [(one.at_ms, one.at_ms) for one in evidence.log if not one.inbound and one.has_media and one.came]
    ends = [fault.began_ms for fault in happened[1:]] + [max((at for _, at in (*chat, *api)), default=0) + 1]
    return [
        Downtime(
            fault,
            _first(chat, fault.began_ms),
            _slowest(chat, fault.began_ms, end),
            _first(api, fault.began_ms),
            _slowest(api, fault.began_ms, end),
            _first(pages, fault.began_ms),
            _first(pictures, fault.began_ms),
        )
        for fault, end in zip(happened, ends, strict=True)
    ]


def table(rows: Iterable[Downtime]) -> str:
    """In columns."""
    lines = [HEADERS, *(row.row() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            word.ljust(width) if place < 2 else word.rjust(width)  # names to the left, numbers to the right
            for place, (word, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _chat(evidence: Evidence) -> Iterable[Asked]:
    """Everybody asks one thing after another, so the answers come in the order of the questions."""
    for phone, sent in evidence.sent.items():
        answers = evidence.answers(phone)
        yield from ((one.at_ms, answer.at_ms) for one, answer in zip(sent, answers, strict=False))


def _api(scans: Sequence[ScanAnswer]) -> Iterable[Asked]:
    yield from ((one.asked_ms, one.at_ms) for one in scans if one.status == 200)


def _pages(pages: Sequence[PageAnswer], path: str) -> Iterable[Asked]:
    yield from ((one.asked_ms, one.at_ms) for one in pages if one.status == 200 and one.path == path)


def _first(asked: Sequence[Asked], began: int) -> float | None:
    return min(((at - began) / 1000 for when, at in asked if when >= began), default=None)


def _slowest(asked: Sequence[Asked], began: int, end: int) -> float | None:
    return max(((at - when) / 1000 for when, at in asked if began <= when < end), default=None)
