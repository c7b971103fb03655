"""Somebody who has never seen it and only clicks: from what `make run` prints to a pass, to the dashboard, and to a
fair of their own with its first admission.
"""

import re
from collections.abc import Callable
from contextlib import closing
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from bot.database import Database
from bot.domain.roster import trial
from bot.ops import prepare_database
from bot.ops.welcome import welcome
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import CODE, OnPage, follow
from tests.e2e.pages.scanner import Phone
from tests.e2e.server import Running

pytestmark = pytest.mark.browser
ANSWERS = 6
"""To language, name, day, people, city and the summary."""
OWNER = "+919700000099"
"""Of whoever becomes the owner of this installation."""
DATA = {
    "Organiser, responsible for the event and visitors' data": "Science Trust",
    "Purpose of the data": "Entry and counting",
    "Contact for questions and complaints": "help@example.org",
    "Days data is kept after the event": "30",
}


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
    other = page.locator(".phone").nth(1).get_by_role("textbox")
    for here, there in ((other, phone.root.get_by_role("textbox")), (phone.root.get_by_role("textbox"), other)):
        here.focus()  # the words go along to the phone that is chosen
        expect(here).to_have_value("hi demo")
        expect(there).to_have_value("")
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
    expect(code).to_be_visible()
    expect(code).to_contain_text(re.compile(r"\d{6}"))
    phone.root.get_by_role("tab", name="Chat").click()
    page.get_by_role("button", name="Use another number").click()
    page.get_by_label("Your phone number").fill(trial.VOLUNTEER)
    page.get_by_role("button", name="Send me a code").click()
    banner = opened.value.locator(f".phone[data-number='{trial.VOLUNTEER}'] .banner")
    expect(banner).to_contain_text("+1 415-555-0100")
    texts = opened.value.locator(f".phone[data-number='{trial.VOLUNTEER}']").get_by_role("tab", name="SMS")
    badge = texts.locator(".badge")
    expect(badge).to_have_text("1")
    opened.value.reload()
    expect(badge).to_have_text("1")
    texts.click()
    expect(badge).to_be_hidden()
    opened.value.reload()
    expect(texts).to_be_visible()
    expect(badge).to_be_hidden()


def test_on_a_narrow_screen_the_chosen_phone_is_seen_among_the_names(page: Page, running: Running) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{running.origin}/simulator?phone={quote(trial.VOLUNTEER)}")
    chosen = page.locator("#switcher").get_by_role("tab", selected=True)
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_in_viewport(ratio=1)


def _save(page: Page, button: str, **fields: str) -> None:
    """Fill in fields by their names on the page, and press a button."""
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)
    follow(page, page.get_by_role("button", name=button, exact=True).click)


def _become_owner(page: Page, running: Running) -> None:
    """By the link that is printed while there is no owner, and the code that comes to the phone."""
    with closing(Database(running.settings.database)) as database:
        link = prepare_database.claim_link(database, running.origin)
    assert link
    page.goto(link)
    _save(page, "Send me a code", Your_name="Olga Owner", Your_phone_number=OWNER)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open that phone").click()
    sms = OnPage(opened.value.locator(f".phone[data-number='{OWNER}']")).got("sms").last
    expect(sms).to_contain_text(re.compile(r"\d{6}"))
    found = re.search(r"\d{6}", sms.inner_text())
    assert found
    opened.value.close()
    page.get_by_role("textbox").fill(found[0])
    follow(page, page.get_by_role("button", name="Become the owner").click)


def _done(page: Page) -> list[str]:
    """The lines of the list before the event that are done."""
    return page.locator("#setup li.done a:not(.also)").all_inner_texts()


def _to_event(page: Page) -> None:
    follow(page, page.get_by_role("navigation", name="Team pages").get_by_role("link", name="Event", exact=True).click)


def _through_the_list(page: Page) -> str:
    """Everything of the list before the event, each by its own link; the code of the test pass."""
    for line, button, fields in (
        ("Add a gate", "Add", {"Name": "Main"}),
        ("Say who answers for the data", "Save", DATA),
    ):
        follow(page, page.get_by_role("link", name=line).click)
        _save(page, button, **fields)
        _to_event(page)
    assert _done(page) == ["Add a gate", "Say how many people may come", "Say who answers for the data"]
    accessible(page, "setup-list")
    follow(page, page.get_by_role("link", name="Send a test pass to yourself").click)
    _save(page, "Send")
    code = CODE.search(page.locator(".lines .code").inner_text())
    assert code
    accessible(page, "setup-test-pass")
    _to_event(page)
    follow(page, page.get_by_role("link", name="Print the poster").click)
    with page.expect_download() as poster:
        page.get_by_role("button", name=re.compile("PDF|poster", re.IGNORECASE)).click()
    assert poster.value.suggested_filename.endswith(".pdf")
    _to_event(page)
    assert "Print the poster" in _done(page)
    follow(page, page.get_by_role("button", name="Mark as done: Add the team").click)
    follow(page, page.locator("#setup").get_by_role("link", name="Open registration").click)
    follow(page, page.get_by_role("button", name="Open registration").click)
    return code[0]


def test_by_clicking_alone_from_nothing_to_a_fair_and_its_first_admission(
    page: Page, running: Running, new_phone: Callable[..., Phone]
) -> None:
    _become_owner(page, running)
    follow(page, page.get_by_role("link", name="New event").click)
    accessible(page, "setup-new-event")
    today = page.evaluate("new Intl.DateTimeFormat('sv', {timeZone: 'Asia/Kolkata'}).format()")
    _save(page, "Create the event", Name="Science Fair", First_day=today, Place="Hall 4", People_a_day="500")
    code = _through_the_list(page)
    expect(page.locator("#setup")).to_have_count(0)
    page.get_by_role("navigation", name="Team pages").get_by_role("link", name="Scanners").click()
    page.get_by_label("Name").fill("Phone 1")
    follow(page, page.get_by_role("button", name="Add and show the link").click)
    accessible(page, "setup-scanner-link")
    address = page.locator("a.link").get_attribute("href")
    assert address
    scanner = new_phone()
    scanner.open(address)
    assert scanner.scan(code) == "admitted"
    _to_event(page)
    follow(page, page.get_by_role("link", name="Cancel the event").click)
    accessible(page, "setup-cancel")
    follow(page, page.get_by_role("button", name="Cancel the event").click)  # other tests know one open event
    expect(page.get_by_role("status")).to_contain_text("No message has been sent.")
    accessible(page, "setup-tell-them")
    _to_event(page)
    expect(page.locator("main .tag.cancelled")).to_be_visible()
