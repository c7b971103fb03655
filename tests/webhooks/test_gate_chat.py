"""A volunteer's phone, from the signed webhook on: photos of passes, and people without one."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import responses
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.domain import events, people, roster
from bot.domain.models import Checkin, Delivery, MediaDeletion, Registration, TurnRecord, WalkupRecord
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.service import Service
from tests.bot.domain.builders import asking
from tests.bot.photos.pictures import as_file, drawn, shot
from webhooks.simulator.twilio.signature import sign

RAVI, MIRA, STRANGER = "+919811111111", "+919822222222", "+919833333333"
ADDRESS = "https://localhost/webhooks/twilio/message"


class Phones:
    """Phones that write to the real doors, as Twilio posts it."""

    def __init__(self, client: FlaskClient, service: Service, twilio: responses.RequestsMock) -> None:
        self.client, self.service, self.twilio = client, service, twilio
        self._numbers = count(1)

    def say(self, text: str, phone: str = RAVI, **more: str) -> str:
        """Write something; the answer."""
        sid = more.pop("sid", f"SM{next(self._numbers):032}")
        account = self.service.settings.twilio_account_sid
        form = {"MessageSid": sid, "AccountSid": account, "From": f"whatsapp:{phone}", "Body": text, "NumMedia": "0"}
        form |= {"To": self.service.settings.twilio_whatsapp_from[0], "MessageType": "text", **more}
        headers = {"X-Twilio-Signature": sign(ADDRESS, form, self.service.settings.twilio_auth_token)}
        answer = self.client.post("/webhooks/twilio/message", data=form, headers=headers)
        assert answer.status_code == 200
        message = ElementTree.fromstring(answer.data).find("Message")
        return "" if message is None else "".join(message.itertext())

    def show(self, picture: bytes, caption: str = "", phone: str = RAVI, sid: str = "") -> str:
        """Send a photo; the answer."""
        sid = sid or f"MM{next(self._numbers):032}"
        url = self.address(sid)
        self.twilio.upsert(responses.GET, url, body=picture, content_type="image/jpeg")
        more = {"MessageType": "image", "NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/jpeg"}
        return self.say(caption, phone, sid=sid, **more)

    def address(self, sid: str) -> str:
        """Where the medium of a message is at Twilio."""
        settings = self.service.settings
        account = settings.twilio_account_sid
        return f"{settings.api_base}/2010-04-01/Accounts/{account}/Messages/{sid}/Media/ME{sid[2:]}"

    def count(self, table: Any) -> int:
        with self.service.database.read() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def gate_phones(client: FlaskClient, service: Service) -> Iterator[Phones]:
    with service.database.write() as db:
        now = service.now()
        today = now.date()  # at night it is tomorrow at the event already, so it has several days
        days: dict[str, Any] = {"starts_on": today, "ends_on": today + timedelta(days=3)}
        events.create(db, slug="fair", name="Book Fair", gates=["Main"], now=now, **days)
        for phone, role in ((RAVI, "volunteer"), (MIRA, "supervisor")):
            person = people.find_or_make(db, phone=phone, now=now)
            person.language = "en"
            roster.add(db, "fair", phone=phone, name="Ravi", role=role, region="IN", now=now)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as twilio:
        yield Phones(client, service, twilio)


def issued(service: Service, size: int = 4, phone: str = "+919844444444") -> tuple[str, str]:
    """A pass for today: its code as it is kept, and its QR's text."""
    with service.database.write() as db:
        events.open_event(db, "fair")
        holder = people.find_or_make(db, phone=phone, now=service.now())
        days = events.days(db, "fair")
        today = next(day.day for day in days if day.day >= service.now().astimezone(ZoneInfo("Asia/Kolkata")).date())
        made = registrations.register(
            db, service.ring, **asking(holder, visit_date=today, party_size=size, now=service.now())
        )
        return made.code, tokens.qr_text(service.settings.origin, tokens.encode(tokens.token_of(made), service.ring))


# --- typed codes ------------------------------------------------------------------------------------------


def test_a_code_admits_once_its_repeat_names_the_volunteer_and_who_is_disabled_is_a_visitor(
    gate_phones: Phones, service: Service
) -> None:
    code, _ = issued(service)
    assert "Book Fair" in gate_phones.say("hi")
    first = gate_phones.say(code.lower(), sid="SMtyped")
    assert first.startswith("✅")
    service.redis.flushall()
    assert gate_phones.say(code, sid="SMtyped") == first
    again = gate_phones.say(f"{code[:4]} {code[4:]}")
    assert again.startswith("⛔")
    assert "by you" in again
    with service.database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert "⛔" not in gate_phones.say(f"out {code}")
    assert gate_phones.count(Checkin) == 1


# --- photos -------------------------------------------------------------------------------------------


def test_a_photo_admits_once_and_its_repeat_is_answered_the_same_without_the_photo(
    gate_phones: Phones, service: Service
) -> None:
    _, qr = issued(service)
    photo = as_file(shot(drawn(qr), angle=12))
    first = gate_phones.show(photo, sid="MM1")
    gate_phones.twilio.reset()
    service.redis.flushall()
    assert first.startswith("✅")
    assert (
        gate_phones.say("", sid="MM1", MessageType="image", NumMedia="1", MediaUrl0=gate_phones.address("MM1")) == first
    )
    assert gate_phones.count(Checkin) == 1
    assert gate_phones.show(photo).startswith("⛔")


