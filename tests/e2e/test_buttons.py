"""Questions with buttons in the simulator, once `templates sync` has made their templates there."""

import json
from itertools import count

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.pages.browser import CODE, OnPage, picture
from tests.e2e.server import Running, admin

pytestmark = pytest.mark.browser
_numbers = count(1)


@pytest.fixture(scope="module")
def running(templated: Running) -> Running:
    """With templates from its first message on."""
    return templated


@pytest.fixture
def phone(page: Page, running: Running) -> OnPage:
    number = f"+9191000{next(_numbers):05d}"
    page.goto(f"{running.origin}/simulator")
    page.get_by_role("button", name="Add a phone").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Asha Verma")
    dialog.get_by_label("Phone number").fill(number)
    dialog.get_by_role("button", name="Add", exact=True).click()
    found = page.locator(f".phone[data-number='{number}']")
    found.wait_for()
    return OnPage(found)


def tap(phone: OnPage, name: str, *, of: int = -1) -> str:
    """Tap a button of a message, the last one unless told otherwise, and give the answer."""
    before = phone.got().count()
    message = phone.got().nth(of if of >= 0 else before - 1)
    if message.locator(".opener").count():
        message.locator(".opener").click()
        sheet = phone.root.locator(".sheet.list")
        sheet.get_by_role("radio", name=name).check()
        sheet.get_by_role("button", name="Send").click()
    else:
        message.get_by_role("button", name=name, exact=True).first.click()
    return phone.answer(before)


def test_a_registration_by_taps(page: Page, running: Running, phone: OnPage) -> None:
    phone.say("hi")
    expect(phone.got().last.get_by_role("button")).to_have_count(2)
    tap(phone, "English")
    tap(phone, "Asha Verma")
    phone.got().last.locator(".opener").click()
    rows = phone.root.locator(".sheet.list label")
    expect(rows).to_have_count(9)
    picture(page, "buttons_list")
    day = rows.nth(1).inner_text()
    page.keyboard.press("Escape")
    expect(phone.root.locator(".sheet.list")).to_be_hidden()
    tap(phone, day)
    phone.say("3")
    phone.say("Delhi")
    picture(page, "buttons_summary")
    assert CODE.search(tap(phone, "Yes"))
    phone.images(1)
    menu = phone.say("hi")
    assert "Pass" not in phone.written()
    assert day in menu
    tap(phone, "English", of=0)
    expect(phone.got().last).to_contain_text("?")


def test_an_old_button_gets_the_present_question(phone: OnPage, running: Running) -> None:
    phone.say("hi")
    tap(phone, "English")
    tap(phone, "Asha Verma")
    tap(phone, "English", of=0)
    expect(phone.got().last.locator(".opener")).to_be_visible()


def test_seven_typed_messages_work_as_without(phone: OnPage, running: Running) -> None:
    answers = [phone.say(text) for text in ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")]
    assert CODE.search(answers[-1])
    phone.images(1)
    kinds = [row["kind"] for row in json.loads(admin(running, "deliveries", "list", "--json"))]
    assert {"question", "pass"} <= set(kinds)


@pytest.mark.parametrize("order", [{"code": 63013}, {"code": 21656, "status": 400}], ids=["later", "at_once"])
def test_a_refused_template_is_followed_by_numbered_text(
    phone: OnPage, running: Running, order: dict[str, int]
) -> None:
    """The last of this file: a template that was refused rests for an hour. `later`: by a status callback."""
    first = "hi" if "status" not in order else "नमस्ते"
    phone.say(first)
    phone.say("English")
    trouble = {"fault": "refuse", "kind": "send", **order}
    assert requests.post(f"{running.origin}/simulator/control", json=trouble, timeout=60).ok
    before = phone.got().count()
    phone.say("Asha Verma" if "status" not in order else "back")
    words = phone.got().filter(has_text="1. ")
    expect(words).to_have_count(1)
    assert phone.got().filter(has_not_text="63013").count() == before + 1
    expect(phone.got().last.get_by_role("button")).to_have_count(0)
