"""The form inside WhatsApp, end to end: made by `templates sync`, offered, opened, sent back, in three languages."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from bot.database import Database
from bot.delivery.templates import forms, sync
from bot.delivery.twilio.content_api import ContentApi
from bot.delivery.twilio.messages import Twilio
from bot.domain import events
from flows.engine.filled_forms import NOT_READ
from flows.shapes.forms import OFF, ON
from flows.text import render, sentence_for
from flows.text.translate import MISSING
from flows.visitor.forms import AGREED, CONSENT_LABEL
from tests.e2e.pages.browser import CODE, OnPage, picture
from tests.e2e.pages.visitor import Visitor, new_visitor
from tests.e2e.server import Running, until

NAMES = {"en": "Asha Verma", "hi": "आशा वर्मा", "bn": "আশা বর্মা"}
CHOSEN = {language: str(number) for number, language in enumerate(NAMES, start=1)}
_numbers = count(1)


@pytest.fixture(scope="module")
def running_with_form(templated: Running) -> Iterator[Running]:
    """The shared service, its event with the form and a third language, and its last day closed."""
    content, now = ContentApi(Twilio(templated.settings)), datetime.now(UTC)
    with closing(Database(templated.settings.database)) as database:
        with database.write() as db:
            demo = events.change(db, "demo", form=ON, languages=[*NAMES])
            last, wanted = demo.ends_on, forms.template_specs([events.shape(demo)])
            events.set_day(db, "demo", last, closed=True)
        for _ in range(2):  # made and submitted; then WhatsApp has approved them
            sync.sync(database, content, wanted, now)
        yield templated
        with database.write() as db:
            events.set_day(db, "demo", last, closed=False)
            events.change(db, "demo", form=OFF, languages=["en", "hi"])


def begin(running: Running, language: str) -> Visitor:
    """Somebody new who is offered the form: web processes have new templates within some seconds."""
    visitor = new_visitor(running.origin, f"+9193000{next(_numbers):05d}")
    visitor.say("hi")
    visitor.say(CHOSEN[language])

    def has_form() -> bool:
        if visitor.got()[-1]["card"].get("kind") != "form":
            visitor.say("hi")
        return bool(visitor.got()[-1]["card"].get("kind") == "form")

    until(has_form, "the form is offered")
    return visitor


def inputs(visitor: Visitor) -> dict[str, dict[str, Any]]:
    """What the last message's form asks, by name."""
    return {part["name"]: part for page in pages(visitor) for part in page["layout"] if "name" in part}


def pages(visitor: Visitor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.got()[-1]["card"]["pages"]
    return found


def fill_in(visitor: Visitor, language: str, **changes: str) -> dict[str, str]:
    """What somebody sends who fills in the last form: for the second day."""
    asked = inputs(visitor)
    whole = {"full_name": NAMES[language], "visit_date": asked["visit_date"]["options"][1]["id"], "party_size": "3"}
    return {**whole, "city": "", "agree": asked["agree"]["options"][0]["id"], **changes}


def send(visitor: Visitor, filled: dict[str, str], on: str) -> str:
    """Send a form back; the answer in words."""
    before = len(visitor.got())
    message = {"phone": visitor.number, "filled": filled, "reply_to": on}
    assert requests.post(f"{visitor.origin}/simulator/messages", json=message, timeout=60).status_code == 202
    until(lambda: len(visitor.got()) > before, "an answer to the form")
    return str(visitor.got()[-1]["text"])


def words_of(code: str, language: str) -> str:
    """The longest words of a refusal that have no parameter among them."""
    return max(render(sentence_for(code), language).split(MISSING), key=len).strip()


@pytest.mark.parametrize("language", NAMES)
def test_from_the_greeting_to_the_pass_and_its_change(running_with_form: Running, language: str) -> None:
    visitor = begin(running_with_form, language)
    assert len(visitor.got()) >= 2
    offered = visitor.got()[-1]["sid"]
    assert [page["title"] for page in pages(visitor)][-1] == render(CONSENT_LABEL, language)
    assert inputs(visitor)["agree"]["options"][0]["title"] == render(AGREED, language)
    assert len(inputs(visitor)["visit_date"]["options"]) == 8  # the ninth is closed
    filled = fill_in(visitor, language)
    so_far = len(visitor.got())

    done = send(visitor, filled, offered)
    visitor.pictures(1)
    assert (len(visitor.got()), len(visitor.got(media=True))) == (so_far + 1, 1)
    first = CODE.search(done)
    assert first
    again = send(visitor, filled, offered)  # twice
    assert first.group() in again

    visitor.say("change")
    assert visitor.got()[-1]["card"]["kind"] == "form"
    day = inputs(visitor)["visit_date"]["options"][4]["id"]
    changed = CODE.search(send(visitor, {"visit_date": day, "party_size": "2"}, visitor.got()[-1]["sid"]))
    assert changed
    assert changed.group() != first.group()


@pytest.mark.parametrize("language", NAMES)
def test_each_refusal_is_told_and_the_rest_is_kept(running_with_form: Running, language: str) -> None:
    visitor = begin(running_with_form, language)
    offered, filled = visitor.got()[-1]["sid"], fill_in(visitor, language)
    with closing(Database(running_with_form.settings.database)) as database, database.read() as db:
        last = events.by_slug(db, "demo").ends_on.isoformat()
    assert render(NOT_READ, language) in send(visitor, {"screen_0_name": NAMES[language]}, offered)
    assert words_of("too_short", language) in send(visitor, {**filled, "full_name": "A", "agree": ""}, offered)
    visitor.say(NAMES[language])
    assert NAMES[language] in visitor.got()[-1]["text"]  # the summary: nothing else was asked again
    assert words_of("day_closed", language) in send(visitor, {**filled, "visit_date": last}, offered)
    assert visitor.got()[-1]["card"]["kind"] == "list"  # of the days that are open
    assert words_of("party_too_large", language) in send(visitor, {**filled, "party_size": "11"}, offered)
    assert words_of("not_a_number", language) in send(visitor, {**filled, "party_size": "x"}, offered)
    visitor.say("4")
    assert CODE.search(visitor.got()[-1]["text"])


@pytest.mark.browser
def test_the_sheet_on_the_phones_screen(templated_page: Page, running_with_form: Running) -> None:
    visitor = begin(running_with_form, "en")
    templated_page.goto(f"{running_with_form.origin}/simulator?phone=%2B{visitor.number[1:]}")
    phone = OnPage(templated_page.locator(f".phone[data-number='{visitor.number}']"))
    phone.got().last.locator(".opener").click()
    sheet = phone.root.get_by_role("dialog", name="Form")
    picture(templated_page, "form_sheet")
    sheet.get_by_role("button", name="Continue").click()
    expect(sheet.get_by_label("Name")).to_be_focused()  # nobody goes on without what is needed
    sheet.get_by_label("Name").fill("Asha Verma")
    sheet.get_by_role("radio").first.check()
    sheet.get_by_label("People").fill("2")
    sheet.get_by_role("button", name="Continue").click()
    sheet.get_by_role("button", name="Continue").click()
    sheet.get_by_role("radio", name="Yes, I agree").check()
    before = phone.got().count()
    sheet.get_by_role("button", name="Get my pass").click()
    expect(sheet).to_be_hidden()
    assert CODE.search(phone.answer(before))
    phone.images(1)
