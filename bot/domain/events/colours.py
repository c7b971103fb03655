"""An event's colour: which words can be read on it, and which shade of it can be read on our pages.

Contrast as WCAG 2.2 defines it: 4.5 to 1 at least for words (1.4.3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Refused, required

MIN_CONTRAST = 4.5
DEFAULT = "#0b6b5d"
"""The colour of an event that has chosen none."""
WHITE, DARK = "#ffffff", "#11141c"
INKS = (WHITE, DARK)
"""What words on an event's colour are written in, the preferred first."""
LIGHT_GROUNDS, DARK_GROUNDS = ("#ffffff", "#f5f6f3", "#ebeeea"), ("#182120", "#0f1514", "#0b100f")
"""What pages are laid on, by day and by night: `--card`, `--ground` and `--sunken` of webhooks/static/tokens.css."""
STEPS = 200
"""In how many steps a colour becomes white or black, in search of one that can be read."""
TINT, HOVER = 0.88, 0.22
"""How far the tint is from the colour to the page, and a button under a pointer from the colour to black or white."""
_PATTERN = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Accent:
    """What stands out on a page: links and buttons, words on those, and their tint."""

    colour: str
    strong: str
    ink: str
    tint: str


def checked(text: str) -> str:
    """A colour as it is kept, `#0b6e4f`; empty stays empty.

    Raises Refused `bad_colour`, and `colour_unreadable` (`colour`, `nearest`: the most similar one that would do) for
    one on which neither white nor dark words can be read.
    """
    typed = str(text).strip()
    if not typed:
        return ""
    found = required(_PATTERN.fullmatch(typed), Refused("bad_colour"))
    colour = f"#{found[1].lower()}"
    if not is_readable(colour):
        raise Refused("colour_unreadable", colour=colour, nearest=nearest(colour))
    return colour


def ink_on(colour: str) -> str:
    """White where that can be read on the colour, else dark."""
    return next((ink for ink in INKS if contrast(ink, colour) >= MIN_CONTRAST), DARK)


def is_readable(colour: str) -> bool:
    """Whether there is an ink that can be read on it."""
    return contrast(ink_on(colour), colour) >= MIN_CONTRAST


def nearest(colour: str) -> str:
    """The most similar colour that is readable: somewhat darker, or lighter."""
    shades = (mixed(colour, end, step / STEPS) for step in range(STEPS + 1) for end in ("#000000", WHITE))
    return next(shade for shade in shades if is_readable(shade))


def accent(colour: str, grounds: Sequence[str]) -> Accent:
    """The colour's shade that can be read on all of these grounds, the page's own first, and on its own tint."""
    end = "#000000" if luminance(grounds[0]) > luminance(DARK_GROUNDS[0]) else WHITE
    tint = mixed(colour, grounds[0], TINT)
    shades = (mixed(colour, end, step / STEPS) for step in range(STEPS + 1))
    below = (*grounds, tint)
    found = next(shade for shade in shades if all(contrast(shade, one) >= MIN_CONTRAST for one in below))
    return Accent(found, mixed(found, end, HOVER), WHITE if end != WHITE else DARK, tint)


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with this share of another, 0 to 1."""
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, each of 255."""
    red, green, blue = _parts(colour)
    return red, green, blue


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
