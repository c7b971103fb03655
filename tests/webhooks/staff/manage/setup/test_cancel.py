"""An event, or one day of it, is cancelled: asked about first with who has a pass, and taken back."""

import re
from datetime import timedelta

from bot.domain import audit
from tests.webhooks.staff.manage.pages import Office


def test_cancelling_the_event_shows_who_has_a_pass_and_asks(office: Office) -> None:
    page = office.get("/switch/cancel")
    assert "<dd>4</dd>" in page
    assert 'class="grave"' in page
    assert office.event().status == "open"
    sent = office.form("/switch/cancel")
    answers = [office.send("/switch/cancel", sent) for _ in range(2)]
    offer, event = [answer.location.removeprefix("/staff/manage/fair") for answer in answers]
    assert (offer, event) == ("/broadcasts/new?what=event_cancelled", "")
    assert '<option value="event_cancelled" selected>' in office.get(offer)
    assert office.event().status == "cancelled"
    assert office.acts() == [(audit.EVENT_CANCELLED, office.staff["anna"])]
    assert "/switch/cancel" not in office.get("")
    assert office.post("/switch/open").status_code == 303
    assert office.event().status == "open"


def test_one_day_is_cancelled_and_opened_again(office: Office) -> None:
    path = f"/days/{office.today}"
    assert "<dd>4</dd>" in office.get(f"{path}/cancel")
    sent = office.form(f"{path}/cancel")
    answers = [office.send(f"{path}/cancel", sent) for _ in range(2)]
    offer, list_ = [answer.location.removeprefix("/staff/manage/fair") for answer in answers]
    assert (offer, list_) == (f"/broadcasts/new?what=day_cancelled&days={office.today}", "/days")
    assert re.search(rf'name="days" value="{office.today}"[^>]* checked', office.get(offer))
    assert [day.closed for day in office.event().days] == [False, True, False, False, False]
    assert office.last().what == audit.DAY_CANCELLED
    assert office.post(f"{path}/open").status_code == 303
    assert not any(day.closed for day in office.event().days)
    assert [what for what, _ in office.acts()] == [audit.DAY_CANCELLED, audit.DAY_CHANGED]


def test_whoever_saw_it_as_it_was_is_told_who_was_faster(office: Office) -> None:
    path = f"/days/{office.today}"
    seen = office.form(f"{path}/cancel", who="binod")
    assert office.post(path, capacity="9", opens="", closes="").status_code == 303
    beaten = office.send(f"{path}/cancel", seen, "binod")
    assert (beaten.status_code, "Anna" in beaten.text) == (422, True)
    seen = office.form("/switch/cancel", who="binod")
    assert office.post("/switch/close").status_code == 303
    assert office.send("/switch/cancel", seen, "binod").status_code == 422
    assert office.event().status == "closed"


def test_where_nobody_has_a_pass_nobody_is_to_be_told(office: Office) -> None:
    path = f"/days/{office.today + timedelta(1)}"
    assert office.post(f"{path}/cancel").location == "/staff/manage/fair/days"


def test_what_is_no_switch_or_no_day_is_not_there(office: Office) -> None:
    anna = office.of("anna")
    for path in (f"/days/{office.today}/burn", "/days/2020-01-01/cancel"):
        assert anna.get(f"/staff/manage/fair{path}").status_code == 404
