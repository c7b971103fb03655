"""An admin's test pass, sent from its page: once, audited, and refused at its input."""

import re

import pytest
from flask import Flask

from bot.domain import audit, events
from bot.domain.models import Delivery, Pass, Registration
from bot.service import Service
from tests.webhooks.staff.manage.pages import OWNER, Office, office_of, wrong

PATH = "/test"


@pytest.fixture
def office(service: Service, app: Flask) -> Office:
    made = office_of(service, app)
    with service.database.write() as db:
        events.close_event(db, "fair")
    return made


def test_it_is_sent_to_the_own_number_before_registration_is_open(office: Office) -> None:
    sent = {**office.form(PATH), "day": f"{office.today}", "language": "hi"}
    assert office.send(PATH, sent).status_code == 303
    with office.service.database.read() as db:
        made = db.query(Registration).order_by(Registration.id.desc()).first()
        assert made is not None
        assert (made.full_name, made.channel, made.language, len(made.passes)) == ("Anna", "trial", "hi", 1)
        code = made.passes[0].code
    assert office.last().what == audit.TRIAL_PASS_SENT
    assert office.last().about["code"].replace("-", "") == code
    assert office.count(Delivery) == 1
    page = office.get(PATH)
    assert f"{code[:4]}-{code[4:]}" in page
    picture = re.search(r'<img src="(/pass/[^"]+)"', page)
    assert picture
    assert office.app.test_client().get(picture[1]).mimetype == "image/png"
    again = office.send(PATH, sent)
    assert (again.status_code, wrong(again), office.count(Delivery)) == (422, ["day"], 1)


def test_an_owner_who_is_on_no_team_sends_one_too(office: Office) -> None:
    assert office.post(PATH, OWNER, day=f"{office.today}", language="xx").status_code == 303
    assert (office.last().what, office.last().actor) == (audit.TRIAL_PASS_SENT, "Olga")


def test_a_day_that_is_none_is_refused_at_its_input(office: Office) -> None:
    before = office.count(Pass)
    for day in ("", "soon", "2020-01-01"):
        answer = office.post(PATH, day=day, language="en")
        assert (answer.status_code, wrong(answer)) == (422, ["day"]), day
    assert office.count(Pass) == before


def test_where_no_day_can_be_chosen_there_is_no_form(office: Office) -> None:
    with office.service.database.write() as db:
        for day in events.by_slug(db, "fair").days:
            events.set_day(db, "fair", day.day, closed=True)
    assert 'name="day"' not in office.get(PATH)
