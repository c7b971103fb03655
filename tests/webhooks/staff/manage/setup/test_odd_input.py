"""Nothing that can be sent breaks a page on which an event is set up."""

import pytest

from bot.domain import events
from bot.domain.passes import kinds
from bot.service import Service
from tests.webhooks.staff.manage.pages import HIDDEN, OWNER, Office
from tests.webhooks.staff.manage.test_manage import ODD

CITY = {"name": "city", "kind": "choice", "labels": {"en": "City?"}, "options": [{"en": "Delhi"}, {"en": "Pune"}]}
FORMS = {
    "/kinds/new": ("label-en", "slug", "policy", "max_party", "days", "gates"),
    "/kinds/3": ("label-en", "max_party", "days", "seen"),
    "/questions/new": ("label-en", "name", "kind", "options-en", "least", "most"),
    "/questions/city/change": ("label-hi", "kind", "options-hi", "seen"),
    "/scanners": ("name", "gate"),
    "/test": ("day", "language"),
}


@pytest.fixture
def busy_office(office: Office, service: Service) -> Office:
    with service.database.write() as db:
        events.set_questions(db, "fair", [CITY])
        kinds.add(db, "fair", "press")
    return office


@pytest.mark.parametrize("path", FORMS)
def test_forms_of_an_event(busy_office: Office, path: str) -> None:
    form = busy_office.form(path)
    for text in ODD:
        for name in FORMS[path]:
            answer = busy_office.send(path, {**form, "label-en": "Fair?", "kind": "number", name: text})
            assert answer.status_code in (200, 303, 422), (name, text)


def test_forms_of_a_new_event(busy_office: Office) -> None:
    olga = busy_office.of(OWNER)
    for text in ODD:
        for path in ("/staff/events/new", "/staff/events/fair/copy"):
            for name in ("name", "slug", "starts_on", "capacity_per_day", "opens"):
                hidden = dict(HIDDEN.findall(olga.get(path).text))
                whole = {"name": "Fair", "slug": "fair", "starts_on": "2027-01-09", name: text}
                assert olga.post(path, data={**hidden, **whole}).status_code in (303, 422), (path, name, text)


def test_names_in_addresses(busy_office: Office) -> None:
    anna = busy_office.of("anna")
    for text in ODD:
        for path in ("questions/{}/change", "questions/{}/retire", "kinds/{}", "scanners/{}/revoke", "scanners/1/{}"):
            assert anna.get(f"/staff/manage/fair/{path.format(text)}").status_code in (200, 308, 404), (path, text)
