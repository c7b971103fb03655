"""The first owner, from the link to the list of events, and what owners do there."""

from collections.abc import Callable

from bot.domain import audit, events
from bot.domain.messaging import otp
from bot.domain.roster import owners
from bot.service import Service
from flows.fields.phone import grouped
from tests.webhooks.staff.conftest import STRANGER, Browser
from tests.webhooks.staff.manage.pages import OWNERS_PHONE, Office


def _link(service: Service) -> str:
    with service.database.write() as db:
        return f"/staff/claim/{owners.new_claim(db, service.now())}"


def _code(browser: Browser, phone: str) -> str:
    with browser.client.session_transaction() as kept:
        asker = kept["claim"]
    assert isinstance(browser.service.otps, otp.OwnOtps)
    return browser.service.otps.make(owners.PURPOSE, phone, asker, browser.service.now())


def test_who_has_the_link_and_the_phone_becomes_the_first_owner(
    service: Service, new_browser: Callable[[], Browser]
) -> None:
    browser, path = new_browser(), _link(service)
    assert browser.client.get(path).status_code == 200
    assert browser.send(path, name="Olga", phone="12").status_code == 422
    assert browser.send(path, name="Olga", phone=STRANGER).status_code == 303
    assert grouped(STRANGER) in browser.client.get(path).text
    assert browser.send(path, otp="000000").status_code == 422
    assert browser.send(path, otp=_code(browser, STRANGER)).location == "/staff/manage"
    page = browser.client.get("/staff/manage").text
    assert "Olga" in page
    assert browser.client.get("/staff/dashboard").location == "/staff/manage"
    assert browser.client.get("/staff/login").status_code == 200
    assert new_browser().client.get(path).status_code == 410


def test_an_owner_signs_in_by_a_code_like_everybody(service: Service, new_browser: Callable[[], Browser]) -> None:
    with service.database.write() as db:
        owners.add(db, phone=STRANGER, name="Olga", region="IN", now=service.now())
        today = service.now().date()
        events.create(db, slug="fair", name="Book Fair", starts_on=today, ends_on=today, now=service.now())
    browser = new_browser()
    assert browser.sign_in(STRANGER).location == "/staff/manage"
    assert browser.client.get("/staff/dashboard").status_code == 200


def test_an_owner_opens_any_event_and_is_there_from_then_on(office: Office) -> None:
    browser = office.of("olga")
    assert "/staff/manage/other" in browser.get("/staff/manage").text
    assert browser.get("/staff/manage/other/volunteers").status_code == 200
    assert "Book &lt;other&gt;" in browser.get("/staff/dashboard").text
    assert browser.get("/staff/manage/nowhere").status_code == 404


def test_what_an_owner_does_is_kept_under_their_name(office: Office) -> None:
    assert office.post("/gates", "olga", name="South").status_code == 303
    kept = office.last()
    assert (kept.what, kept.staff_id, kept.actor) == (audit.GATE_ADDED, None, "Olga")
    assert office.post("/switch/pause", "olga").status_code == 303
    assert "Olga" in office.get("/audit")


def test_owners_add_and_remove_one_another(office: Office) -> None:
    browser = Browser(office.of("olga"), office.service)
    assert browser.send("/staff/owners", name="Paul", phone="12").status_code == 422
    assert browser.send("/staff/owners", name="Paul", phone="+919877777777").status_code == 303
    kept = office.last()
    assert (kept.what, kept.event_id, kept.actor) == (audit.OWNER_ADDED, None, "Olga")
    assert browser.send("/staff/owners/1/remove").status_code == 422
    assert browser.send("/staff/owners/2/remove").status_code == 303
    with office.service.database.read() as db:
        assert [owner.phone for owner in owners.list_owners(db)] == [OWNERS_PHONE]
