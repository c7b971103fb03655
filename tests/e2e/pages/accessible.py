"""What everybody must be able to use: no violation that axe knows of, at a phone's width and at a desk's."""

from collections.abc import Sequence

from playwright.sync_api import Page

from tests.e2e.pages import fits
from tests.e2e.pages.browser import picture
from tests.paths import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
WIDTHS = (360, 1280)
LOOK = "axe.run(document, {resultTypes: ['violations'], preload: false})"
"""Without fetching the style sheets anew, which only rules for audio and for locked orientations would read."""


def accessible(page: Page, name: str, widths: Sequence[int] = WIDTHS) -> None:
    """No violation, nothing that does not fit; a picture of each width. The page's own width comes back."""
    before = page.viewport_size
    assert before
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in widths:
        page.set_viewport_size({"width": width, "height": 1080 if width > max(WIDTHS) else 740})
        found = page.evaluate(LOOK)
        faults = [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]
        assert faults == [], faults
        unfit = fits.faults(page)
        assert unfit == [], unfit
        picture(page, f"{name}-{width}")
    page.set_viewport_size(before)
