"""A visitor's way on the simulator's page: from `hi` to a pass whose QR can be read and is genuine."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.domain.passes import tokens
from bot.domain.passes.tokens import PassToken
from tests.e2e.pages.browser import CODE, OnPage, is_drawn, picture, qr_texts
from tests.e2e.server import SECRET, Running

pytestmark = pytest.mark.browser
ENGLISH = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
HINDI = ("नमस्ते", "2", "मीरा अय्यर", "1", "३", "दिल्ली", "हाँ")
_numbers = count(1)


@pytest.fixture
def keys_in_use(running: Running) -> Iterator[KeyRing]:
    database = Database(running.settings.database)
    yield KeyRing.open(database, SECRET)
    database.close()


def new_phone(page: Page, name: str) -> OnPage:
    """Add a phone on the page, as somebody does who tries it."""
    number = f"+9190000{next(_numbers):05d}"
    page.get_by_role("button", name="Add a phone").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Phone number").fill(number)
    dialog.get_by_role("button", name="Add", exact=True).click()
    phone = page.locator(f".phone[data-number='{number}']")
    phone.wait_for()
    return OnPage(phone)


def opened(page: Page, running: Running) -> Page:
    page.goto(f"{running.origin}/simulator")
    page.locator(".phone").first.wait_for()
    return page


def image_bytes(page: Page, phone: OnPage, number: int = 1) -> bytes:
    source = phone.images(number).nth(number - 1).get_attribute("src")
    return page.request.get(f"{page.url.removesuffix('/simulator')}{source}").body()


def token_in(image: bytes, running: Running, ring: KeyRing) -> PassToken:
    """What the one QR in the image says, if it is genuine."""
    (text,) = qr_texts(image)
    assert text == text.upper()
    assert text.startswith(f"{running.origin.upper()}/P/")
    return tokens.decode(text.rpartition("/P/")[2], ring)


def shown_large(page: Page, phone: OnPage, name: str) -> bytes:
    """A screenshot of the pass opened large, as it stands before whoever shows it at a gate."""
    phone.images(1).first.click()
    image = is_drawn(page.locator("#viewer img"))
    picture(page, name)
    shot = image.screenshot()  # of the page behind it a scanner might read something too
    page.keyboard.press("Escape")
    expect(image).not_to_be_visible()
    return shot


@pytest.mark.parametrize(("language", "name", "messages"), [("en", "Asha Verma", ENGLISH), ("hi", "मीरा अय्यर", HINDI)])
def test_seven_messages_and_a_pass_whose_qr_is_genuine(
    page: Page, running: Running, keys_in_use: KeyRing, language: str, name: str, messages: tuple[str, ...]
) -> None:
    phone = new_phone(opened(page, running), name)
    answers = [phone.say(text) for text in messages]
    assert name in answers[-2]  # the summary
    code = CODE.findall(answers[-1])
    assert len(code) == 1
    expect(phone.images(1)).to_have_count(1)
    caption = phone.got().last.inner_text()
    assert code[0] in caption
    assert phone.written() == list(messages)
    token = token_in(image_bytes(page, phone), running, keys_in_use)
    assert (token.party_size, len(token.dates)) == (3, 1)
    assert token.first_day >= date(2026, 1, 1)
    picture(page, f"chat-{language}-1280")
    assert token_in(shown_large(page, phone, f"pass-{language}-1280"), running, keys_in_use) == token
    page.set_viewport_size({"width": 360, "height": 740})
    picture(page, f"chat-{language}-360")
    assert token_in(shown_large(page, phone, f"pass-{language}-360"), running, keys_in_use) == token
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_somebody_else_is_registered_with_the_code_that_their_phone_got(
    page: Page, running: Running, keys_in_use: KeyRing
) -> None:
    opened(page, running)
    asha, ravi = new_phone(page, "Asha Verma"), new_phone(page, "Ravi Kumar")
    for text in ENGLISH:
        asha.say(text)
    asha.images(1)
    asha.say("register someone else")
    asha.say(str(ravi.root.get_attribute("data-number")))
    ravi.root.locator(".banner").wait_for()
    ravi.root.locator(".banner").click()
    picture(page, "otp-1280")
    otp = re.findall(r"\b\d{6}\b", ravi.got("sms").last.inner_text())
    assert len(otp) == 1
    assert otp[0] not in asha.root.inner_text()
    answers = [asha.say(text) for text in (otp[0], "Ravi Kumar", "1", "2", "skip", "yes")]
    assert "Ravi Kumar" in answers[-2]
    asha.images(2)
    first, second = (token_in(image_bytes(page, asha, number), running, keys_in_use) for number in (1, 2))
    assert second.party_size == 2
    assert second.pass_id != first.pass_id


def test_everything_is_reached_without_a_mouse_and_options_are_buttons(page: Page, running: Running) -> None:
    phone = new_phone(opened(page, running), "Zoya Khan")
    assert "English" in phone.say("hi")
    phone.tap("English")
    box = phone.root.get_by_role("textbox")
    expect(box).to_be_focused()
    box.press_sequentially("Zoya")
    box.press("Shift+Enter")
    expect(box).to_have_value("Zoya\n")
    phone.say("Zoya Khan")
    page.keyboard.press("Tab")
    expect(phone.root.get_by_role("button", name="Send")).to_be_focused()
    phone.root.get_by_role("tab", name="Chat").focus()
    page.keyboard.press("ArrowRight")
    expect(phone.root.get_by_role("tab", name="SMS")).to_have_attribute("aria-selected", "true")


def test_a_photo_and_a_place_are_sent_and_answered(page: Page, running: Running) -> None:
    phone = new_phone(opened(page, running), "Ishaan")
    phone.say("hi")
    before = phone.got().count()
    photo = {"name": "me.png", "mimeType": "image/png", "buffer": picture(page, "photo")}
    phone.root.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]  # a FilePayload
    phone.root.get_by_role("button", name="Send").click()
    assert phone.answer(before)
    expect(phone.root.locator(".mine .picture img")).to_have_count(1)
    before = phone.got().count()
    phone.root.get_by_label("Attach", exact=True).click()
    phone.root.get_by_role("button", name="Location").click()
    assert phone.answer(before)


def test_a_reload_shows_everything_again(page: Page, running: Running) -> None:
    phone = new_phone(opened(page, running), "Kabir")
    phone.say("hi")
    page.reload()
    expect(phone.got()).to_have_count(1)
    phone.root.get_by_role("button", name="Take this phone away").click()
    expect(phone.root).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_fits(page: Page, running: Running, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(running.origin)
    expect(page.get_by_role("link", name=re.compile("WhatsApp"))).to_have_attribute(
        "href", re.compile(r"^/simulator\?text=hi\+demo$")
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"first-{scheme}-{width}")
