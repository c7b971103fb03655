"""The page behind a pass's QR: every verdict, in both languages, for any token at all."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain import events, passes, people
from bot.domain.checkins import public_status
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.service import Service
from flows.text.event_states import local_today
from flows.understanding import codes
from tests.bot.domain.builders import asking
from webhooks import public_pass

HINDI = {"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}
PHONE = "+919876543210"


@pytest.fixture
def pass_for_three(service: Service) -> Pass:
    """Asha's pass for three today, at an event with names in both languages."""
    with service.database.write() as db:
        now = service.now()
        today = (now + timedelta(hours=5, minutes=30)).date()
        names: dict[str, Any] = {"names": {"hi": "पुस्तक मेला"}, "venue": "Pragati Maidan"}
        last = today + timedelta(days=3)
        event = events.create(db, slug="fair", name="Book <Fair>", starts_on=today, ends_on=last, now=now, **names)
        assert local_today(events.shape(event), now) == today
        events.open_event(db, "fair")
        asha = people.find_or_make(db, phone=PHONE, user=None, now=now)
        asked = asking(asha, visit_date=today, party_size=3, full_name="Asha Verma", now=now)
        return registrations.register(db, service.ring, **asked)


@pytest.fixture
def pass_token(service: Service, pass_for_three: Pass) -> str:
    with service.database.read() as db:
        return tokens.encode(tokens.token_of(db.get_one(Pass, pass_for_three.id)), service.ring)


def look_of(page: str) -> str:
    """How the page's verdict looks."""
    return page.split('class="verdict ')[1].split('"')[0]


def test_the_qr_leads_to_the_page_in_any_case_of_both(client: FlaskClient, service: Service, pass_token: str) -> None:
    qr = tokens.qr_text(service.settings.origin, pass_token)
    paths = [
        qr.removeprefix(service.settings.origin.upper()),
        f"/p/{pass_token}",
        f"/p/{pass_token.lower()}",
        f"/P/{pass_token.lower()}",
    ]
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert look_of(answers[0].text) == "good"


def test_it_tells_event_day_and_party_and_nothing_about_anybody(
    client: FlaskClient, pass_for_three: Pass, pass_token: str
) -> None:
    page = client.get(f"/p/{pass_token}").text
    assert "Book &lt;Fair&gt;" in page
    assert "Pragati Maidan" in page
    assert "<strong>3</strong> <span>people</span>" in page
    assert f" {pass_for_three.day.day} " in page
    for secret in (
        "Asha",
        "Verma",
        PHONE[3:],
        pass_for_three.code,
        codes.shown(pass_for_three.code),
        pass_token,
        pass_token.lower(),
    ):
        assert secret not in page


def test_it_speaks_the_browsers_language(client: FlaskClient, pass_token: str) -> None:
    english, hindi = client.get(f"/p/{pass_token}").text, client.get(f"/p/{pass_token}", headers=HINDI).text
    assert '<html lang="hi">' in hindi
    assert "पुस्तक मेला" in hindi
    assert "Fair" not in hindi
    assert '<html lang="en">' in english
    assert "पुस्तक मेला" not in english


def test_nobody_keeps_it_and_no_search_finds_it(client: FlaskClient, pass_token: str) -> None:
    answer, head = client.get(f"/p/{pass_token}"), client.head(f"/p/{pass_token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "ETag" not in answer.headers
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert client.put(f"/p/{pass_token}").status_code == 405


def test_a_cancelled_pass_is_still_told_of(
    client: FlaskClient, service: Service, pass_for_three: Pass, pass_token: str
) -> None:
    with service.database.write() as db:
        asha = people.find(db, phone=PHONE)
        assert asha
        passes.cancel(db, contact=asha, code=codes.shown(pass_for_three.code), now=service.now())
    answer = client.get(f"/p/{pass_token}")
    assert (answer.status_code, look_of(answer.text)) == (200, "bad")
    assert "Book &lt;Fair&gt;" in answer.text


def test_forged_unknown_and_unreadable_are_not_found_and_told_apart(
    client: FlaskClient, service: Service, pass_for_three: Pass, pass_token: str
) -> None:
    with service.database.read() as db:
        made = tokens.token_of(db.get_one(Pass, pass_for_three.id))
    stray = tokens.PassToken(made.key, made.event, made.kind, made.pass_id + 1, made.first_day, made.days, 1)
    forged = pass_token[:-3] + ("A" if pass_token[-3] != "A" else "B") + pass_token[-2:]
    answers = [client.get(f"/p/{text}") for text in (forged, tokens.encode(stray, service.ring), pass_token[:-1])]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [look_of(answer.text) for answer in answers] == ["bad", "bad", "unclear"]
    assert len({answer.text for answer in answers}) == 3
    assert all("Book" not in answer.text for answer in answers)


def test_every_state_and_every_refusal_has_its_verdict() -> None:
    assert set(public_pass.VERDICT_OF_STATE) == set(public_status.STATES)
    assert set(public_pass.VERDICT_OF_REFUSAL) == {"forged", "unreadable", "no_such_pass"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(text=st.text(max_size=300) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=130, max_size=130))
@example("\x00")
@example("/")
@example("..")
@example("A" * 130)
@example("%ff%00")
@example("a" * 20_000)
@example("१२३\u200b\ufeff")
def test_no_token_whatever_breaks_the_page(client: FlaskClient, text: str) -> None:
    for letter in "pP":
        path = f"/{letter}/{quote(text, errors='surrogatepass')}"
        assert client.get(path).status_code in (301, 308, 404)


def test_bytes_that_are_no_text_are_unreadable(client: FlaskClient) -> None:
    assert client.get("/p/%ff%fe%c3").status_code == 404


def test_what_the_event_says_now_is_read_here_at_once(client: FlaskClient, service: Service, pass_token: str) -> None:
    with service.database.write() as db:
        events.change(db, "fair", notice={"en": "Gate 2 is closed.", "hi": "द्वार 2 बंद है।"})
    assert "Gate 2 is closed." in client.get(f"/p/{pass_token}").text
    assert "द्वार 2 बंद है।" in client.get(f"/p/{pass_token}", headers=HINDI).text


def test_large_text_is_a_link_and_is_remembered(client: FlaskClient, pass_token: str) -> None:
    page, large = f"/p/{pass_token}", '<html lang="en" class="large">'
    assert 'href="?text=large"' in client.get(page).text
    client.get(f"{page}?text=enormous")
    assert large not in client.get(page).text
    assert large in client.get(f"{page}?text=large").text
    again = client.get(page).text
    assert (large in again, 'href="?text=normal"' in again) == (True, True)
    assert large not in client.get("/").text  # the pages of passes alone
    client.get(f"{page}?text=normal")
    assert large not in client.get(page).text
