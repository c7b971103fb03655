"""The desk: registering walk-ups by the form, what it refuses, the search, and slips that are printed again."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.domain import audit, events, people
from bot.domain import roster as event_roster
from bot.domain.checkins import code_guessing
from bot.domain.checkins import search as gate_search
from bot.domain.models import AuditEntry, Checkin, Delivery, Event, EventDay, Pass, Registration, Staff, WalkupRecord
from bot.domain.passes import kinds
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from bot.service import Service
from flows.understanding.codes import shown
from flows.visitor import consent
from tests.bot.domain.builders import asking
from tests.webhooks.staff.conftest import TOKEN
from tests.webhooks.staff.sessions import sign_in

PHONE = "+919812345678"
"""Asha's, who holds a pass of four for today."""
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
WRONG = re.compile(r'id="(\w+)-wrong"')
SLIP = re.compile(r'<article class="slip".*?</article>', re.DOTALL)
CODE = re.compile(r'class="slip-code">([^<]+)<')
WARNED = re.compile(r'name="although" value="([^"]+)"')


@dataclass(frozen=True)
class Desk:
    """Somebody before the desk's page."""

    client: FlaskClient
    service: Service
    staff: dict[str, int]
    asha: str
    """The code of her pass."""

    def sign_in(self, who: str) -> None:
        """Begin a session."""
        sign_in(self.client, self.service, self.staff[who])

    def form(self) -> dict[str, str]:
        """The form as the page has it, filled in for two people who agree."""
        hidden = dict(HIDDEN.findall(self.page()))
        return {**hidden, "visitor_language": "en", "full_name": "Kamala Devi", "party_size": "2", "consent": "1"}

    def register(self, **changes: str) -> TestResponse:
        """Send the form; an input that is changed to nothing is left out."""
        filled = {name: value for name, value in {**self.form(), **changes}.items() if value}
        return self.client.post("/staff/desk", data=filled)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send another form of the page."""
        token = TOKEN.search(self.page())
        assert token
        return self.client.post(f"/staff/desk/{path}", data={"csrf_token": token[1], **fields})

    def page(self) -> str:
        """What the desk shows now."""
        return self.client.get("/staff/desk").text

    def code(self) -> str:
        """That of the slip which is shown."""
        [code] = CODE.findall(self.page())
        return str(code)

    def made(self) -> list[tuple[str, int, str]]:
        """The walk-ups that there are: name, party and state of the pass."""
        rows = select(Registration.full_name, Pass.party_size, Pass.status).join(Pass).join(WalkupRecord)
        with self.service.database.read() as db:
            return [(name, party, status) for name, party, status in db.execute(rows.order_by(Pass.id))]

    def count(self, table: Any) -> int:
        """Rows of a table."""
        with self.service.database.read() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0

    def acts(self) -> list[tuple[str, int | None]]:
        """The book of acts."""
        with self.service.database.read() as db:
            return [(row.what, row.staff_id) for row in db.scalars(select(AuditEntry).order_by(AuditEntry.id))]


@pytest.fixture
def desk(service: Service, client: FlaskClient) -> Desk:
    """The fair, on since yesterday; Ravi at its main gate, and Mira, a supervisor; another event beside it."""
    now = service.now()
    with service.database.write() as db:
        today = (now + timedelta(hours=5, minutes=30)).date()
        for slug in ("fair", "other"):
            events.create(
                db, slug=slug, name="Book <Fair>", starts_on=today - timedelta(1), ends_on=today + timedelta(3), now=now
            )
            events.open_event(db, slug)
            gates.add(db, slug, "Main")
        asha = people.find_or_make(db, phone=PHONE, now=now)
        wish: dict[str, Any] = {"visit_date": today, "party_size": 4, "now": now}
        issued = registrations.register(db, service.ring, **asking(asha, **wish))
        registrations.register(db, service.ring, **asking(asha, event="other", **wish))
        roster = {
            name: event_roster.add(
                db, "fair", phone=phone, name=name.title(), role=role, gate="main", region="IN", now=now
            ).id
            for name, phone, role in (("ravi", "+919811111111", "volunteer"), ("mira", "+919822222222", "supervisor"))
        }
    desk = Desk(client, service, roster, shown(issued.code))
    desk.sign_in("ravi")
    return desk


def test_one_form_is_one_pass_for_today_and_a_slip_with_the_name(desk: Desk) -> None:
    assert desk.register(visitor_language="hi").location == "/staff/desk"
    page = desk.page()
    [slip] = SLIP.findall(page)
    assert "Kamala Devi" in page.replace(slip, "")
    assert "Kamala Devi" in slip
    assert "Book &lt;Fair&gt;" in slip
    assert 'lang="hi"' in slip
    with desk.service.database.read() as db:
        record = db.scalars(select(WalkupRecord)).one()
        event = events.shape(db.scalars(select(Event).where(Event.slug == "fair")).one())
        assert (record.staff_id, record.gate_id) == (desk.staff["ravi"], 1)
        assert record.registration.consent_text == consent.read_out_text(event, "hi")
        assert record.registration.language == "hi"
    assert desk.made() == [("Kamala Devi", 2, "valid")]
    assert (desk.count(Checkin), desk.count(Delivery)) == (0, 0)
    assert CODE.findall(desk.client.get("/staff/desk/slip").text) == [desk.code()]


def test_a_new_search_clears_the_last_slip(desk: Desk) -> None:
    desk.register()
    assert SLIP.search(desk.page())
    for what in ("kam", "x"):
        assert not SLIP.search(desk.send("find", what=what).text)
    assert SLIP.search(desk.page())


def test_a_form_that_comes_twice_registers_once(desk: Desk) -> None:
    form = desk.form()
    answers = [desk.client.post("/staff/desk", data=form) for _ in range(2)]
    code = desk.code()
    assert [answer.status_code for answer in answers] == [302, 302]
    changed = desk.client.post("/staff/desk", data={**form, "full_name": "Somebody Else"})
    page = desk.client.get(changed.location).text
    assert CODE.findall(page) == [code]
    assert "Somebody Else" not in page
    assert desk.made() == [("Kamala Devi", 2, "valid")]


UNUSABLE: list[tuple[dict[str, str], list[str]]] = [
    ({"full_name": ""}, ["full_name"]),
    ({"full_name": "7"}, ["full_name"]),
    ({"full_name": "x" * 81, "party_size": "0"}, ["full_name", "party_size"]),
    ({"party_size": "eleven and more"}, ["party_size"]),
    ({"party_size": "11"}, ["party_size"]),
    ({"phone": "12"}, ["phone"]),
    ({"consent": ""}, ["consent"]),
    ({"kind": "nobody"}, ["kind"]),
    ({"visitor_language": "xx"}, ["visitor_language"]),
    ({"consent_version": "0"}, ["consent"]),
    ({"consent_version": "one"}, ["consent"]),
    ({"request_id": "x" * 300}, []),
]
"""What is typed, and at which inputs something is said."""


def test_what_cannot_be_used_is_said_at_its_input_and_registers_nobody(desk: Desk) -> None:
    with desk.service.database.write() as db:
        kinds.add(db, "fair", "school")
    for changes, inputs in UNUSABLE:
        answer = desk.register(**{"full_name": "Kamala <b>", "phone": "98111 22233"} | changes)
        assert answer.status_code in (409, 422), changes
        assert WRONG.findall(answer.text) == inputs, changes
        assert 'role="alert"' in answer.text
        assert "Kamala &lt;b&gt;" in answer.text or "full_name" in changes
    assert desk.made() == []


def test_words_that_have_changed_must_be_read_out_again(desk: Desk) -> None:
    form = desk.form()
    with desk.service.database.write() as db:
        events.change(db, "fair", consent={"en": "New words.", "hi": "नए शब्द।"})
    refused = desk.client.post("/staff/desk", data=form)
    assert WRONG.findall(refused.text) == ["consent"]
    assert "New words." in refused.text
    assert not re.search(r'id="consent"[^>]*checked', refused.text)
    fresh = dict(HIDDEN.findall(refused.text))
    assert desk.client.post("/staff/desk", data=form | fresh).status_code == 302


def test_a_form_of_another_event_registers_nobody_at_this_one(desk: Desk) -> None:
    answer = desk.register(event="opera")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "Kamala Devi" not in answer.text
    assert desk.made() == []
    assert desk.register().status_code == 302


def test_a_phone_that_holds_a_pass_is_warned_of_and_can_have_another(desk: Desk) -> None:
    warned = desk.register(phone="98123 45678")
    assert warned.status_code == 409
    assert WARNED.findall(warned.text) == ["anyway"]
    assert desk.asha in warned.text
    # Whose it is, at the head of the page and beside the buttons; as any search it is kept.
    assert warned.text.count("Asha") >= 2
    assert warned.text.index("#warning") < warned.text.index('id="register"')
    with desk.service.database.read() as db:
        assert db.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all()[-1] == audit.SEARCHED
    assert desk.send("reprint", code=desk.asha).status_code == 302
    assert desk.code() == desk.asha
    assert desk.register(phone="98123 45678", although="anyway").status_code == 302
    assert desk.made() == [("Kamala Devi", 2, "valid")]
    assert desk.count(Delivery) == 1


def test_a_full_day_needs_a_supervisor(desk: Desk) -> None:
    with desk.service.database.write() as db:
        events.change(db, "fair", capacity_per_day=5)
    for changes in ({}, {"although": "overbook"}):
        refused = desk.register(**changes)
        assert refused.status_code == 409
        assert WARNED.findall(refused.text) == []
    desk.sign_in("mira")
    both = desk.register(phone=PHONE, although="anyway")
    assert WARNED.findall(both.text) == ["anyway overbook"]
    assert desk.register(phone=PHONE, although="anyway overbook").status_code == 302
    with desk.service.database.read() as db:
        assert db.scalar(select(func.max(EventDay.taken))) == 6


def test_let_in_at_once_where_that_is_asked_and_the_gate_allows_it(desk: Desk) -> None:
    desk.register(admit="1")
    assert "✅" in desk.page()
    assert desk.count(Checkin) == 1
    with desk.service.database.write() as db:
        event = db.scalars(select(Event).where(Event.slug == "fair")).one()
        gates.pause_entry(db, event.id, "main", desk.service.now())
    desk.register(admit="1", full_name="Ramesh")
    assert "⛔" in desk.page()
    assert desk.count(Checkin) == 1
    assert [row[2] for row in desk.made()] == ["valid", "valid"]


def test_a_search_finds_todays_passes_is_kept_and_never_shows_a_phone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in ("asha", "98123 45678", "+91 98123-45678"):
        found = desk.send("find", what=typed).text
        assert desk.asha in found
        assert PHONE[3:] not in found.replace(f'value="{typed}"', "").replace(" ", "")
    for typed in ("as", "12", "", "9812", "<b>"):
        answer = desk.send("find", what=typed)
        assert (answer.status_code, WRONG.findall(answer.text)) == (422, ["what"])
    assert desk.asha not in desk.send("find", what="nobody of that name").text
    assert desk.acts() == [(audit.SEARCHED, desk.staff["ravi"])] * 4
    monkeypatch.setattr(gate_search, "MAX_SEARCHES_PER_HOUR", 4)
    answer = desk.send("find", what="asha")
    assert (answer.status_code, desk.asha in answer.text) == (422, False)


def test_a_slip_is_printed_again_by_code_and_that_is_kept(desk: Desk) -> None:
    desk.register()
    first = desk.code()
    assert desk.send("reprint", code=desk.asha.lower().replace("-", " ")).status_code == 302
    assert desk.code() == desk.asha
    page = desk.page()
    assert 'data-fresh=""' in page
    assert first in page
    with desk.service.database.read() as db:
        elsewhere = db.scalars(select(Pass.code).join(Event).where(Event.slug == "other")).one()
    for code in (elsewhere, "0000-0000", "nonsense", ""):
        answer = desk.send("reprint", code=code)
        assert (answer.status_code, WRONG.findall(answer.text)) == (422, ["code"])
    assert desk.acts() == [(audit.SLIP_PRINTED, desk.staff["ravi"])] + [(audit.GUESS_LOOKED_UP, desk.staff["ravi"])] * 4


def test_who_tries_many_codes_is_paused_and_the_supervisor_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_guessing, "MAX_GUESSES", 3)
    assert [desk.send("reprint", code=code).status_code for code in ("0000-0000", "1111-1111", "2222-2222")] == [
        422
    ] * 3
    assert desk.count(Delivery) == 1
    assert desk.send("reprint", code=desk.asha).status_code == 403
    desk.sign_in("mira")
    assert desk.send("reprint", code=desk.asha).status_code == 302


def test_a_pass_that_is_cancelled_has_no_slip_any_more(desk: Desk) -> None:
    desk.register()
    with desk.service.database.write() as db:
        db.scalars(
            select(Pass).join(WalkupRecord, WalkupRecord.registration_id == Pass.registration_id)
        ).one().status = "revoked"
    assert SLIP.findall(desk.page()) == []
    assert desk.client.get("/staff/desk/slip").location == "/staff/desk"


def test_only_people_at_work_get_there(desk: Desk) -> None:
    form = desk.form()
    with desk.service.database.write() as db:
        code_guessing.pause(db, db.get_one(Staff, desk.staff["ravi"]), desk.service.now())
    assert "tabindex" in desk.page()
    assert desk.client.post("/staff/desk", data=form).status_code == 403
    assert desk.send("find", what="asha").status_code == 403
    assert desk.send("reprint", code=desk.asha).status_code == 403
    with desk.client.session_transaction() as kept:
        kept.pop("_user_id")
    assert desk.client.post("/staff/desk", data=form).location.startswith("/staff/login")
    for path in ("/staff/desk", "/staff/desk/slip"):
        assert desk.client.get(path).location.startswith("/staff/login?next=")
    assert desk.made() == []
    assert desk.acts() == []


def test_each_device_remembers_its_paper(desk: Desk) -> None:
    desk.register()
    for paper in ("80", "a4", "58"):
        assert desk.send("printer", paper=paper, at_once="at_once").status_code == 302
        page = desk.page()
        assert f"desk/paper-{paper}.css" in unescape(page)
        assert "data-at-once" in page
    cookie = desk.client.get_cookie("printer", path="/staff")
    assert cookie
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Lax")
    assert desk.send("printer", paper="letter").status_code == 400
    desk.client.set_cookie("printer", "../../etc at_once", path="/staff")
    assert "desk/paper-58.css" in desk.page()
