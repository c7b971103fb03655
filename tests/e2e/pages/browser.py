"""A browser before the simulator's page, and a phone there as somebody uses it."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.paths import ROOT

ARTEFACTS = ROOT / "test-artefacts"
UNWANTED = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    *("PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
"""Features of Chromium: those that Playwright switches off, since of two such lists the last counts, and the two pages
that every new window makes below its address bar, which cost more than the page that a test opens."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNWANTED)}",
    # All pages are ours: one process of a context draws them, and no other is started for the next page.
    "--disable-site-isolation-trials",
    "--process-per-site",
    "--renderer-process-limit=1",
]
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
PATIENCE_MS = 90_000
"""For whatever a page shows; at a load of 36 on two cores half a minute was too short."""


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs in the order in which they are taken: Chromium's headless shell draws the same pages without windows, with a
fifth less work for all tests that drive it (181 s of a core became 146)."""


def chromium() -> str | None:
    """A Chromium's program, where there is one."""
    return next((program for program in map(shutil.which, BROWSERS) if program), None)


def picture(page: Page, name: str) -> bytes:
    """A screenshot, kept among the artefacts too."""
    ARTEFACTS.mkdir(exist_ok=True)
    return page.screenshot(path=ARTEFACTS / f"{name}.png")


def follow(page: Page, act: Callable[[], object]) -> None:
    """Do what leads to another page, and be there: what comes next is not asked of the page that is left."""
    with page.expect_navigation(wait_until="load"):
        act()


def is_drawn(image: Locator) -> Locator:
    """The image, once its pixels are there: before that a screenshot shows a gap."""
    expect(image).to_be_visible()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)")
    return image


def qr_texts(image: bytes) -> set[str]:
    """What the QR codes in an image say, each once: a page may show one small and large."""
    return {found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(image)))}


@dataclass(frozen=True)
class OnPage:
    """One phone of the page."""

    root: Locator

    def got(self, thread: str = "whatsapp") -> Locator:
        """The messages that it got."""
        return self.root.locator(f".log[data-thread={thread}] .theirs")

    def say(self, text: str) -> str:
        """Type a message, send it with Enter, and give the answer to it."""
        before = self.got().count()
        box = self.root.get_by_role("textbox")
        box.fill(text)
        box.press("Enter")
        return self.answer(before)

    def send_prefilled(self) -> str:
        """Send the words that stand ready, and give the answer to them."""
        before = self.got().count()
        self.root.get_by_role("button", name="Send", exact=True).click()
        return self.answer(before)

    def tap(self, option: str) -> str:
        """Tap a quick reply, and give the answer to it."""
        before = self.got().count()
        self.root.get_by_role("group", name="Quick replies").get_by_role("button", name=option).click()
        return self.answer(before)

    def answer(self, before: int) -> str:
        """The message that comes after so many."""
        coming = self.got().nth(before)
        coming.wait_for(timeout=PATIENCE_MS)
        return coming.inner_text()

    def images(self, number: int) -> Locator:
        """The images in the chat, once there are so many."""
        images = self.root.locator(".picture img")
        images.nth(number - 1).wait_for(timeout=PATIENCE_MS)
        return images

    def written(self) -> list[str]:
        """What was sent from it."""
        return self.root.locator(".log[data-thread=whatsapp] .mine .text").all_inner_texts()
