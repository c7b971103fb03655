"""Somebody who has never seen it and only clicks: from what `make run` prints to a pass, and to the dashboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.domain.roster import trial
from bot.ops.welcome import welcome
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import CODE, OnPage, follow
from tests.e2e.server import Running

pytestmark = pytest.mark.browser
ANSWERS = 6
"""To language, name, day, people, city and the summary."""


def _address(running: Running) -> str:
    """The first address in the box."""
    box = welcome(running.settings, running.origin, None, None)
    found = re.search(r"http://\S+", box)
    assert found
    return found[0]


def _phone(page: Page, number: str = "") -> OnPage:
    """A phone of the simulator's page, the first one unless told otherwise."""
    found = page.locator(f".phone[data-number='{number}']") if number else page.locator(".phone").first
    found.wait_for()
    expect(found.get_by_role("textbox")).not_to_have_value("")
    return OnPage(found)


def _answer(phone: OnPage) -> str:
    """Tap the first button that is offered, else have an answer written and send it: what comes back."""
    before = phone.got().count()
    chips = phone.root.get_by_role("group", name="Quick replies").get_by_role("button")
    if chips.count():
        chips.first.click()
        return phone.answer(before)
    phone.root.get_by_role("button", name="Write an answer for me").click()
    return phone.send_prefilled()


def test_by_clicking_alone_to_a_first_pass(page: Page, running: Running) -> None:
    page.goto(_address(running))
    assert "wa.me" not in page.content()
    accessible(page, "front_trial")
    follow(page, page.get_by_role("link", name="A visitor's phone").click)
    phone = _phone(page)
    assert phone.root.get_by_role("textbox").input_value() == "hi demo"
    phone.send_prefilled()
    answers = [_answer(phone) for _ in range(ANSWERS)]
    assert CODE.search(answers[-1])
    phone.images(1)
    expect(phone.got().locator(".ticks")).to_have_count(0)


def test_by_clicking_alone_to_the_dashboard(page: Page, running: Running) -> None:
    page.goto(_address(running))
    follow(page, page.get_by_role("link", name="An admin's phone").click)
    phone = _phone(page, trial.ADMIN)
    phone.send_prefilled()
    with page.context.expect_page() as opened:
        phone.got().locator("a").last.click()
    staff = opened.value
    follow(staff, staff.get_by_role("button", name="Sign in").click)
    assert staff.url.endswith("/staff/dashboard")
    staff.close()


def test_a_code_is_one_click_away_and_its_badge_outlives_a_reload(page: Page, running: Running) -> None:
    page.goto(running.origin)
    follow(page, page.get_by_role("link", name="Team sign-in").click)
    page.get_by_label("Your phone number").fill(trial.SUPERVISOR)
    follow(page, page.get_by_role("button", name="Send me a code").click)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open that phone").click()
    phone = OnPage(opened.value.locator(f".phone[data-number='{trial.SUPERVISOR}']"))
    code = phone.got("sms").last
    expect(code).to_be_visible(timeout=30_000)
    expect(code).to_contain_text(re.compile(r"\d{6}"))
    phone.root.get_by_role("tab", name="Chat").click()
    page.get_by_role("button", name="Use another number").click()
    page.get_by_label("Your phone number").fill(trial.VOLUNTEER)
    page.get_by_role("button", name="Send me a code").click()
    texts = opened.value.locator(f".phone[data-number='{trial.VOLUNTEER}']").get_by_role("tab", name="SMS")
    badge = texts.locator(".badge")
    expect(badge).to_have_text("1", timeout=30_000)
    opened.value.reload()
    expect(badge).to_have_text("1")
    texts.click()
    expect(badge).to_be_hidden()
    opened.value.reload()
    expect(texts).to_be_visible()
    expect(badge).to_be_hidden()
