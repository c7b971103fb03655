"""Scanners in the browser: the link is shown once and works, until it is replaced or the scanner revoked."""

import re
from base64 import b64decode

from werkzeug.test import TestResponse

from bot.domain import audit
from bot.domain.models import Device
from bot.domain.roster import devices
from tests.e2e.pages.browser import qr_texts
from tests.webhooks.staff.manage.pages import Office, wrong

LINK = re.compile(r'href="(https://localhost/staff/scan#token=(\w+))"')


def added(office: Office, name: str = "Phone 7") -> TestResponse:
    return office.post("/scanners", name=name, gate="main")


def link(answer: TestResponse) -> tuple[str, str]:
    """The link and its token, as the page shows them; its QR code says the same."""
    assert answer.status_code == 200
    found = LINK.search(answer.text)
    drawn = re.search(r'src="data:image/png;base64,([^"]+)"', answer.text)
    assert found
    assert drawn
    assert qr_texts(b64decode(drawn[1])) == {found[1]}
    return found[1], found[2]


def scans(office: Office, token: str) -> bool:
    """Whether a phone with this token is a scanner of the fair."""
    found = devices.by_token(office.service.database, token)
    return found is not None and (found.event, found.gate) == ("fair", "main")


def test_a_scanner_is_added_and_its_link_shown_this_once(office: Office) -> None:
    page, token = link(added(office))
    assert page.endswith(token)
    assert scans(office, token)
    assert office.acts() == [(audit.DEVICE_ADDED, office.staff["anna"])]
    assert "Phone 7" in office.get("/scanners")
    assert token not in office.get("/scanners")
    again = added(office)
    assert (again.status_code, wrong(again), office.count(Device)) == (422, ["name"], 1)


def test_a_new_link_ends_the_old_one(office: Office) -> None:
    _page, old = link(added(office))
    path = f"/scanners/{office.count(Device)}/roll"
    assert "Phone 7" in office.get(path)
    _page, new = link(office.post(path))
    assert (scans(office, old), scans(office, new), office.last().what) == (False, True, audit.DEVICE_ROLLED)


def test_a_revoked_scanner_is_out_and_its_name_free(office: Office) -> None:
    _page, token = link(added(office))
    path = f"/scanners/{office.count(Device)}/revoke"
    assert 'class="grave"' in office.get(path)
    sent = office.form(path)
    assert [office.send(path, sent).status_code for _ in range(2)] == [303, 303]
    assert not scans(office, token)
    assert [what for what, _ in office.acts()] == [audit.DEVICE_ADDED, audit.DEVICE_REVOKED]
    assert scans(office, link(added(office))[1])


def test_whoever_saw_it_as_it_was_is_told(office: Office) -> None:
    link(added(office))
    path = f"/scanners/{office.count(Device)}"
    seen = office.form(f"{path}/revoke", who="binod")
    link(office.post(f"{path}/roll"))
    beaten = office.send(f"{path}/revoke", seen, "binod")
    assert (beaten.status_code, "Anna" in beaten.text) == (422, True)


def test_what_cannot_be_is_refused_at_its_input(office: Office) -> None:
    for fields, at in (({"name": "", "gate": "main"}, ["name"]), ({"name": "Phone 1", "gate": "west"}, ["gate"])):
        answer = office.post("/scanners", **fields)
        assert (answer.status_code, wrong(answer)) == (422, at)
    assert office.count(Device) == 0
    for path in ("/scanners/99/revoke", "/scanners/1/burn"):
        assert office.of("anna").get(f"/staff/manage/fair{path}").status_code == 404


def test_a_scanner_of_another_event_is_not_there(office: Office) -> None:
    with office.service.database.write() as db:
        other = devices.add(db, "other", name="Phone 1", gate="main", now=office.service.now())[0].id
    assert office.of("anna").get(f"/staff/manage/fair/scanners/{other}/revoke").status_code == 404
    assert office.send(f"/scanners/{other}/revoke", office.form("/scanners")).status_code == 404
