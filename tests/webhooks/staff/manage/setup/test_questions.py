"""The event's own questions in the browser: added, changed, ordered, asked no more; two admins at once."""

from typing import Any

import pytest

from bot.domain import audit
from tests.webhooks.staff.manage.pages import Office, wrong

CITY: dict[str, Any] = {
    "label-en": "Which city?",
    "label-hi": "कौन सा शहर?",
    "kind": "text",
    "required": "",
    "name": "city",
}
BUS: dict[str, Any] = {
    **{"label-en": "How will you come?", "kind": "choice", "required": "1"},
    **{"options-en": "Metro\r\nCar \n\n Bus", "options-hi": "मेट्रो\nकार\nबस"},
}
CHAIRS: dict[str, Any] = {"label-en": "How many wheelchairs?", "kind": "number", "least": "", "most": "4"}
NEW = "/questions/new"


def asked(office: Office) -> list[str]:
    return [question["name"] for question in office.event().questions]


def all_three(office: Office) -> None:
    for question in (CITY, BUS, CHAIRS):
        assert office.post(NEW, **question).status_code == 303


def test_questions_of_each_kind_are_added_once_and_named_after_their_words(office: Office) -> None:
    sent = {**office.form(NEW), **BUS}
    assert [office.send(NEW, sent).status_code for _ in range(2)] == [303, 303]
    assert office.post(NEW, **CHAIRS).status_code == 303
    bus, chairs = office.event().questions
    assert (bus["name"], bus["required"], chairs["name"]) == ("how_will_you_come", True, "how_many_wheelchairs")
    assert bus["options"] == [{"en": "Metro", "hi": "मेट्रो"}, {"en": "Car", "hi": "कार"}, {"en": "Bus", "hi": "बस"}]
    assert (chairs["least"], chairs["most"]) == (0, 4)
    assert [what for what, _ in office.acts()] == [audit.QUESTIONS_SET] * 2


def test_one_is_changed_and_keeps_its_name_and_place(office: Office) -> None:
    all_three(office)
    path = f"/questions/{asked(office)[1]}/change"
    assert "Metro\nCar\nBus" in office.get(path)
    assert (
        office.post(path, **{**BUS, "label-en": "By what?", "options-en": "Metro\nTaxi", "options-hi": ""}).status_code
        == 303
    )
    assert asked(office) == ["city", "how_will_you_come", "how_many_wheelchairs"]
    changed = office.event().questions[1]
    assert (changed["labels"], changed["options"]) == ({"en": "By what?"}, [{"en": "Metro"}, {"en": "Taxi"}])


def test_the_order_is_changed_by_one_place(office: Office) -> None:
    all_three(office)
    for name, where, order in (
        ("city", "down", ["how_will_you_come", "city", "how_many_wheelchairs"]),
        ("how_many_wheelchairs", "up", ["how_will_you_come", "how_many_wheelchairs", "city"]),
        ("how_will_you_come", "up", ["how_will_you_come", "how_many_wheelchairs", "city"]),
    ):
        path = f"/questions/{name}/move"
        form = office.form("/questions", f"/questions/{asked(office)[0]}/move")
        assert office.send(path, {**form, "where": where}).status_code == 303
        assert asked(office) == order
    assert office.send("/questions/city/move", {**form, "where": "left"}).status_code == 400
    assert office.send("/questions/nothing/move", {**form, "where": "up"}).status_code == 404


def test_one_is_asked_no_more_after_a_question(office: Office) -> None:
    all_three(office)
    assert 'class="grave"' in office.get("/questions/city/retire")
    sent = office.form("/questions/city/retire")
    assert [office.send("/questions/city/retire", sent).status_code for _ in range(2)] == [303, 303]
    assert asked(office) == ["how_will_you_come", "how_many_wheelchairs"]
    assert office.event().former_questions == ["city"]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({**CITY, "label-en": ""}, ["label-en"]),
        ({**CITY, "label-hi": "x" * 301}, ["label-en"]),
        ({**CITY, "name": "Big City"}, ["name"]),
        ({**CITY, "name": "full_name"}, ["name"]),
        ({**CITY, "name": "", "label-en": "कौन सा शहर?"}, ["name"]),
        ({**CITY, "kind": "photo"}, ["kind"]),
        ({**BUS, "options-en": "Metro"}, ["options-hi"]),
        ({**BUS, "options-en": "Metro", "options-hi": ""}, ["options-en"]),
        ({**BUS, "options-en": "Metro\nHelp\nBus"}, ["options-en"]),
        ({**CHAIRS, "most": "some"}, ["most"]),
        ({**CHAIRS, "least": "9"}, ["most"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_input(office: Office, fields: dict[str, Any], at: list[str]) -> None:
    answer = office.post(NEW, **fields)
    assert (answer.status_code, wrong(answer)) == (422, at)
    assert (asked(office), office.acts()) == ([], [])


def test_a_name_that_another_has_and_an_eleventh_are_refused(office: Office) -> None:
    assert office.post(NEW, **CITY).status_code == 303
    assert wrong(office.post(NEW, **{**CITY, "label-en": "Your city?"})) == ["name"]
    for number in range(9):
        assert office.post(NEW, **{**CITY, "name": f"city_{number}"}).status_code == 303
    assert office.post(NEW, **{**CITY, "name": "one_more"}).status_code == 422
    assert len(asked(office)) == 10


def test_of_two_admins_the_second_is_told_and_nothing_of_the_first_is_lost(office: Office) -> None:
    all_three(office)
    second = office.form("/questions/city/change", who="binod")
    gone = office.form("/questions/city/retire", who="binod")
    assert office.post("/questions/city/change", **{**CITY, "label-en": "Your town?"}).status_code == 303
    beaten = office.send("/questions/city/change", {**second, **CITY, "required": "1"}, "binod")
    assert (beaten.status_code, "Anna" in beaten.text, "Now: <strong>Your town?" in beaten.text) == (422, True, True)
    assert office.send("/questions/city/retire", gone, "binod").status_code == 422
    assert asked(office)[0] == "city"
    assert office.of("anna").get("/staff/manage/fair/questions/nothing/change").status_code == 404


def test_one_click_asks_what_help_people_need(office: Office) -> None:
    button = "/questions/needs"
    assert button in office.get("/questions")
    sent = office.form("/questions", to=button)
    assert [office.send(button, sent).status_code for _ in range(2)] == [303, 303]
    assert asked(office) == ["access_needs"]
    assert button not in office.get("/questions")