def test_the_caption_says_how_many_and_both_passes_of_a_photo_are_answered(
    gate_phones: Phones, service: Service
) -> None:
    (_, one), (_, two) = issued(service), issued(service, 2, "+919855555555")
    assert "2" in gate_phones.show(as_file(shot(drawn(one))), "2").splitlines()[0]
    both = gate_phones.show(as_file(shot(drawn(one), drawn(two))), "check")
    assert sum("✅" in line for line in both.splitlines()) == 2
    with service.database.read() as db:
        assert db.scalars(select(Checkin.people)).all() == [2]


def test_whatever_a_volunteer_shows_is_to_be_deleted_and_nothing_of_it_is_kept(
    gate_phones: Phones, service: Service, tmp_path: Any
) -> None:
    _, qr = issued(service)
    gate_phones.show(as_file(shot(drawn(qr))))
    unreadable = gate_phones.show(b"no picture at all")
    assert unreadable
    assert not unreadable.startswith(("✅", "⛔"))
    with service.database.read() as db:
        rows = db.scalars(select(MediaDeletion)).all()
        kept = [repr((turn.answer, turn.state)) for turn in db.scalars(select(TurnRecord))]
    assert len(rows) == 2
    assert len({row.media_sid for row in rows}) == 2
    assert not any(qr in text for text in kept)
    assert not any(b"no picture at all" in value for value in _redis_values(service))


def _redis_values(service: Service) -> list[bytes]:
    """What is kept as a text of the conversations."""
    keys = [key for key in service.redis.scan_iter("c:*") if service.redis.type(key) == b"string"]
    return [value for value in service.redis.mget(keys) if isinstance(value, bytes)] if keys else []


def test_a_visitors_photo_is_neither_fetched_nor_deleted(gate_phones: Phones, service: Service) -> None:
    _, qr = issued(service)
    gate_phones.show(as_file(shot(drawn(qr))), phone=STRANGER)
    assert len(gate_phones.twilio.calls) == 0
    assert gate_phones.count(MediaDeletion) == 0
    assert gate_phones.count(Checkin) == 0


def test_who_is_disabled_is_a_visitor_at_the_next_photo(gate_phones: Phones, service: Service) -> None:
    _, qr = issued(service)
    with service.database.write() as db:
        roster.set_enabled(db, RAVI, False, region="IN")
    assert "✅" not in gate_phones.show(as_file(shot(drawn(qr))))
    assert (len(gate_phones.twilio.calls), gate_phones.count(Checkin)) == (0, 0)


def test_a_photo_whose_turn_breaks_is_deleted_all_the_same(
    gate_phones: Phones, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, qr = issued(service)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("flows.engine.step", breaks)
    assert gate_phones.show(as_file(shot(drawn(qr))))
    assert (gate_phones.count(MediaDeletion), gate_phones.count(Checkin)) == (1, 0)


def test_no_connection_is_held_while_twilio_is_asked(gate_phones: Phones, service: Service) -> None:
    _, qr = issued(service)
    held: list[int] = []
    photo = as_file(shot(drawn(qr)))

    def answer(_: Any) -> tuple[int, dict[str, str], bytes]:
        held.append(service.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # a QueuePool
        return 200, {}, photo

    gate_phones.twilio.add_callback(responses.GET, gate_phones.address("MM9"), answer)
    url = gate_phones.address("MM9")
    assert gate_phones.say("", sid="MM9", MessageType="image", NumMedia="1", MediaUrl0=url).startswith("✅")
    assert held == [0]


# --- walk-ups -----------------------------------------------------------------------------------------


def test_somebody_without_a_pass_is_registered_and_let_in_though_registration_is_closed(
    gate_phones: Phones, service: Service
) -> None:
    gate_phones.say("new Asha Rao 3 98765 43210")
    gate_phones.say("yes")
    answer = gate_phones.say("yes", sid="SMlast")
    assert answer.startswith("✅")
    with service.database.read() as db:
        record = db.scalars(select(WalkupRecord)).one()
        made = record.registration
        entry = db.scalars(select(Checkin)).one()
        owed = db.scalars(select(Delivery)).one()
        code = made.passes[0].code
        volunteer = roster.of_phone(db, RAVI)[0].id
    assert (made.full_name, made.channel, made.consent_version, made.language) == ("Asha Rao", "walkup", 1, "en")
    assert (record.request_id, record.staff_id) == ("SMlast", volunteer)
    assert (entry.people, entry.staff_id, entry.channel, entry.result) == (3, volunteer, "whatsapp", "admitted")
    assert (owed.kind, owed.lane, owed.pass_id) == ("link", "+919876543210", made.passes[0].id)
    assert f"{code[:4]}-{code[4:]}" in answer
    service.redis.flushall()
    assert gate_phones.say("yes", sid="SMlast") == answer
    assert gate_phones.count(Registration) == 1
    assert gate_phones.say(code).startswith("⛔")


def test_a_full_day_stops_a_volunteer_and_asks_a_supervisor(gate_phones: Phones, service: Service) -> None:
    with service.database.write() as db:
        events.change(db, "fair", capacity_per_day=2)
    assert "2" in gate_phones.say("new Asha Rao 3")
    gate_phones.say("cancel")
    gate_phones.say("new Asha Rao 3", MIRA)
    for answer in ("skip", "yes", "yes"):
        gate_phones.say(answer, MIRA)
    assert gate_phones.say("yes", MIRA).startswith("✅")
    assert gate_phones.count(WalkupRecord) == 1
    gate_phones.say("new Meera 1")
    assert gate_phones.count(WalkupRecord) == 1
    assert gate_phones.count(Delivery) == 0
