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


@pytest.fixture
def phone_on_page(templated_page: Page, templated: Running) -> OnPage:
    number = f"+9191000{next(_numbers):05d}"
    templated_page.goto(f"{templated.origin}/simulator")
    templated_page.get_by_role("button", name="Add a phone").click()
    dialog = templated_page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Asha Verma")
    dialog.get_by_label("Phone number").fill(number)
    dialog.get_by_role("button", name="Add", exact=True).click()
    found = templated_page.locator(f".phone[data-number='{number}']")
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


def test_a_registration_by_taps(templated_page: Page, templated: Running, phone_on_page: OnPage) -> None:
    phone_on_page.say("hi")
    expect(phone_on_page.got().last.get_by_role("button")).to_have_count(2)
    tap(phone_on_page, "English")
    tap(phone_on_page, "Asha Verma")
    phone_on_page.got().last.locator(".opener").click()
    rows = phone_on_page.root.locator(".sheet.list label")
    expect(rows).to_have_count(9)
    picture(templated_page, "buttons_list")
    day = rows.nth(1).inner_text()
    templated_page.keyboard.press("Escape")
    expect(phone_on_page.root.locator(".sheet.list")).to_be_hidden()
    tap(phone_on_page, day)
    phone_on_page.say("3")
    phone_on_page.say("Delhi")
    picture(templated_page, "buttons_summary")
    assert CODE.search(tap(phone_on_page, "Yes"))
    phone_on_page.images(1)
    menu = phone_on_page.say("hi")
    assert "Pass" not in phone_on_page.written()
    assert day in menu
    tap(phone_on_page, "English", of=0)
    expect(phone_on_page.got().last).to_contain_text("?")


def test_an_old_button_gets_the_present_question(phone_on_page: OnPage, templated: Running) -> None:
    phone_on_page.say("hi")
    tap(phone_on_page, "English")
    tap(phone_on_page, "Asha Verma")
    tap(phone_on_page, "English", of=0)
    expect(phone_on_page.got().last.locator(".opener")).to_be_visible()


def test_seven_typed_messages_work_as_without(phone_on_page: OnPage, templated: Running) -> None:
    answers = [phone_on_page.say(text) for text in ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")]
    assert CODE.search(answers[-1])
    phone_on_page.images(1)
    kinds = [row["kind"] for row in json.loads(admin(templated, "deliveries", "list", "--json"))]
    assert {"question", "pass"} <= set(kinds)


@pytest.mark.parametrize("order", [{"code": 63013}, {"code": 21656, "status": 400}], ids=["later", "at_once"])
def test_a_refused_template_is_followed_by_numbered_text(
    phone_on_page: OnPage, templated: Running, order: dict[str, int]
) -> None:
    """The last of this file: a template that was refused rests for an hour. `later`: by a status callback."""
    first = "hi" if "status" not in order else "नमस्ते"
    phone_on_page.say(first)
    phone_on_page.say("English")
    trouble = {"fault": "refuse", "kind": "send", **order}
    assert requests.post(f"{templated.origin}/simulator/control", json=trouble, timeout=60).ok
    before = phone_on_page.got().count()
    phone_on_page.say("Asha Verma" if "status" not in order else "back")
    words = phone_on_page.got().filter(has_text="1. ")
    expect(words).to_have_count(1)
    assert phone_on_page.got().filter(has_not_text="63013").count() == before + 1
    expect(phone_on_page.got().last.get_by_role("button")).to_have_count(0)
