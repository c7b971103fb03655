"""A number that WhatsApp writes otherwise than people dial it is one number at every door."""

from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy.orm import Session

from bot.delivery.outbox.session_window import SessionWindows
from bot.domain import people, roster
from bot.domain.checkins import search as gate_search
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import OwnOtps, window_key
from bot.domain.models import Event
from bot.domain.passes import registration as registrations
from bot.domain.roster import duty
from bot.domain.roster import sessions as staff_sessions
from flows.fields import Phone
from flows.shapes import UserInput
from tests.bot.domain.builders import DAY, NOW, SECRET, asking

pytestmark = pytest.mark.databases("sqlite")
FORMS = [
    pytest.param("+551187654321", "+5511987654321", "BR", "11 8765 4321", id="Brazil"),
    pytest.param("+5215512345678", "+525512345678", "MX", "55 1234 5678", id="Mexico"),
    pytest.param("+541123456789", "+5491123456789", "AR", "11 2345-6789", id="Argentina"),
]
"""As WhatsApp may write it, as it is dialled today, the country, and as somebody there types it."""
AT_THE_FAIR = NOW + timedelta(days=(DAY - NOW.date()).days)


@pytest.mark.parametrize(("written", "today", "region", "typed"), FORMS)
def test_the_roster(db: Session, fair: Event, written: str, today: str, region: str, typed: str) -> None:
    added = roster.add(db, "fair", phone=typed, name="Ravi", region=region, now=NOW)
    assert added.phone == today
    for form in (written, today):
        assert duty.current_duty(db, form, NOW) is not None
        assert staff_sessions.may_sign_in(db, form)
        assert [one.id for one in roster.set_enabled(db, form, True, region="IN")] == [added.id]


@pytest.mark.parametrize(("written", "today", "region", "typed"), FORMS)
def test_find(db: Session, fair: Event, ring: KeyRing, written: str, today: str, region: str, typed: str) -> None:
    ravi = roster.add(db, "fair", phone="+919812345678", name="Ravi", region="IN", now=NOW)
    asha = people.find_or_make(db, phone=written, now=NOW)
    registrations.register(db, ring, **asking(asha))
    meant = Phone().parse(UserInput(typed), {"region": region, "own": None})
    for form in (written, today, meant):
        found, _more = gate_search.find(db, "fair", staff_id=ravi.id, phone=form, now=AT_THE_FAIR)
        assert [one.name for one in found] == ["Asha Verma"]


@pytest.mark.parametrize(("written", "today", "region", "typed"), FORMS)
def test_a_code_goes_where_the_person_writes_from_and_from_whom_they_wrote_to(
    redis: "Redis", written: str, today: str, region: str, typed: str
) -> None:
    lane, sender, other = f"whatsapp:{written}", "whatsapp:+14155238886", "whatsapp:+14155550123"
    redis.set(window_key(lane), int(NOW.timestamp() * 1000))
    windows = SessionWindows(redis)
    windows.open(lane, other, NOW - timedelta(hours=2))
    windows.open(lane, sender, NOW - timedelta(hours=1))
    otps = OwnOtps(redis, SECRET, sms=False, template=False)
    meant = Phone().parse(UserInput(typed), {"region": region, "own": None})
    assert otps.ask("register", meant, "whatsapp:+919812345678", NOW) == lane
    assert windows.last(lane, (sender, other)) == sender
    windows.open(lane, other, NOW)
    assert windows.last(lane, (sender, other)) == other
    assert windows.last("whatsapp:+911", (sender, other)) is None


@pytest.mark.parametrize(("written", "today", "region", "typed"), FORMS)
def test_somebody_else_is_who_writes_under_the_other_form(
    db: Session, fair: Event, ring: KeyRing, written: str, today: str, region: str, typed: str
) -> None:
    meant = Phone().parse(UserInput(typed), {"region": region, "own": None})
    asha = people.find_or_make(db, phone="+919812345678", now=NOW)
    issued = registrations.register(db, ring, **asking(asha, phone=meant))
    known = people.find(db, phone=written)
    assert known is not None
    assert issued.holder_id == known.id
