"""A phone with the scanner open, in a real Chromium."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

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


class Phone:
    """A phone with the scanner open."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
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
        expect(self.page.locator("#ready[data-ready=true]")).to_be_visible(timeout=20_000)

    def seen(self) -> list[str]:
        """The results that were shown, in their order."""
        return [result for result, _ms in self.page.evaluate("window.seen")]

    def scan(self, text: str) -> str:
        """Type a code or a QR's text; what is shown then."""
        before = len(self.seen())
        self.page.evaluate("document.getElementById('result').hidden = true")
        self.page.locator("#code").fill(text)
        self.page.locator("#code").press("Enter")
        until(lambda: len(self.seen()) > before, "a result", 10)
        return self.seen()[-1]

    def waits(self) -> int:
        """How many scans wait on the disk."""
        text = self.page.locator("#waiting").inner_text()
        return int("".join(character for character in text if character.isdigit()) or 0)
