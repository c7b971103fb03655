"""When an event's admins are told the figures of the day, and whom."""

from collections.abc import Collection
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.domain.events.rows import get_event
from bot.domain.models import DailyReport, Staff
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused

DEFAULT_HOUR = time(21)
"""Where no other is said."""
ADMIN = "admin"


def find(db: Session, event_id: int) -> DailyReport | None:
    """What is set for an event; None: no report."""
    return db.get(DailyReport, event_id)


def set_report(db: Session, slug: str, at: time, staff: Collection[int], now: datetime) -> DailyReport:
    """Report every day at this hour of the event's zone, to these admins (nobody: to every admin).

    Where the hour has passed today the first one comes tomorrow. Raises Refused `no_such_event`, `not_an_admin`.
    """
    event = get_event(db, slug, lock=True)
    if set(staff) - {admin.id for admin in admins(db, event.id)}:
        raise Refused("not_an_admin")
    local = now.astimezone(ZoneInfo(event.timezone))
    row = find(db, event.id) or DailyReport(event_id=event.id, sent_on=None)
    db.add(row)
    if row.sent_on is None and local.time() >= at:
        row.sent_on = local.date()
    row.at, row.staff = at, sorted(set(staff))
    db.flush()
    return row


def stop(db: Session, slug: str) -> None:
    """No more reports. Raises Refused `no_such_event`."""
    row = find(db, get_event(db, slug, lock=True).id)
    if row is not None:
        db.delete(row)
        db.flush()


def admins(db: Session, event_id: int) -> list[Staff]:
    """Who of the roster may get it, by name."""
    wanted = select(Staff).where(Staff.event_id == event_id, Staff.enabled, Staff.role == ADMIN)
    return list(db.scalars(wanted.order_by(Staff.name, Staff.id)))


def admins_of_phones(db: Session, event_id: int, phones: Collection[str], region: str) -> list[int]:
    """The numbers of the admins with these phones. Raises Refused `not_a_phone`, `not_an_admin`."""
    known = {admin.phone: admin.id for admin in admins(db, event_id)}
    wanted = [roster_validation.phone(phone, region) for phone in phones]
    if set(wanted) - known.keys():
        raise Refused("not_an_admin")
    return [known[phone] for phone in wanted]


def take_turn(db: Session, event_id: int, day: date) -> DailyReport | None:
    """The report of this date, for the first who asks; None for all others, also of another process."""
    first = or_(DailyReport.sent_on.is_(None), DailyReport.sent_on < day)
    taking = update(DailyReport).where(DailyReport.event_id == event_id, first).values(sent_on=day)
    if db.scalar(taking.returning(DailyReport.event_id)) is None:
        return None
    return db.get(DailyReport, event_id, populate_existing=True)
