"""What every page must hold besides being accessible: no complaint, nobody else spoken to, nothing that jumps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.e2e.pages.browser import PATIENCE_MS
from tests.e2e.server import Running

JUMPS = """() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value })
    .observe({type: 'layout-shift', buffered: true})
  setTimeout(() => done(sum), 50)
})"""
"""How much of the page has moved by itself since it was opened (Layout Instability API)."""


REFUSED = "Failed to load resource: the server responded with a status of 4"
"""How Chromium itself notes the status of a page that says no; tests/e2e asserts those where they belong."""


@contextmanager
def watched(browser: Browser, running: Running, *, refusing: bool = False, **context: Any) -> Iterator[Page]:
    """A page of a browser of its own, which must not complain and must not speak to anybody but us.

    With `refusing` it may answer with a 4xx itself; the files that belong to it may not.
    """
    made = browser.new_context(**{"viewport": {"width": 360, "height": 740}, "timezone_id": "Asia/Kolkata", **context})
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        own = refusing and message.text.startswith(REFUSED) and "/assets/" not in message.location["url"]
        if message.type in ("error", "warning") and not own:
            complaints.append(message.text)

    def watch(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(running.origin + "/"):
            complaints.append(f"asked elsewhere: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", watch)
    try:
        yield page
    finally:
        made.close()
    assert complaints == []


def jumped(page: Page) -> float:
    """How much has moved by itself, in units of layout shift; 0: nothing."""
    return float(page.evaluate(JUMPS))
