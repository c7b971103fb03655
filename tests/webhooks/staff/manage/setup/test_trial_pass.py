"""An admin's test pass, sent from its page: once, audited, and refused at its input."""

import re

import pytest

from bot.domain import audit, events
from bot.domain.models import Delivery, Pass, Registration
from bot.service import Service
from tests.webhooks.staff.manage.pages import OWNER, Office, wrong

PATH = "/test"


@pytest.fixture
def closed_office(office: Office, service: Service) -> Office:
    with service.database.write() as db:
        events.close_event(db, "fair")
    return office


def test_it_is_sent_to_the_own_number_before_registration_is_open(closed_office: Office) -> None:
    sent = {**closed_office.form(PATH), "day": f"{closed_office.today}", "language": "hi"}
    assert closed_office.send(PATH, sent).status_code == 303
    with closed_office.service.database.read() as db:
        made = db.query(Registration).order_by(Registration.id.desc()).first()
        assert made is not None
        assert (made.full_name, made.channel, made.language, len(made.passes)) == ("Anna", "trial", "hi", 1)
        code = made.passes[0].code
    assert closed_office.last().what == audit.TRIAL_PASS_SENT
    assert closed_office.last().about["code"].replace("-", "") == code
    assert closed_office.count(Delivery) == 1
    page = closed_office.get(PATH)
    assert f"{code[:4]}-{code[4:]}" in page
    picture = re.search(r'<img src="(/pass/[^"]+)"', page)
    assert picture
    assert closed_office.app.test_client().get(picture[1]).mimetype == "image/png"
    again = closed_office.send(PATH, sent)
    assert (again.status_code, wrong(again), closed_office.count(Delivery)) == (422, ["day"], 1)


def test_an_owner_who_is_on_no_team_sends_one_too(closed_office: Office) -> None:
    assert closed_office.post(PATH, OWNER, day=f"{closed_office.today}", language="xx").status_code == 303
    assert (closed_office.last().what, closed_office.last().actor) == (audit.TRIAL_PASS_SENT, "Olga")


def test_a_day_that_is_none_is_refused_at_its_input(closed_office: Office) -> None:
    before = closed_office.count(Pass)
    for day in ("", "soon", "2020-01-01"):
        answer = closed_office.post(PATH, day=day, language="en")
        assert (answer.status_code, wrong(answer)) == (422, ["day"]), day
    assert closed_office.count(Pass) == before


def test_where_no_day_can_be_chosen_there_is_no_form(closed_office: Office) -> None:
    with closed_office.service.database.write() as db:
        for day in events.by_slug(db, "fair").days:
            events.set_day(db, "fair", day.day, closed=True)
    assert 'name="day"' not in closed_office.get(PATH)
