"""Registration on the web, by Flask's client: from the questions to the pass, and every refusal on the way."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from bot.domain.events import changes as event_changes
from bot.domain.models import Delivery, EventDay, Pass, Registration
from bot.domain.stats import dashboard_query
from bot.service import Service
from tests.webhooks.visitor.browser import DETAILS, PHONE, Browser
from tests.webhooks.visitor.conftest import first_day, make_event, passes_of

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
LONG = "a" * 81


def test_from_the_questions_to_the_pass(visitor_browser: Browser, service: Service, fair_on_web: None) -> None:
    visitor_browser.details()
    assert visitor_browser.path == "/register/fair/code"
    visitor_browser.prove()
    assert visitor_browser.path == "/register/fair/review"
    consent = re.search(r'<p class="consent">(.*?)</p>', visitor_browser.page)
    visitor_browser.post("/register/fair/review", agree="yes")
    code = CODE.findall(visitor_browser.page)
    with service.database.read() as db:
        made = db.scalars(select(Pass)).one()
        registered = db.get_one(Registration, made.registration_id)
        assert visitor_browser.path == f"/passes/{made.id}"
        assert made.code in {found.replace("-", "") for found in code}
        assert (made.party_size, made.day) == (3, first_day(service))
        assert (registered.full_name, registered.language, registered.channel) == ("Asha Verma", "en", "web")
        assert consent
        assert registered.consent_text.replace("*", "") == consent[1]
        assert "yes" not in consent[1]  # nobody types one here
        assert {alias.value for alias in registered.holder.aliases} == {PHONE}
        assert db.scalars(select(Delivery.kind)).all() == ["otp"]


@pytest.mark.usefixtures("fair_on_web")
def test_it_speaks_hindi(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.language = "hi"
    visitor_browser.register(language="hi")
    assert '<html lang="hi">' in visitor_browser.page
    assert "पुस्तक मेला" in visitor_browser.page
    with service.database.read() as db:
        registered = db.scalars(select(Registration)).one()
        assert registered.language == "hi"
        assert re.search("[\u0900-\u097f]", registered.consent_text)


@pytest.mark.usefixtures("fair_on_web")
def test_another_language_is_chosen_without_losing_a_word(visitor_browser: Browser) -> None:
    visitor_browser.get("/register/fair")
    visitor_browser.post("/register/fair", **{**DETAILS, "language": "hi", "act": "language"})
    assert '<html lang="hi">' in visitor_browser.page
    assert 'value="Asha Verma"' in visitor_browser.page
    assert visitor_browser.wrong == {}


WRONG = [
    ("full_name", "", "empty"),
    ("full_name", "7", "too_short"),
    ("full_name", LONG, "too_long"),
    ("full_name", "1234", "no_letter"),
    ("full_name", "stop", "not_a_name"),
    ("visit_date", "", "empty"),
    ("visit_date", "2020-01-01", "day_over"),
    ("visit_date", "2099-01-01", "day_outside"),
    ("visit_date", "whenever", "day_unclear"),
    ("party_size", "", "empty"),
    ("party_size", "three and a half", "not_a_number"),
    ("party_size", "0", "number_too_small"),
    ("party_size", "11", "party_too_large"),
    ("phone", "", "empty"),
    ("phone", "12345", "not_a_phone"),
    ("phone", "011 2345 6789", "not_a_phone"),
    ("language", "ta", "not_an_option"),
]


@pytest.mark.usefixtures("fair_on_web")
def test_what_cannot_be_used_is_said_beside_its_field_and_kept(visitor_browser: Browser) -> None:
    for slot, value, code in WRONG:
        visitor_browser.details(**{slot: value})
        assert (visitor_browser.status, visitor_browser.wrong) == (422, {slot: code})
        assert f'href="#{slot}"' in visitor_browser.page
        assert (
            slot in ("visit_date", "language") or f'name="{slot}" id="{slot}" value="{value}"' in visitor_browser.page
        )
        assert slot == "full_name" or 'value="Asha Verma"' in visitor_browser.page
    assert visitor_browser.path == "/register/fair"


@pytest.mark.usefixtures("fair_on_web")
def test_everything_that_is_wrong_is_said_at_once(visitor_browser: Browser) -> None:
    visitor_browser.details(full_name="", party_size="0", phone="1")
    assert visitor_browser.wrong == {"full_name": "empty", "party_size": "number_too_small", "phone": "not_a_phone"}


@pytest.mark.parametrize("typed", ["98765 43210", "+91 98765-43210", "09876543210", "९८७६५४३२१०"])
@pytest.mark.usefixtures("fair_on_web")
def test_a_number_may_be_written_in_many_ways(visitor_browser: Browser, typed: str) -> None:
    visitor_browser.details(phone=typed)
    assert visitor_browser.path == "/register/fair/code"
    visitor_browser.prove()
    assert visitor_browser.path == "/register/fair/review"


@pytest.mark.usefixtures("fair_on_web")
def test_a_number_of_another_country(visitor_browser: Browser) -> None:
    visitor_browser.details(phone_country="US", phone="(201) 555-0123")
    visitor_browser.prove(phone="+12015550123")
    assert visitor_browser.path == "/register/fair/review"
    assert "+1 201-555-0123" in visitor_browser.page


def test_the_events_own_questions(visitor_browser: Browser, service: Service) -> None:
    kinds = [{"en": "Student"}, {"en": "Teacher"}]
    who = {"name": "who", "kind": "choice", "labels": {"en": "Who?"}, "options": kinds, "required": True}
    children = {"name": "children", "kind": "number", "labels": {"en": "Children?"}, "least": 0, "most": 10}
    make_event(service, questions=[who, children])
    visitor_browser.details(children="11")
    assert visitor_browser.wrong == {"who": "empty", "children": "number_too_large"}
    visitor_browser.register(who="Teacher", children="")
    with service.database.read() as db:
        assert db.scalars(select(Registration.answers)).one() == {"who": "Teacher"}


# --- the code -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("fair_on_web")
def test_a_wrong_code(visitor_browser: Browser) -> None:
    visitor_browser.details()
    right = visitor_browser.otp()
    for typed, code in (("12", "not_an_otp"), ("000000" if right != "000000" else "111111", "otp_wrong")):
        visitor_browser.post("/register/fair/code", otp=typed)
        assert (visitor_browser.status, visitor_browser.wrong) == (422, {"otp": code})
    for _ in range(5):
        visitor_browser.post("/register/fair/code", otp="000000" if right != "000000" else "111111")
    assert visitor_browser.wrong == {"otp": "otp_used_up"}
    visitor_browser.post("/register/fair/code", otp=right)
    assert visitor_browser.path == "/register/fair/code"
    visitor_browser.get("/register/fair/review")
    assert visitor_browser.path == "/register/fair/code"


@pytest.mark.usefixtures("fair_on_web")
def test_a_new_code_too_soon_says_when(visitor_browser: Browser) -> None:
    visitor_browser.details()
    visitor_browser.post("/register/fair/code", act="resend")
    assert (visitor_browser.status, visitor_browser.wrong) == (429, {"otp": "otp_wait"})
    assert 0 < int(visitor_browser.header["Retry-After"]) <= 30


@pytest.mark.usefixtures("fair_on_web")
def test_a_new_code_voids_the_one_before(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.details()
    first = visitor_browser.otp()
    form = visitor_browser.page
    with time_machine.travel(service.now() + timedelta(seconds=31), tick=False):
        visitor_browser.post("/register/fair/code", act="resend")
        assert (visitor_browser.status, visitor_browser.wrong) == (200, {})
        visitor_browser.page = form
    second = visitor_browser.otp()
    visitor_browser.post("/register/fair/code", otp=first)
    assert visitor_browser.wrong == {"otp": "otp_wrong"} or first == second
    visitor_browser.post("/register/fair/code", otp=second)
    assert visitor_browser.path == "/register/fair/review"


@pytest.mark.usefixtures("fair_on_web")
def test_too_many_codes_to_a_number_say_when(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.details()
    now = service.now()
    for number in range(1, 5):
        with time_machine.travel(now + timedelta(seconds=40 * number), tick=False):
            visitor_browser.post("/register/fair/code", act="resend")
            assert visitor_browser.status == 200
    with time_machine.travel(now + timedelta(seconds=240), tick=False):
        visitor_browser.post("/register/fair/code", act="resend")
    assert (visitor_browser.status, visitor_browser.wrong) == (429, {"otp": "otp_too_many"})
    assert 3000 < int(visitor_browser.header["Retry-After"]) <= 3600


@pytest.mark.usefixtures("fair_on_web")
def test_another_number_needs_its_own_code(visitor_browser: Browser) -> None:
    visitor_browser.details()
    mine = visitor_browser.otp()
    visitor_browser.details(phone="98123 45678")
    visitor_browser.post("/register/fair/code", otp=mine)
    assert visitor_browser.path == "/register/fair/code"
    visitor_browser.prove(phone="+919812345678")
    assert visitor_browser.path == "/register/fair/review"


@pytest.mark.usefixtures("fair_on_web")
def test_who_has_proved_their_number_is_not_asked_again(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.register()
    second = (first_day(service) + timedelta(days=1)).isoformat()
    visitor_browser.details(visit_date=second)
    assert visitor_browser.path == "/register/fair/review"
    visitor_browser.post("/register/fair/review", agree="yes")
    assert passes_of(service) == 2


def test_without_a_way_for_codes_it_is_said_before_the_first_question(
    visitor_browser: Browser, service: Service, monkeypatch: pytest.MonkeyPatch, fair_on_web: None
) -> None:
    monkeypatch.setattr(type(service.settings), "sms_from", "")
    object.__setattr__(service.otps, "sms", False)
    page = visitor_browser.get("/register/fair")
    assert page.index("/simulator?text=hi") < page.index('name="full_name"')
    visitor_browser.details()
    assert visitor_browser.wrong == {"phone": "otp_unreachable"}


# --- once, and nobody else's ----------------------------------------------------------------------


@pytest.mark.usefixtures("fair_on_web")
def test_a_double_click_registers_once(visitor_browser: Browser, app: Flask, service: Service) -> None:
    visitor_browser.details()
    visitor_browser.prove()
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', visitor_browser.page)) | {
        "agree": "yes"
    }
    cookie = visitor_browser.client.get_cookie("session")
    assert cookie

    def click(_number: int) -> Any:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        return client.post("/register/fair/review", data=form).location

    with ThreadPoolExecutor(4) as clicks:
        assert len(set(clicks.map(click, range(4)))) == 1
    visitor_browser.post("/register/fair/review", agree="yes")
    assert visitor_browser.path.startswith("/passes/")
    assert passes_of(service) == 1


@pytest.mark.usefixtures("fair_on_web")
def test_nothing_of_anybody_is_shown_before_the_code_is_right(visitor_browser: Browser, other: Browser) -> None:
    visitor_browser.register()
    (code,) = set(CODE.findall(visitor_browser.page))
    pass_page = visitor_browser.path
    pages = [other.details(full_name="Somebody Else"), other.get("/register/fair/review"), other.get("/passes")]
    pages += [other.get(f"{pass_page}{rest}") for rest in ("", "/picture.png", "/visit.ics")]
    assert all("Asha" not in page and code not in page for page in pages)
    other.get("/register/fair/code")
    other.prove()
    assert other.path == pass_page
    assert code in other.page


# --- what changes meanwhile -----------------------------------------------------------------------


def test_a_day_that_fills_up_is_asked_again_and_the_rest_is_kept(visitor_browser: Browser, service: Service) -> None:
    make_event(service, capacity_per_day=5)
    visitor_browser.details()
    visitor_browser.prove()
    with service.database.write() as db:
        db.scalars(select(EventDay).order_by(EventDay.day)).first().taken = 5  # type: ignore[union-attr]  # there are three
    visitor_browser.post("/register/fair/review", agree="yes")
    assert visitor_browser.wrong == {"visit_date": "day_full"}
    assert 'value="Asha Verma"' in visitor_browser.page
    visitor_browser.details(visit_date=(first_day(service) + timedelta(days=1)).isoformat())
    visitor_browser.post("/register/fair/review", agree="yes")
    assert visitor_browser.path.startswith("/passes/")


def test_a_party_that_does_not_fit_any_more(visitor_browser: Browser, service: Service) -> None:
    make_event(service, capacity_per_day=5)
    visitor_browser.details()
    visitor_browser.prove()
    with service.database.write() as db:
        db.scalars(select(EventDay).order_by(EventDay.day)).first().taken = 4  # type: ignore[union-attr]  # there are three
    visitor_browser.post("/register/fair/review", agree="yes")
    assert visitor_browser.wrong == {"party_size": "only_some_left"}


@pytest.mark.usefixtures("fair_on_web")
def test_without_agreement_nothing_is_made(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.details()
    visitor_browser.prove()
    visitor_browser.post("/register/fair/review")
    assert visitor_browser.wrong == {"agree": "not_agreed"}
    assert passes_of(service) == 0


@pytest.mark.usefixtures("fair_on_web")
def test_a_tick_beside_words_that_have_changed_registers_nobody(visitor_browser: Browser, service: Service) -> None:
    visitor_browser.details()
    visitor_browser.prove()
    with service.database.write() as db:
        event_changes.change(db, "fair", consent={"en": "We keep your name for a year."})
    visitor_browser.post("/register/fair/review", agree="yes")
    assert (visitor_browser.wrong, passes_of(service)) == ({"agree": "consent_changed"}, 0)
    assert "We keep your name for a year." in visitor_browser.page
    visitor_browser.post("/register/fair/review", agree="yes")
    assert visitor_browser.path.startswith("/passes/")
    with service.database.read() as db:
        assert db.scalars(select(Registration.consent_version)).one() == 2


@pytest.mark.parametrize("state", ["closed", "cancelled", "not_yet_open", "over", "full"])
def test_every_state_of_an_event_has_its_page(visitor_browser: Browser, service: Service, state: str) -> None:
    today = service.now()
    changes: dict[str, Any] = {
        "not_yet_open": {"registration_opens_at": today + timedelta(days=1)},
        "over": {"starts_on": (today - timedelta(days=3)).date(), "ends_on": (today - timedelta(days=2)).date()},
        "full": {"capacity_per_day": 1},
    }
    make_event(service, **changes.get(state, {}))
    with service.database.write() as db:
        if state == "closed":
            event_changes.close_event(db, "fair")
        if state == "cancelled":
            event_changes.cancel_event(db, "fair")
        if state == "full":
            for day in db.scalars(select(EventDay)):
                day.taken = 1
    visitor_browser.get("/register/fair")
    assert visitor_browser.status == 200
    assert "data-closed" in visitor_browser.page
    assert 'name="full_name"' not in visitor_browser.page


def test_an_event_that_closes_in_the_middle(visitor_browser: Browser, service: Service, fair_on_web: None) -> None:
    visitor_browser.details()
    visitor_browser.prove()
    with service.database.write() as db:
        event_changes.close_event(db, "fair")
    visitor_browser.post("/register/fair/review", agree="yes")
    assert "data-closed" in visitor_browser.page
    assert passes_of(service) == 0


def test_no_such_event(visitor_browser: Browser) -> None:
    visitor_browser.get("/register/nowhere")
    assert visitor_browser.status == 404


@pytest.mark.usefixtures("fair_on_web")
def test_how_far_a_form_comes_is_in_the_funnel(visitor_browser: Browser, other: Browser, service: Service) -> None:
    visitor_browser.details(full_name="7")
    visitor_browser.details()
    other.register()
    service.funnel_tracker.flush(service.database)
    with service.database.read() as db:
        found = dashboard_query.get_dashboard(db, "fair", service.now() + timedelta(hours=1)).funnel
    asked = {one.step: (one.reached, one.left) for one in found}
    assert (asked["full_name"], asked["otp"], asked["agree"], asked["done"]) == ((2, 0), (2, 1), (1, 0), (1, 0))
