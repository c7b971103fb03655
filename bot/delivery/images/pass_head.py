"""The head of a pass: the event in its colour, with its pictures. Drawn once for an event, a kind and a language."""

from functools import lru_cache

from bot.delivery.images import schemes
from bot.delivery.images.canvas import HEAD, INK, MARGIN, PAPER, ROOM, WIDTH, Band, Inlay, PassCanvas
from bot.delivery.images.schemes import Scheme, plate
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, fitted, width, write
from bot.domain.events.identity import Identity
from flows.text import _, render

MAX_CACHED_HEADS, MAX_CACHED_SCHEMES = 16, 8
"""Heads and colours kept ready: 200 KB each, 600 KB with a picture."""
HEADER_SIZE = (WIDTH, WIDTH // 4)
LOGO_BOX, LOGO_EDGE = (300, 132), 20
"""Pixels that a logo has on a pass at most, and of white around it."""
EVENT_STEPS = ((76, 2), (68, 2), (60, 2), (52, 3), (44, 3))
VENUE_STEPS = ((38, 2), (34, 3), (30, 4))
"""Sizes in pixels and the lines that each may take, the preferred first."""
TITLE = Style(36, BOLD)


@lru_cache(maxsize=MAX_CACHED_SCHEMES)
def scheme(identity: Identity) -> Scheme:
    """The colours of an event's passes, whatever their language."""
    return schemes.scheme(identity, HEADER_SIZE, LOGO_BOX)


@lru_cache(maxsize=MAX_CACHED_HEADS)
def head(event: str, venue: str, kind: str, language: str, identity: Identity) -> Band:
    """The event on the ground of its colour."""
    sheet, used = PassCanvas(), scheme(identity)
    name_style, name = fitted(event, ROOM, EVENT_STEPS, BOLD)
    venue_style, venue_lines = fitted(venue, ROOM, VENUE_STEPS, REGULAR)
    inlays = [Inlay(used.header, (0, 0))] if used.header else []
    sheet.skip(HEADER_SIZE[1] if used.header else 0)
    sheet.skip(48)
    left, baseline = MARGIN, sheet.top + 40
    if used.logo:
        inlays += plate(used.logo, (MARGIN, sheet.top), LOGO_EDGE)
        left += used.logo.width + 2 * LOGO_EDGE + 36
        baseline = sheet.top + used.logo.height // 2 + LOGO_EDGE + 12
        sheet.skip(max(used.logo.height + 2 * LOGO_EDGE - 44, 0))
    write(sheet.draw, (left, baseline), render(_("Entry pass"), language), TITLE, INK)
    if kind:
        _tag(sheet, kind, baseline)
    sheet.skip(72)
    sheet.lines(name, name_style, INK)
    sheet.skip(16 if venue_lines else 0)
    sheet.lines(venue_lines, venue_style, INK)
    sheet.skip(44)
    return sheet.band(HEAD, used.palette.bits, inlays)


def _tag(sheet: PassCanvas, kind: str, baseline: int) -> None:
    """The kind of pass on a plate at the upper right."""
    style, lines = fitted(kind, ROOM // 2, ((38, 1), (32, 1), (28, 1)), BOLD)
    side = width(lines[0], style)
    right = WIDTH - MARGIN
    sheet.draw.rounded_rectangle((right - side - 44, baseline - 46, right, baseline + 20), radius=12, fill=INK)
    write(sheet.draw, (right - side - 22, baseline), lines[0], style, PAPER)
