"""What every page must hold: no violation of axe-core, no complaint, nobody else spoken to, nothing that jumps."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.e2e.browsing import picture
from tests.e2e.running import ROOT, Running

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 1280)
JUMPS = """() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value })
    .observe({type: 'layout-shift', buffered: true})
  setTimeout(() => done(sum), 50)
})"""
"""How much of the page has moved by itself since it was opened (Layout Instability API)."""


@contextmanager
def watched(browser: Browser, running: Running, **context: Any) -> Iterator[Page]:
    """A page of a browser of its own, which must not complain and must not speak to anybody but us."""
    made = browser.new_context(**{"viewport": {"width": 360, "height": 740}, "timezone_id": "Asia/Kolkata", **context})
    page = made.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def watch(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(running.origin + "/"):
            complaints.append(f"asked elsewhere: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", watch)
    yield page
    made.close()
    assert complaints == []


def look(page: Page, name: str, *, axe: bool = True) -> None:
    """Take pictures of the page at both widths; assert that nothing hangs over the edge, and what axe-core says.

    `axe=False` where the page runs no scripts.
    """
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        picture(page, f"{name}-{width}")
        if axe:
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert violations(page) == []
    if before:
        page.set_viewport_size(before)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, and where."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_script(AXE))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def jumped(page: Page) -> float:
    """How much has moved by itself, in units of layout shift; 0: nothing."""
    return float(page.evaluate(JUMPS))


@cache
def _script(file: Path) -> str:
    return file.read_text(encoding="utf-8")
