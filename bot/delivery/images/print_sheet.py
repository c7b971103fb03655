"""Draws passes on paper: eight to a page of A4, with lines to cut along.

In dots of 300 to the inch, which every office printer has; each module of a QR symbol is a whole number of them.
"""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from bot.delivery.images import pass_image, qr
from bot.delivery.images.canvas import GREY, INK, PAPER
from bot.delivery.images.pass_image import PassImage
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, fitted, width, write
from flows.text import render
from flows.text.choices import people
from flows.text.pass_days import describe_days

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


def page(passes: Sequence[PassImage]) -> Image.Image:
    """A page with up to PER_PAGE passes, from the upper left, line by line; grey values."""
    image = Image.new("L", A4, PAPER)
    draw = ImageDraw.Draw(image)
    for place, facts in enumerate(passes):
        left, top = EDGE + place % COLUMNS * CELL[0], EDGE + place // COLUMNS * CELL[1]
        _symbol(image, draw, facts, left, top)
        _words(draw, facts, left + TEXT_LEFT, top + 2 * INSIDE)
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


def _words(draw: ImageDraw.ImageDraw, facts: PassImage, left: int, top: int) -> None:
    """Draw the text beside the QR: name, event, day and party."""

    def say(text: str, steps: tuple[tuple[int, int], ...], weight: int = REGULAR, ink: int = INK) -> None:
        nonlocal top
        style, lines = fitted(text, ROOM, steps, weight)
        for line in lines:
            if top + style.size > bottom:  # where all texts have their largest length, the last ones are left out
                return
            write(draw, (left, top + style.size), line, style, ink)
            top += round(style.size * 1.25)
        top += 14 if lines else 0

    bottom, hours = top + CELL[1] - 3 * INSIDE, pass_image.hours(facts)
    say(facts.event, EVENT_STEPS, BOLD)
    say(facts.venue, SMALL_STEPS, ink=GREY)
    top += 18
    say(facts.full_name, NAME_STEPS, BOLD)
    say(render(describe_days(facts.days), facts.language), FACT_STEPS, BOLD)
    say(render(hours, facts.language) if hours else "", SMALL_STEPS)
    say(render(people(facts.party_size), facts.language), FACT_STEPS, BOLD)
    say(facts.kind, FACT_STEPS)


def _cuts(draw: ImageDraw.ImageDraw) -> None:
    """Broken lines around every place of the page."""
    right, bottom = EDGE + COLUMNS * CELL[0], EDGE + ROWS * CELL[1]
    for x in range(EDGE, right + 1, CELL[0]):
        for y in range(EDGE, bottom, 2 * DASH):
            draw.line((x, y, x, min(y + DASH, bottom)), fill=GREY, width=2)
    for y in range(EDGE, bottom + 1, CELL[1]):
        for x in range(EDGE, right, 2 * DASH):
            draw.line((x, y, min(x + DASH, right), y), fill=GREY, width=2)
