"""An owner makes an event, from nothing or as another was; what cannot be is refused at its input."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.domain import audit, events, roster, setup
from bot.domain.models import Event
from bot.domain.passes import kinds
from bot.domain.roster import owners, sessions
from bot.service import Service
from tests.webhooks.staff.manage.pages import HIDDEN, OWNER, OWNERS_PHONE, Office, wrong

NEW, COPY = "/staff/events/new", "/staff/events/fair/copy"


def sent(office: Office, path: str, **fields: str) -> TestResponse:
    """The form as the owner sends it."""
    olga = office.of(OWNER)
    hidden = dict(HIDDEN.findall(olga.get(path).text))
    return olga.post(path, data={**hidden, **fields})


def kept(office: Office, slug: str) -> Event:
    with office.service.database.read() as db:
        found = events.by_slug(db, slug)
        assert [found.days, found.gates, found.kinds]
        return found


def test_an_event_from_nothing_and_the_owner_is_there(office: Office) -> None:
    first = office.today + timedelta(30)
    fields = {
        **{"name": "Science Fair & Maps", "starts_on": f"{first}", "ends_on": f"{first + timedelta(2)}"},
        **{"names": "विज्ञान मेला", "venue": "Hall 4", "opens": "10:00", "closes": "18:00", "capacity_per_day": "5000"},
    }
    answers = [sent(office, NEW, **fields) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/staff/manage/science-fair-maps"] * 2
    made = kept(office, "science-fair-maps")
    assert (made.name, made.venue, f"{made.opens:%H:%M}", made.status) == (
        *("Science Fair & Maps", "Hall 4", "10:00", "closed"),
    )
    assert [day.capacity for day in made.days] == [5000] * 3
    assert made.names == {"hi": "विज्ञान मेला"}
    assert (office.last().what, office.last().actor, office.last().event_id) == (audit.EVENT_MADE, "Olga", made.id)
    assert "Science Fair" in office.of(OWNER).get(answers[0].location).text


def test_the_owner_is_put_into_the_team_as_an_admin_where_the_tick_stands(office: Office) -> None:
    """It is ticked beforehand; it stays as it was where the form comes back. A team of owners alone is none yet."""
    assert 'name="join" value="1" checked' in office.of(OWNER).get(NEW).text
    refused = sent(office, NEW, name="New", starts_on="soon", join="")
    assert 'name="join" value="1" checked' not in refused.text
    for slug, tick in (("with-me", "1"), ("without-me", "")):
        assert sent(office, NEW, name=slug, slug=slug, starts_on=f"{office.today}", join=tick).status_code == 303
        with office.service.database.read() as db:
            there = [(one.phone, one.name, one.role) for one in roster.list_staff(db, slug)]
            assert not next(line for line in setup.lines(db, events.by_slug(db, slug)) if line.name == "team").done
        assert there == ([(OWNERS_PHONE, "Olga", "admin")] if tick else [])
    pages = office.of(OWNER).get("/staff/manage/with-me").text
    assert "/staff/scan" in pages


def test_the_first_event_of_an_installation(app: Flask, service: Service) -> None:
    """There is none yet at which the owner could be."""
    with service.database.write() as db:
        owners.add(db, phone=OWNERS_PHONE, name="Olga", region="IN", now=service.now())
        mark = sessions.begin_for(db, OWNERS_PHONE, service.now())
    office = Office(app, service, {}, "", service.now().date())
    client = office.of(OWNER)
    with client.session_transaction() as session:
        session["_user_id"] = f"0.0.{int(mark.since.timestamp())}.x.{mark.owner_id}.0"
    assert NEW in client.get("/staff/manage").text
    answer = sent(office, NEW, name="मेला", slug="mela", starts_on="2027-01-09")
    assert answer.location == "/staff/manage/mela"
    assert client.get(answer.location).status_code == 200
    assert len(kept(office, "mela").days) == 1


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, ["name", "slug", "starts_on"]),
        ({"name": "मेला"}, ["slug", "starts_on"]),
        ({"name": "Fair", "starts_on": "soon", "ends_on": "later"}, ["ends_on", "starts_on"]),
        ({"name": "Fair", "slug": "Big Fair!", "starts_on": "2027-01-09"}, ["slug"]),
        ({"name": "Other", "slug": "fair", "starts_on": "2027-01-09"}, ["slug"]),
        ({"name": "New", "starts_on": "2027-01-09", "ends_on": "2027-01-08"}, ["ends_on"]),
        ({"name": "New", "starts_on": "2027-01-09", "ends_on": "2029-01-08"}, ["ends_on"]),
        ({"name": "New", "starts_on": "2027-01-09", "opens": "10:00"}, ["closes"]),
        ({"name": "New", "starts_on": "2027-01-09", "capacity_per_day": "many"}, ["capacity_per_day"]),
        ({"name": "New", "starts_on": "2027-01-09", "capacity_per_day": "0"}, ["capacity_per_day"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_input(office: Office, fields: dict[str, str], at: list[str]) -> None:
    empty = dict.fromkeys(("name", "slug", "starts_on", "ends_on", "venue", "capacity_per_day", "opens", "closes"), "")
    answer = sent(office, NEW, **{**empty, **fields})
    assert (answer.status_code, wrong(answer)) == (422, at)
    assert all(f'value="{text}"' in answer.text for text in fields.values())
    assert (office.count(Event), office.acts()) == (2, [])


def test_a_copy_has_what_the_old_one_had_and_nobody_of_it(office: Office) -> None:
    with office.service.database.write() as db:
        kinds.add(db, "fair", "school", labels={"en": "School"})
    first = office.today + timedelta(365)
    answers = [sent(office, COPY, name="Fair 2028", slug="", starts_on=f"{first}") for _ in range(2)]
    assert [answer.location for answer in answers] == ["/staff/manage/fair-2028"] * 2
    made = kept(office, "fair-2028")
    assert ([kind.slug for kind in made.kinds], [gate.name for gate in made.gates]) == (["visitor", "school"], ["Main"])
    assert (made.starts_on, len(made.days), sum(day.taken for day in made.days)) == (first, 5, 0)
    assert office.last().what == audit.EVENT_COPIED
    assert wrong(sent(office, COPY, name="", slug="fair", starts_on="")) == ["name", "starts_on"]
    assert office.of(OWNER).get("/staff/events/nowhere/copy").status_code == 404


def test_admins_are_offered_neither(office: Office) -> None:
    assert "/staff/events/" not in office.get("")
    assert NEW not in office.of("anna").get("/staff/manage").text
    assert (office.of("anna").get(NEW).status_code, office.of("anna").get(COPY).status_code) == (403, 403)
