"""The design's tokens: colours that can be read, light and dark, and no page with colours of its own."""

import re

import pytest

from webhooks.assets import STATIC_FOLDER

WORDS, LARGE, VERDICT = 4.5, 3.0, 7.0
"""Contrasts: for words (WCAG 1.4.3), edges and drawings (1.4.11), what is read in the sun (1.4.6)."""
PAIRS = [
    *((words, below, WORDS) for words in ("ink", "soft", "brand", "bad") for below in ("ground", "card")),
    *((words, "sunken", WORDS) for words in ("ink", "soft", "brand")),
    *(("ink", f"{tint}-tint", WORDS) for tint in ("brand", "good", "warn", "bad")),
    *((tint, f"{tint}-tint", WORDS) for tint in ("brand", "good", "warn", "bad")),
    *((f"{kind}-ink", below, WORDS) for kind in ("brand", "bad") for below in (kind, f"{kind}-strong")),
    ("event-ink", "event", WORDS),
    *((f"verdict-{kind}-ink", f"verdict-{kind}", VERDICT) for kind in ("good", "warn", "bad")),
    *((words, "stage", VERDICT) for words in ("stage-ink", "stage-good", "stage-bad")),
    *(("edge", below, LARGE) for below in ("card", "ground")),
    *((f"series-{number}", "card", LARGE) for number in range(1, 9)),
]
SCHEMES = ("light", "dark")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
OWN_COLOURS = {"tokens.css", "simulator/simulator.css", "simulator/thread.css"}
"""Where colours are said: the tokens, and the simulator, which looks like another service's chat."""


@pytest.fixture(scope="module")
def tokens() -> dict[str, dict[str, str]]:
    """The colours of both schemes by their names."""
    light, dark = (STATIC_FOLDER / "tokens.css").read_text(encoding="utf-8").split("(prefers-color-scheme: dark)")
    first, second = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark))
    return dict(zip(SCHEMES, (first, first | second), strict=True))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_colours_can_be_read(tokens: dict[str, dict[str, str]], scheme: str) -> None:
    known = tokens[scheme]
    found = {(a, b): contrast(known[a], known[b]) for a, b, _ in PAIRS}
    assert {(a, b): found[a, b] for a, b, least in PAIRS if found[a, b] < least} == {}


def test_a_contrast_that_is_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_colour_is_said_in_one_place() -> None:
    sheets = {file.relative_to(STATIC_FOLDER).as_posix(): file for file in STATIC_FOLDER.rglob("*.css")}
    own = {name for name, file in sheets.items() if COLOUR.search(file.read_text(encoding="utf-8"))}
    assert own - OWN_COLOURS == set()
