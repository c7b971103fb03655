"""Kinds of pass in the browser: added, changed, retired; what cannot be is refused at its input; two admins at once."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import audit
from bot.domain.models import Kind
from bot.domain.passes import kinds
from tests.webhooks.staff.manage.pages import Office, wrong

NEW: dict[str, Any] = {"label-en": "Press", "label-hi": "प्रेस", "slug": "", "policy": "in_out", "max_party": "3"}


def kept(office: Office, slug: str) -> Kind:
    with office.service.database.read() as db:
        return next(kind for kind in kinds.list_kinds(db, "fair") if kind.slug == slug)


def press(office: Office) -> str:
    """Add a kind; the path of its page."""
    assert office.post("/kinds/new", **NEW).status_code == 303
    return f"/kinds/{kept(office, 'press').id}"


def test_a_kind_is_added_once_with_its_rule(office: Office) -> None:
    sent = {**office.form("/kinds/new"), **NEW, "gates": ["main"], "days": [f"{office.today}"]}
    assert [office.send("/kinds/new", sent).status_code for _ in range(2)] == [303, 303]
    made = kept(office, "press")
    assert (made.labels, made.policy, made.max_party) == ({"en": "Press", "hi": "प्रेस"}, "in_out", 3)
    assert (made.gates, made.days) == (["main"], [f"{office.today}"])
    assert [what for what, _ in office.acts()] == [audit.KIND_ADDED]
    assert "Press" in office.get("/kinds")


def test_it_is_changed_and_what_is_left_empty_is_as_the_event_has_it(office: Office) -> None:
    path = press(office)
    assert office.post(path, **{**NEW, "label-en": "Media", "policy": "", "max_party": ""}).status_code == 303
    made = kept(office, "press")
    assert (made.labels["en"], made.policy, made.max_party, made.gates, made.days) == ("Media", None, None, None, None)
    assert office.last().what == audit.KIND_CHANGED


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"label-en": ""}, ["label-en"]),
        ({"label-en": "x" * 81}, ["label-en"]),
        ({"max_party": "many", "days": ["soon"]}, ["days", "max_party"]),
        ({"max_party": "256"}, ["max_party"]),
        ({"policy": "always"}, ["policy"]),
        ({"slug": "Big Press"}, ["slug"]),
        ({"slug": "visitor"}, ["slug"]),
        ({"label-en": "प्रेस"}, ["slug"]),
        ({"gates": ["west"]}, ["gates"]),
        ({"days": ["2020-01-01"]}, ["days"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_input(office: Office, fields: dict[str, Any], at: list[str]) -> None:
    answer = office.post("/kinds/new", **{**NEW, **fields})
    assert (answer.status_code, wrong(answer)) == (422, at)
    assert (office.count(Kind), office.acts()) == (2, [])


def test_the_days_of_a_kind_with_passes_stay(office: Office) -> None:
    visitor = f"/kinds/{kept(office, 'visitor').id}"
    answer = office.post(visitor, **{**NEW, "days": [f"{office.today + timedelta(1)}"]})
    assert (answer.status_code, wrong(answer)) == (422, ["days"])


def test_a_kind_is_retired_after_a_question_and_given_out_again(office: Office) -> None:
    path = press(office)
    assert 'class="grave"' in office.get(f"{path}/retire")
    sent = office.form(f"{path}/retire")
    assert [office.send(f"{path}/retire", sent).status_code for _ in range(2)] == [303, 303]
    assert kept(office, "press").retired_at is not None
    assert office.post(f"{path}/restore").status_code == 303
    assert kept(office, "press").retired_at is None
    assert [what for what, _ in office.acts()] == [audit.KIND_ADDED, audit.KIND_RETIRED, audit.KIND_RESTORED]


def test_the_visitors_kind_is_not_retired(office: Office) -> None:
    visitor = f"/kinds/{kept(office, 'visitor').id}"
    assert f"{visitor}/retire" not in office.get("/kinds")
    assert office.post(f"{visitor}/retire").status_code == 422
    assert kept(office, "visitor").retired_at is None


def test_of_two_admins_the_second_is_told(office: Office) -> None:
    path = press(office)
    second = office.form(path, who="binod")
    assert office.post(path, **{**NEW, "max_party": "9"}).status_code == 303
    beaten = office.send(path, {**second, **NEW, "max_party": "5"}, "binod")
    assert (beaten.status_code, "Anna" in beaten.text, "Now: <strong>9</strong>" in beaten.text) == (422, True, True)
    assert kept(office, "press").max_party == 9


def test_a_kind_of_another_event_is_not_there(office: Office) -> None:
    with office.service.database.write() as db:
        other = kinds.add(db, "other", "guest").id
    for path in (f"/kinds/{other}", f"/kinds/{other}/retire", "/kinds/1/burn"):
        assert office.of("anna").get(f"/staff/manage/fair{path}").status_code == 404
