"""Who is at work and silent: they cannot hear that entry is stopped."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.domain import roster
from bot.domain.models import Device, Event, Staff
from bot.domain.roster import devices, gates, offline_staff
from tests.bot.domain.builders import NOW

MINUTE = timedelta(minutes=1)


def names(db: Session, slug: str, minutes: int) -> list[str]:
    """Whom the list has so many minutes later."""
    db.expire_all()
    return [one.name for one in offline_staff.list_silent(db, slug, NOW + minutes * MINUTE)]


def test_phones_and_scanners_are_listed_after_five_minutes_and_forgotten_at_night(db: Session, fair: Event) -> None:
    gates.add(db, fair.slug, "Main")
    ravi = roster.add(db, fair.slug, phone="+919811111111", name="Ravi", gate="main", region="IN", now=NOW)
    roster.add(db, fair.slug, phone="+919822222222", name="Never here", region="IN", now=NOW)
    scanner, _token = devices.add(db, fair.slug, name="Scanner", gate=None, now=NOW)
    offline_staff.mark_seen(db, Staff, ravi.id, NOW)
    offline_staff.mark_seen(db, Device, scanner.id, NOW + 2 * MINUTE)
    assert names(db, fair.slug, 5) == []
    assert names(db, fair.slug, 6) == ["Ravi"]
    assert [one.gate for one in offline_staff.list_silent(db, fair.slug, NOW + 8 * MINUTE)] == ["main", None]
    assert names(db, fair.slug, 121) == ["Scanner"]
    offline_staff.mark_seen(db, Staff, ravi.id, NOW + 8 * MINUTE)
    roster.set_enabled(db, ravi.phone, True, region="IN")
    assert names(db, fair.slug, 9) == ["Scanner"]
    assert names(db, fair.slug, 20) == ["Scanner", "Ravi"]
    devices.revoke(db, fair.slug, "Scanner", NOW)
    roster.set_enabled(db, ravi.phone, False, region="IN")
    assert names(db, fair.slug, 20) == []
