"""Visitors, the audit log and the alerts' thresholds as admins see them; each look and search leaves its entry."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import select

from bot.domain import audit
from bot.domain.events import alert_thresholds
from bot.domain.events.alert_thresholds import AlertThresholds
from bot.domain.models import Contact, ContactAlias, Delivery, Pass
from flows.text.translate import format_value
from tests.webhooks.staff.manage.pages import ASHA, Office, inputs, wrong

LINK = re.compile(r'href="/staff/manage/fair(/visitors/\d+)"')


@pytest.fixture
def ashas_page(office: Office) -> str:
    """The path of her page, as the search gives it."""
    [path] = LINK.findall(office.post("/visitors", sought="asha").text)
    return str(path)


def status(office: Office) -> str:
    """Of her pass of the fair."""
    with office.service.database.read() as db:
        return db.scalars(select(Pass.status).order_by(Pass.id)).first() or ""


@pytest.mark.parametrize("sought", ["VERMA", "98123 45678", "the code"])
def test_somebody_is_found_by_name_phone_or_code_and_that_is_kept(office: Office, sought: str) -> None:
    answer = office.post("/visitors", sought=office.code if sought == "the code" else sought)
    assert (answer.status_code, len(LINK.findall(answer.text)), office.code in answer.text) == (200, 1, True)
    entry = office.last()
    assert (entry.what, entry.staff_id, entry.about["codes"]) == (audit.SEARCHED, office.staff["anna"], [office.code])
    assert "erma" not in str(entry.about)


def test_a_search_that_is_too_short_keeps_what_was_typed(office: Office) -> None:
    answer = office.post("/visitors", sought='a"<')
    assert (answer.status_code, wrong(answer)) == (422, ["sought"])
    assert 'value="a&#34;&lt;"' in answer.text
    assert [what for what, _ in office.acts()] == [audit.SEARCHED]  # the first page, on which the form stood


def test_the_list_is_filtered_and_every_look_at_it_is_kept(office: Office) -> None:
    day = office.today.isoformat()
    fitting: list[dict[str, str]] = [{}, {"day": day, "channel": "whatsapp", "entered": "no", "status": "valid"}]
    for given in (*fitting, {"day": "soon", "status": "x", "channel": "x", "sort": "x", "after": "2027-01-01.x"}):
        assert len(LINK.findall(office.post("/visitors", **given).text)) == 1, given
        assert office.last().about["codes"] == [office.code]
    other_day = (office.today + timedelta(days=1)).isoformat()
    for given in ({"day": other_day}, {"channel": "web"}, {"entered": "yes"}, {"status": "revoked"}, {"kind": "press"}):
        assert LINK.findall(office.post("/visitors", **given).text) == [], given
    assert office.last().about["by"] == "list"


def test_while_somebody_types_only_the_list_is_sent(office: Office) -> None:
    sent = office.form("/visitors")
    asked: dict[str, Any] = {"headers": {"HX-Request": "true"}}
    part = office.of("anna").post("/staff/manage/fair/visitors", data={**sent, "sought": "ver"}, **asked)
    assert (part.status_code, len(LINK.findall(part.text)), "<form" in part.text) == (200, 1, False)
    short = office.of("anna").post("/staff/manage/fair/visitors", data={**sent, "sought": "v"}, **asked)
    assert (short.status_code, LINK.findall(short.text)) == (200, [])


def test_the_page_of_one_person_shows_this_event_only_and_is_kept(
    office: Office, ashas_page: str, redis: Redis
) -> None:
    page = office.get(ashas_page)
    assert ASHA in page
    assert office.code in page
    with office.service.database.read() as db:
        known = db.scalars(select(Contact).join(ContactAlias).where(ContactAlias.value == ASHA)).one().created_at
        others = [one for one in db.scalars(select(Pass)) if one.event.slug == "other"]
    assert format_value(known.astimezone(ZoneInfo("Asia/Kolkata")).time(), "en") in page
    assert f"{known:%H:%M}" not in page
    assert [one.code[:4] in page for one in others] == [False]
    entry = office.last()
    assert (entry.what, entry.about["codes"]) == (audit.PERSON_VIEWED, [office.code])
    assert office.of("anna").get(f"/staff/manage/fair/visitors/{others[0].id}").status_code == 404
    for path in (f"/visitors/{others[0].id}/revoke", f"/visitors/{others[0].id}/resend"):
        assert office.send(path, office.form(ashas_page, f"{ashas_page}/resend")).status_code == 404


def test_what_was_sent_to_somebody_sorts_by_moments_not_by_words(office: Office, ashas_page: str) -> None:
    office.post(f"{ashas_page}/resend", on=ashas_page, to=f"{ashas_page}/resend")
    with office.service.database.read() as db:
        owed_at = db.scalars(select(Delivery.created_at)).one()
    [table] = re.findall(r'<table class="rows" data-sorts>.*?</table>', office.get(ashas_page), re.DOTALL)
    assert f'data-value="{int(owed_at.timestamp())}"' in table


def test_a_pass_is_sent_again_once_for_each_form(office: Office, ashas_page: str) -> None:
    sent = office.form(ashas_page, f"{ashas_page}/resend")
    assert [office.send(f"{ashas_page}/resend", sent).status_code for _ in range(2)] == [303, 303]
    assert office.count(Delivery) == 1
    assert office.post(f"{ashas_page}/resend", on=ashas_page, to=f"{ashas_page}/resend").status_code == 303
    assert office.count(Delivery) == 2
    assert office.last().what == audit.PASS_RESENT


def test_a_pass_is_revoked_after_a_question_and_of_two_admins_nobody_is_surprised(
    office: Office, ashas_page: str
) -> None:
    asked = office.form(f"{ashas_page}/revoke", who="binod")
    assert status(office) == "valid"
    assert office.post(f"{ashas_page}/revoke").status_code == 303
    assert status(office) == "revoked"
    assert office.last().what == audit.PASS_REVOKED
    assert office.send(f"{ashas_page}/revoke", asked, "binod").status_code == 303  # it is so already
    again = office.send(f"{ashas_page}/resend", asked, "binod")
    assert again.status_code == 422
    assert [what for what, _ in office.acts()].count(audit.PASS_REVOKED) == 1


def entries(office: Office, query: str = "") -> str:
    """What the page of the audit log lists, without its form."""
    return office.get(f"/audit{query}").partition("acts-list")[2]


def test_the_audit_log_is_searched_newest_first_with_before_and_after(office: Office, ashas_page: str) -> None:
    office.post("/gates", name="North Gate")
    office.post(f"{ashas_page}/revoke")
    page = entries(office)
    assert page.index("pass revoked") < page.index("gate added") < page.index("pass found")
    assert "status valid → revoked" in page
    assert "Anna" in page
    assert "gate added" not in entries(office, f"?text={office.code}")
    assert "pass revoked" in entries(office, f"?text={office.code.lower()}&who=ann&what=pass_r&since={office.today}")
    assert "pass revoked" not in entries(office, "?until=2020-01-01")
    assert office.of("anna").get("/staff/manage/fair/audit?since=soon").status_code == 422


def test_thresholds_are_set_refused_at_the_input_and_kept_from_being_overwritten(office: Office) -> None:
    second = office.form("/alerts", who="binod")
    given = {"inside": "5000", "silent_minutes": "", "failures_permille": "2.5", "queue_seconds": "90"}
    sent = {**office.form("/alerts"), **given}
    assert [office.send("/alerts", sent).status_code for _ in range(2)] == [303, 303]
    with office.service.database.read() as db:
        assert alert_thresholds.read(db, "fair") == AlertThresholds(5000, None, 25, 90)
    assert [what for what, _ in office.acts()] == [audit.ALERTS_SET]
    beaten = office.send("/alerts", {**second, **given, "inside": "10"}, "binod")
    assert beaten.status_code == 422
    assert "Anna" in beaten.text
    assert "Now: <strong>5000</strong>" in beaten.text
    assert inputs(beaten.text)["inside"] == "10"
    for name, text in (("inside", "0"), ("inside", "many"), ("failures_permille", "2.55"), ("silent_minutes", "1441")):
        answer = office.post("/alerts", **{**given, name: text})
        assert (answer.status_code, wrong(answer)) == (422, [name])
