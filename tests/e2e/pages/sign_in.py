"""The way into the staff pages, as somebody goes it whose phone gets the code."""

import re

from playwright.sync_api import Browser, StorageState

from tests.e2e.pages.browser import follow
from tests.e2e.pages.visitor import new_visitor
from tests.e2e.server import until


def signed_in(browser: Browser, origin: str, phone: str, page: str) -> StorageState:
    """What a browser holds once somebody of the roster has come to this page by the code that their phone gets."""
    visitor = new_visitor(origin, phone)
    shown = browser.new_page()
    shown.goto(f"{origin}{page}")
    shown.get_by_role("textbox").fill(phone)
    follow(shown, lambda: shown.get_by_role("textbox").press("Enter"))
    until(visitor.got, "the code")
    [otp] = re.findall(r"\b\d{6}\b", visitor.got()[-1]["text"])
    shown.get_by_role("textbox").fill(otp)
    shown.get_by_role("textbox").press("Enter")
    shown.wait_for_url(f"{origin}{page}")
    kept = shown.context.storage_state()
    shown.context.close()
    return kept
