"""Events, days, gates and the roster as admins change them: saved, refused at the input, and two at once."""

from datetime import time, timedelta
from html import unescape

import pytest

from bot.domain import audit, checkins, events
from bot.domain.models import Delivery, Gate, Staff
from bot.service import Service
from flows.shapes.scans import Scan
from flows.text.formats import full_day
from tests.webhooks.staff.manage.pages import OWNER, ROSTER, Office, inputs, wrong

LANGUAGES = {"languages": ["en", "hi"]}


def fields(office: Office, part: str, who: str = "anna", **changes: str) -> dict[str, object]:
    """The form of a part of the settings as it stands on the page, with these inputs changed."""
    return {**inputs(office.of(who).get(f"/staff/manage/fair/settings/{part}").text), **LANGUAGES, **changes}


def test_fields_are_saved_by_the_rules_of_the_command_line_with_who_did_it(office: Office) -> None:
    basics = fields(office, "basics", name="Maps & <Books>")
    assert [office.send("/settings/basics", basics).status_code for _ in range(2)] == [303, 303]
    days = fields(office, "days", venue="Hall 1", opens="10:00", closes="18:30")
    assert [office.send("/settings/days", days).status_code for _ in range(2)] == [303, 303]
    passes = fields(office, "passes", capacity_per_day="60")
    assert [office.send("/settings/passes", passes).status_code for _ in range(2)] == [303, 303]
    saved = office.event()
    assert (saved.name, saved.venue, f"{saved.opens:%H:%M}", saved.capacity_per_day) == (
        "Maps & <Books>",
        "Hall 1",
        "10:00",
        60,
    )
    assert {day.capacity for day in saved.days} == {60}
    assert office.acts() == [(audit.EVENT_CHANGED, office.staff["anna"])] * 3
    [changed, *_days] = office.last().about["changes"]
    assert (changed["before"]["capacity_per_day"], changed["after"]["capacity_per_day"]) == (50, 60)
    page = office.of("anna").get("/staff/manage/fair").text
    assert "Maps &amp; &lt;Books&gt;" in page
    assert "<Books>" not in page


def test_a_change_of_hours_tells_which_days_keep_their_own(office: Office) -> None:
    with office.service.database.write() as db:
        events.set_day(db, "fair", office.today, hours=(time(11), time(18)))
    office.send("/settings/days", fields(office, "days", opens="10:00", closes="20:00"))
    assert "11 am–6 pm" in office.get("")
    office.send("/settings/days", fields(office, "days", venue="Hall 1"))
    assert "11 am–6 pm" not in office.get("")


def test_a_time_zone_that_stays_is_told_at_its_input(office: Office) -> None:
    service = office.service
    with service.database.write() as db:
        checkins.admit(db, service.ring, Scan(office.code, "one", event="fair", channel="api"), service.now())
    answer = office.send("/settings/days", fields(office, "days", timezone="Asia/Dhaka"))
    assert (answer.status_code, wrong(answer)) == (422, ["timezone"])


