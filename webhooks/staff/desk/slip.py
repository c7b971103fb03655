"""The printed slip: paper sizes, and its QR symbol drawn for the printer's dots."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from bot.delivery.images import qr
from bot.domain.passes.slips import Slip
from flows.shapes import Sentence
from flows.text import render, words
from flows.text.pass_days import full_days
from webhooks import cookies, look
from webhooks.assets import ONE_YEAR_SECONDS
from webhooks.look import Party

DOTS_PER_MM = 8
"""Dots of a thermal printer in a millimetre (203 to the inch). Modules that are no whole number of dots print
blurred."""
PRINTER_COOKIE = "printer"
PRINT_AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper."""

    room: int
    """Dots across that the printer reaches: 48 of 58 mm, 72 of 80 mm."""
    module: int
    """The most dots of a QR module's side: more costs paper and is read no better."""


PAPERS: Mapping[str, Paper] = {"58": Paper(384, 8), "80": Paper(576, 8), "a4": Paper(800, 10)}
"""Papers by the name under which a device remembers its own; the first one is the default."""


@dataclass(frozen=True, slots=True)
class Printer:
    """The printer of this device."""

    paper: str = next(iter(PAPERS))
    at_once: bool = False
    """Whether each new slip is printed without asking."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol with its quiet zone, as a drawing in printer dots."""

    width: int
    height: int
    path: str
    """The dark modules, for the `d` of an SVG path."""

    @property
    def size(self) -> tuple[str, str]:
        """Width and height on paper."""
        return f"{self.width / DOTS_PER_MM:g}mm", f"{self.height / DOTS_PER_MM:g}mm"


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip in the language of whoever gets it."""

    language: str
    event: str
    symbol: Symbol
    code: str
    name: str
    days: str
    party: Party
    kind: str
    """Empty for a visitor's."""
    paper: str
    logo: str
    """The address of the event's logo; empty: it has none."""

    def say(self, sentence: Sentence) -> str:
        """A sentence in the slip's language."""
        return render(sentence, self.language)


def slip_view(slip: Slip, paper: str) -> SlipView:
    """The slip on this paper, one of PAPERS."""
    return SlipView(
        language=slip.language,
        event=render(words(slip.event), slip.language),
        symbol=symbol(slip.qr_text, PAPERS[paper]),
        code=slip.code,
        name=slip.name,
        days=full_days(slip.dates, slip.language),
        party=look.party(slip.party_size, slip.language),
        kind=render(words(slip.kind), slip.language) if slip.kind else "",
        paper=paper,
        logo=look.logo_address(slip.slug, slip.logo),
    )


def symbol(text: str, paper: Paper) -> Symbol:
    """The symbol in the middle of the paper's width; each module is a whole number of dots, on the dots."""
    image = qr.symbol(text)
    side = image.width
    dots = min(paper.module, paper.room // side)
    left = (paper.room - side * dots) // 2
    pixels = image.tobytes()
    runs = (
        f"M{left + start * dots} {row * dots}h{length * dots}v{dots}h-{length * dots}z"
        for row in range(side)
        for start, length in _runs(pixels[row * side : (row + 1) * side])
    )
    return Symbol(paper.room, side * dots, "".join(runs))


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Start and length of each stretch of dark modules."""
    found: list[tuple[int, int]] = []
    for place, value in enumerate(row):
        if value:
            continue
        if found and sum(found[-1]) == place:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((place, 1))
    return found


def printer() -> Printer:
    """The printer that was chosen on this device; it needs no sign-in and outlives one."""
    paper, _sep, more = request.cookies.get(PRINTER_COOKIE, "").partition(" ")
    return Printer(paper, more == PRINT_AT_ONCE) if paper in PAPERS else Printer()


def remember(answer: Response, chosen: Printer) -> None:
    """Let the device remember it."""
    value = f"{chosen.paper} {PRINT_AT_ONCE}" if chosen.at_once else chosen.paper
    cookies.keep_for_staff(answer, PRINTER_COOKIE, value, ONE_YEAR_SECONDS)
