"""Draws passes on paper: eight to a page of A4, with lines to cut along.

In dots of 300 to the inch, which every office printer has; each module of a QR symbol is a whole number of them.
"""

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

from bot.delivery.images import qr, schemes
from bot.delivery.images.canvas import GREY, INK, PAPER
from bot.delivery.images.pass_image import PassImage
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, fitted, width, write
from bot.domain.events.identity import Picture
from flows.text import render
from flows.text.choices import people, without
from flows.text.pass_days import full_days, open_hours

A4 = (2480, 3508)
"""A4 paper, 210 by 297 mm, in dots of which 300 are an inch."""
POINTS = (595.28, 841.89)
"""A4 paper in a PDF's units, 72 to the inch."""
EDGE = 95
"""8 mm around the page: nearer to its edge many printers leave it white."""
COLUMNS, ROWS = 2, 4
PER_PAGE = COLUMNS * ROWS
CELL = ((A4[0] - 2 * EDGE) // COLUMNS, (A4[1] - 2 * EDGE) // ROWS)
INSIDE = 36
"""Dots from the cut to what is printed: 3 mm."""
QR_SIDE = 600
"""Dots of the QR symbol's side at most, with the quiet zone: 51 mm."""
TEXT_LEFT = INSIDE + QR_SIDE + 8
ROOM = CELL[0] - TEXT_LEFT - INSIDE
EVENT_STEPS = ((44, 2), (38, 3), (32, 4))
SMALL_STEPS = ((30, 2), (26, 3))
NAME_STEPS = ((52, 2), (44, 3), (36, 4))
FACT_STEPS = ((40, 2), (34, 2), (28, 3))
CODE_STYLE = Style(92, BOLD)
DASH = 24
BADGE = (190, 150)
"""Width and height of the plate with the party."""
NUMBER_STEPS, WORD_STEPS = ((96, 1), (80, 1)), ((34, 1), (28, 1), (22, 1))
LOGO_BOX, KEPT_LOGOS = (ROOM, 110), 4
"""Dots that an event's logo has at most, and how many are kept ready."""


def page(passes: Sequence[PassImage]) -> Image.Image:
    """A page with up to PER_PAGE passes, from the upper left, line by line; grey values."""
    image = Image.new("L", A4, PAPER)
    draw = ImageDraw.Draw(image)
    for place, facts in enumerate(passes):
        left, top = EDGE + place % COLUMNS * CELL[0], EDGE + place // COLUMNS * CELL[1]
        _symbol(image, draw, facts, left, top)
        text_top = top + 2 * INSIDE
        if facts.identity.logo:
            logo = _logo(facts.identity.logo)
            image.paste(logo, (left + TEXT_LEFT, text_top))
            text_top += logo.height + 16
        bottom = top + CELL[1] - INSIDE
        _words(draw, facts, left + TEXT_LEFT, text_top, bottom - BADGE[1] - 12)
        _party(draw, facts, left + TEXT_LEFT, bottom)
    _cuts(draw)
    return image


def _symbol(image: Image.Image, draw: ImageDraw.ImageDraw, facts: PassImage, left: int, top: int) -> None:
    """The QR symbol, and the code in large type below it."""
    symbol = qr.symbol(facts.qr_text)
    side = QR_SIDE // symbol.width * symbol.width
    margin = (QR_SIDE - side) // 2
    image.paste(symbol.resize((side, side), Image.Resampling.NEAREST), (left + INSIDE + margin, top + INSIDE))
    middle = left + INSIDE + (QR_SIDE - width(facts.code, CODE_STYLE)) / 2
    write(draw, (middle, top + INSIDE + side + 80), facts.code, CODE_STYLE, INK)


def _words(draw: ImageDraw.ImageDraw, facts: PassImage, left: int, top: int, bottom: int) -> None:
    """Draw the text beside the QR: name, event, day and hours."""

    def say(text: str, steps: tuple[tuple[int, int], ...], weight: int = REGULAR, ink: int = INK) -> None:
        nonlocal top
        style, lines = fitted(text, ROOM, steps, weight)
        for line in lines:
            if top + style.size > bottom:  # where all texts have their largest length, the last ones are left out
                return
            write(draw, (left, top + style.size), line, style, ink)
            top += round(style.size * 1.25)
        top += 14 if lines else 0

    hours = open_hours(facts.opens, facts.closes)
    say(facts.event, EVENT_STEPS, BOLD)
    top += 12
    say(facts.full_name, NAME_STEPS, BOLD)
    say(full_days(facts.days, facts.language), FACT_STEPS, BOLD)
    say(facts.kind, FACT_STEPS, BOLD)
    say(render(hours, facts.language) if hours else "", SMALL_STEPS)
    say(", ".join(facts.gates), SMALL_STEPS)
    say(facts.venue, SMALL_STEPS, ink=GREY)


def _party(draw: ImageDraw.ImageDraw, facts: PassImage, left: int, bottom: int) -> None:
    """How many may come in, in white on a dark plate at the lower right."""
    right, top = left + ROOM, bottom - BADGE[1]
    draw.rounded_rectangle((right - BADGE[0], top, right, bottom), radius=18, fill=INK)
    number = str(facts.party_size)
    said = without(render(people(facts.party_size), facts.language), number)
    for text, steps, baseline in ((number, NUMBER_STEPS, 92), (said, WORD_STEPS, 130)):
        style, lines = fitted(text, BADGE[0] - 24, steps, BOLD)
        write(draw, (right - (BADGE[0] + width(lines[0], style)) / 2, top + baseline), lines[0], style, PAPER)


@lru_cache(maxsize=KEPT_LOGOS)
def _logo(picture: Picture) -> Image.Image:
    """The event's logo in grey, as it is pasted on each."""
    return schemes.contained(schemes.opened(picture), LOGO_BOX).convert("L")


def _cuts(draw: ImageDraw.ImageDraw) -> None:
    """Broken lines around every place of the page."""
    right, bottom = EDGE + COLUMNS * CELL[0], EDGE + ROWS * CELL[1]
    for x in range(EDGE, right + 1, CELL[0]):
        for y in range(EDGE, bottom, 2 * DASH):
            draw.line((x, y, x, min(y + DASH, bottom)), fill=GREY, width=2)
    for y in range(EDGE, bottom + 1, CELL[1]):
        for x in range(EDGE, right, 2 * DASH):
            draw.line((x, y, min(x + DASH, right), y), fill=GREY, width=2)