@pytest.mark.parametrize(
    ("part", "changes", "at"),
    [
        ("basics", {"name": "", "names-hi": "x" * 121}, ["name", "names-hi"]),
        ("days", {"ends_on": "2020-01-01"}, ["ends_on"]),
        ("days", {"ends_on": "soon", "timezone": "Asia/Nowhere"}, ["ends_on", "timezone"]),
        ("days", {"opens": "10:00", "closes": "", "venue": "Hall <9>"}, ["closes"]),
        ("passes", {"capacity_per_day": "3"}, ["capacity_per_day"]),
        ("passes", {"capacity_per_day": "0", "max_party": "ten"}, ["capacity_per_day", "max_party"]),
        ("data", {"retention_days": "-1"}, ["retention_days"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_input_with_all_that_was_typed(
    office: Office, part: str, changes: dict[str, str], at: list[str]
) -> None:
    answer = office.send(f"/settings/{part}", fields(office, part, **changes))
    assert answer.status_code == 422
    assert wrong(answer) == at
    kept = inputs(answer.text)
    assert {name: unescape(kept[name]) for name in changes} == changes
    assert (office.event().venue, office.acts()) == ("", [])


def test_of_two_admins_the_second_is_told_who_was_faster_and_what_it_is_now(office: Office) -> None:
    second = fields(office, "days", "binod", venue="Hall 2", map_url="https://map.example")
    assert office.send("/settings/days", fields(office, "days", venue="Hall 1")).status_code == 303
    answer = office.send("/settings/days", second, "binod")
    assert answer.status_code == 422
    assert "Anna" in answer.text
    assert "Now: <strong>Hall 1</strong>" in answer.text
    kept = inputs(answer.text)
    assert (kept["venue"], kept["map_url"], office.event().venue) == ("Hall 2", "https://map.example", "Hall 1")
    assert office.send("/settings/days", kept, "binod").status_code == 303
    assert (office.event().venue, office.event().map_url) == ("Hall 2", "https://map.example")


def test_who_answers_for_data_is_named_in_each_of_the_events_languages(office: Office) -> None:
    said = {"organiser": "Book Trust", "organisers-hi": "पुस्तक न्यास", "purpose": "entry", "purposes-hi": "प्रवेश"}
    assert office.send("/settings/data", fields(office, "data", **said)).status_code == 303
    event = office.event()
    assert (event.organiser, event.organisers, event.purposes) == ("Book Trust", {"hi": "पुस्तक न्यास"}, {"hi": "प्रवेश"})
    kept = inputs(office.get("/settings/data"))
    assert {name: unescape(kept[name]) for name in said} == said
    assert office.send("/settings/data", fields(office, "data", **{"organisers-hi": ""})).status_code == 303
    assert office.event().organisers == {}


def test_an_event_of_one_day_names_it_once(office: Office, service: Service) -> None:
    with service.database.write() as db:
        events.create(db, slug="one", name="One", starts_on=office.today, ends_on=office.today, now=service.now())
    page, day = office.of(OWNER).get("/staff/manage/one").text, full_day(office.today, "en")
    assert (day in page, f"{day} to {day}" in page) == (True, False)


def test_languages_keep_the_order_in_which_visitors_are_offered_them(office: Office, service: Service) -> None:
    with service.database.write() as db:
        events.change(db, "fair", languages=("hi", "en"))
    assert office.send("/settings/basics", fields(office, "basics", name="Maps")).status_code == 303
    assert (office.event().name, office.event().languages) == ("Maps", ["hi", "en"])


def test_opening_shows_the_consent_in_languages_that_nobody_has_confirmed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "No native speaker has confirmed"
    assert asked not in office.of("anna").get("/staff/manage/fair/switch/open").text
    monkeypatch.setattr("flows.visitor.consent.CONFIRMED", ("en",))
    page = office.of("anna").get("/staff/manage/fair/switch/open").text
    assert asked in page
    assert "हिन्दी" in page
    assert asked not in office.of("anna").get("/staff/manage/fair/switch/close").text


def test_texts_by_language_and_a_notice(office: Office) -> None:
    assert (
        office.post("/texts/notice", on="/texts", to="/texts/notice", en="Gate 2\r\nis shut", hi="").status_code == 303
    )
    assert office.event().texts["notice"] == {"en": "Gate 2\nis shut"}
    assert office.last().what == audit.NOTICE_SET
    before = office.form("/texts", "/texts/welcome", "binod")
    assert office.post("/texts/welcome", on="/texts", to="/texts/welcome", en="Come in", hi="आइए").status_code == 303
    beaten = office.send("/texts/welcome", {**before, "en": "Hello", "hi": ""}, "binod")
    assert beaten.status_code == 422
    assert "Now: <strong>Come in</strong>" in beaten.text
    assert office.post("/texts/notice", on="/texts", to="/texts/notice", en="", hi="").status_code == 303
    assert office.event().texts == {"notice": {}, "welcome": {"en": "Come in", "hi": "आइए"}}
    assert office.of("anna").post("/staff/manage/fair/texts/other", data=before).status_code in (400, 404)


def test_a_day_has_its_own_capacity_and_hours(office: Office) -> None:
    path = f"/days/{office.today}"
    assert office.post(path, capacity="7", opens="09:00", closes="12:00").status_code == 303
    day = next(one for one in office.event().days if one.day == office.today)
    assert (day.capacity, f"{day.opens:%H:%M}", day.closed) == (7, "09:00", False)
    for values, at in (
        ({"capacity": "3"}, ["capacity"]),
        ({"opens": "9"}, ["opens"]),
        ({"opens": "09:00"}, ["closes"]),
    ):
        answer = office.post(path, **{"capacity": "", "opens": "", "closes": "", **values})
        assert (answer.status_code, wrong(answer)) == (422, at)
    assert office.of("anna").get(f"/staff/manage/fair/days/{office.today + timedelta(90)}").status_code == 404


def test_registration_is_closed_and_opened_after_a_question(office: Office) -> None:
    sent = office.form("/switch/close")
    assert [office.send("/switch/close", sent).status_code for _ in range(2)] == [303, 303]
    assert office.event().status == "closed"
    assert office.post("/switch/open").status_code == 303
    assert office.event().status == "open"
    assert [what for what, _ in office.acts()] == [audit.EVENT_CLOSED, audit.EVENT_OPENED]
    assert office.of("anna").get("/staff/manage/fair/switch/explode").status_code == 404


def test_entry_is_stopped_and_goes_on_and_volunteers_are_told_once(office: Office) -> None:
    sent = office.form("/switch/pause")
    for _ in range(2):
        assert office.send("/switch/pause", sent).status_code == 303
    assert office.event().entry_paused_at is not None
    assert office.count(Delivery) == 3  # everybody of the roster but Anna
    assert [row for row in office.acts() if row[0] == audit.ENTRY_PAUSED] == [
        (audit.ENTRY_PAUSED, office.staff["anna"])
    ]
    assert office.post("/switch/resume").status_code == 303
    assert office.event().entry_paused_at is None


def test_gates_are_added_closed_and_stopped(office: Office) -> None:
    added = office.form("/gates")
    assert [office.send("/gates", {**added, "name": "North Gate"}).status_code for _ in range(2)] == [303, 303]
    assert office.count(Gate) == 3
    for name in ("", "…", "NORTH gate"):
        answer = office.post("/gates", name=name)
        assert (answer.status_code, wrong(answer)) == (422, ["name"])
    north = next(gate for gate in office.event().gates if gate.slug == "north-gate")
    path = f"/gates/{north.id}"
    for what in ("pause", "close"):
        asked = office.form(f"{path}/{what}")
        assert [office.send(f"{path}/{what}", asked).status_code for _ in range(2)] == [303, 303]
    before = office.form("/gates", f"{path}/open", "binod")
    found = next(gate for gate in office.event().gates if gate.id == north.id)
    assert found.closed
    assert found.paused_at is not None
    resume = {"on": "/gates", "to": f"{path}/resume"}
    refused = office.post(f"{path}/resume", **resume)
    assert (refused.status_code, "North Gate is closed" in refused.text) == (422, True)
    told = office.count(Delivery)
    assert office.post(f"{path}/open", on="/gates", to=f"{path}/open").status_code == 303
    assert office.post(f"{path}/resume", **resume).status_code == 303
    assert office.post(f"{path}/close").status_code == 303
    assert office.count(Delivery) > told
    beaten = office.send(f"{path}/open", {**before, "seen": office.form("/switch/close")["seen"]}, "binod")
    assert beaten.status_code == 422
    assert "Anna" in beaten.text
    assert [what for what, _ in office.acts()].count(audit.GATE_CLOSED) == 2


def test_somebody_is_added_and_whoever_is_disabled_is_out_with_the_next_request(office: Office) -> None:
    form = {
        **office.form("/volunteers"),
        "phone": "+91 98666 66666",
        "name": "Dev",
        "role": "supervisor",
        "gate": "main",
    }
    assert [office.send("/volunteers", form).status_code for _ in range(2)] == [303, 303]
    assert office.count(Staff) == len(ROSTER) + 1
    bad = office.post("/volunteers", phone="12", name="", role="volunteer", gate="")
    assert (bad.status_code, wrong(bad)) == (422, ["phone"])
    ravi = f"/volunteers/{office.staff['ravi']}"
    assert office.of("ravi").get("/staff/desk").status_code == 200
    assert office.post(ravi, on="/volunteers", to=ravi, what="disable").status_code == 303
    assert office.of("ravi").get("/staff/desk").status_code == 302
    assert office.last().what == audit.STAFF_DISABLED
    assert office.post(ravi, on="/volunteers", to=ravi, what="enable").status_code == 303
    assert office.of("ravi").get("/staff/desk").status_code == 302  # enabled, but signed out
    mine = f"/volunteers/{office.staff['anna']}"
    assert office.send(mine, {**office.form("/volunteers"), "what": "disable"}).status_code == 422
    assert office.of("anna").get("/staff/manage").status_code == 200


def test_whoever_is_signed_out_over_a_form_comes_back_to_its_page(office: Office) -> None:
    sent = {**office.form("/texts", "/texts/notice", "binod"), "en": "Hello", "hi": ""}
    binod = f"/volunteers/{office.staff['binod']}"
    office.post(binod, on="/volunteers", to=binod, what="disable")
    on = {"Referer": "https://localhost/staff/manage/fair/texts?lang=hi"}
    late = office.of("binod").post("/staff/manage/fair/texts/notice", data=sent, headers=on)
    assert late.location == "/staff/login?next=%2Fstaff%2Fmanage%2Ffair%2Ftexts"
    assert office.event().texts == {}


def test_a_form_of_another_browser_is_not_taken(office: Office) -> None:
    assert office.of("anna").post("/staff/manage/fair/gates", data={"name": "East"}).status_code == 400
    assert office.count(Gate) == 2


def test_a_long_roster_is_searched(office: Office) -> None:
    assert "Mira" not in office.get("/volunteers?find=RAVI")
    assert "Mira" in office.get("/volunteers?find=supervisor")
    ravi = f"/volunteers/{office.staff['ravi']}"
    answer = office.post(ravi, on="/volunteers?find=ravi", to=ravi, what="disable", find="ravi")
    assert answer.location == "/staff/manage/fair/volunteers?find=ravi"
    assert "Ravi" in office.get("/volunteers?find=disabled")


ODD = ("\x00", "٣", "9" * 30, "😀" * 5000, "0001-01-01", "9999-12-31T23:59")


def test_nothing_that_can_be_sent_breaks_a_page(office: Office) -> None:
    today = f"/days/{office.today}"
    forms = {
        "/settings/days": ("/settings/days", ("venue", "timezone", "starts_on")),
        "/settings/passes": ("/settings/passes", ("registration_opens_at", "max_party")),
        "/texts/notice": ("/texts", ("en",)),
        today: (today, ("capacity", "opens")),
        "/gates": ("/gates", ("name",)),
        "/volunteers": ("/volunteers", ("name", "find")),
        "/visitors": ("/visitors", ("sought",)),
        "/alerts": ("/alerts", ("inside", "seen")),
    }
    whole = {f"/settings/{part}": fields(office, part) for part in ("days", "passes")}
    for path, (page, names) in forms.items():
        for text in ODD:
            base: dict[str, object] = {**whole.get(path, {}), **office.form(page, path)}
            for one in names:
                assert office.send(path, {**base, one: text}).status_code in (200, 303, 422), (path, one, text)
    for text in ODD:
        for name in ("text", "who", "what", "since", "until"):
            found = office.of("anna").get("/staff/manage/fair/audit", query_string={name: text})
            assert found.status_code in (200, 422), (name, text)
        assert office.of("anna").get(f"/staff/manage/fair/days/{text}").status_code == 404
    assert office.of("anna").get(f"/staff/manage/fair/visitors/{'9' * 30}").status_code == 404


def test_somebody_gets_another_name_role_and_gate(office: Office) -> None:
    path = f"/volunteers/{office.staff['ravi']}/change"
    second = office.form(path, who="binod")
    sent = {**office.form(path), "name": "Ravi K", "role": "supervisor", "gate": "main"}
    assert [office.send(path, sent).status_code for _ in range(2)] == [303, 303]
    assert "supervisor" in office.get("/volunteers?find=ravi+k")
    assert office.last().what == audit.STAFF_CHANGED
    beaten = office.send(path, {**second, "name": "Ravi", "role": "volunteer", "gate": ""}, "binod")
    assert beaten.status_code == 422
    assert "Now: <strong>Ravi K</strong>" in beaten.text
    bad = office.post(path, name="", role="king", gate="west")
    assert (bad.status_code, wrong(bad)) == (422, ["gate", "name", "role"])
    mine = office.post(f"/volunteers/{office.staff['anna']}/change", name="Anna", role="volunteer", gate="")
    assert (mine.status_code, wrong(mine)) == (422, ["role"])
    assert office.count(Staff) == len(ROSTER)
