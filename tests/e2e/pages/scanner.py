"""A phone with the scanner open, in a real Chromium."""

from playwright.sync_api import BrowserContext, ConsoleMessage, FloatRect, Page, expect

from tests.e2e.pages.browser import PATIENCE_MS
from tests.e2e.server import until

RECORD = """
  window.seen = []
  document.addEventListener('DOMContentLoaded', () => {
    const place = document.getElementById('result')
    const note = () => window.seen.push([place.dataset.result, Number(place.dataset.ms)])
    if (place) new MutationObserver(note).observe(place, { attributes: true, attributeFilter: ['data-scan'] })
  })
"""
"""Run in the page: keep every result that is shown, and how long it took from the camera's picture."""


LEAST_NUMBER_PX, EDGE_PX, MOST_LINES = 96, 24, 2
"""Of the number of people at least; of what stands free beside a button, and of a name's lines at most."""
SIZES = """() => [...document.querySelectorAll('#result *')]
  .filter(one => one.checkVisibility() && [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim()))
  .map(one => [one.id || one.tagName, Number.parseFloat(getComputedStyle(one).fontSize)])"""
"""What is written on the result, and how large."""
LINES = """selector => {
  const words = document.querySelector(selector)
  return Math.round(words.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(words).lineHeight))
}"""
"""How many lines something has."""


class Phone:
    """A phone with the scanner open."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(RECORD)
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open a tab, and listen for its complaints."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        return self.page

    def _hear(self, said: ConsoleMessage) -> None:
        # What Chromium itself says of a network that is cut is no complaint of the page.
        if said.type in ("error", "warning") and "ERR_INTERNET_DISCONNECTED" not in said.text:
            self.complaints.append(said.text)

    def open(self, address: str) -> None:
        """Open the scanner and wait until it can work without a network."""
        self.page.goto(address)
        expect(self.page.locator("#ready[data-ready=true]")).to_be_visible()

    def turn_to(self, tab: str) -> None:
        """Go one of the four ways at the lower edge: `scan`, `code`, `find`, `count`; also while entry is stopped."""
        self.page.evaluate("tab => document.querySelector(`#tabs [value=${tab}]`).click()", tab)

    def place_of(self, selector: str) -> FloatRect:
        """Where something stands on the screen, in pixels."""
        found = self.page.locator(selector).bounding_box()
        assert found, selector
        return found

    def says_how_many(self) -> None:
        """The number of people is the largest thing on the screen, 96 px at least; a name has two lines at most."""
        sizes = dict(self.page.evaluate(SIZES))
        largest = max(sizes.values())
        assert [name for name, size in sizes.items() if size == largest] == ["result-number"], sizes
        assert largest >= LEAST_NUMBER_PX
        assert self.page.evaluate(LINES, "#result-name") <= MOST_LINES
        assert self.page.evaluate(LINES, "#result-number") == 1
        of = self.place_of("#result-of")
        assert of["x"] + of["width"] <= self.page.evaluate("innerWidth")

    def has_its_buttons_below(self) -> None:
        """What comes next stands at full width in the lower half, where a thumb is."""
        whole = self.page.viewport_size
        assert whole
        for button in self.page.locator("#result-tools button:visible").all():
            place = button.bounding_box()
            assert place
            assert place["y"] > whole["height"] / 2
            assert place["width"] >= whole["width"] - 2 * EDGE_PX

    def seen(self) -> list[str]:
        """The results that were shown, in their order."""
        return [result for result, _ms in self.page.evaluate("window.seen")]

    def scan(self, text: str) -> str:
        """Type a code or a QR's text; what is shown then."""
        before = len(self.seen())
        self.page.evaluate("document.getElementById('result').hidden = true")
        self.turn_to("code")
        self.page.locator("#code").fill(text)
        self.page.locator("#code").press("Enter")
        until(lambda: len(self.seen()) > before, "a result")
        return self.seen()[-1]

    def waits(self) -> int:
        """How many scans wait on the disk."""
        text = self.page.locator("#waiting").inner_text()
        return int("".join(character for character in text if character.isdigit()) or 0)
