"""The audit log: who did what, and when."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from bot.domain.events.rows import get_event
from bot.domain.models import AuditEntry, Pass, Registration, Staff
from bot.domain.upserts import added
from flows.understanding import codes

SEARCHED = "pass_found"
"""Looked for passes by name or phone."""
GUESS_LOOKED_UP = "guess_looked_at"
"""Asked about codes that are no pass (`check`); scans of such are kept as attempts."""
NEAR_CODE_OFFERED = "near_pass_offered"
"""Was offered the pass that differs by one character from what was typed."""
COUNT_UNDONE = "count_taken_back"
"""Took back a count of people without a pass: `people`, `direction`."""
ENTRY_PAUSED = "entry_paused"
ENTRY_RESUMED = "entry_resumed"
STAFF_RESUMED = "staff_resumed"
"""Ended somebody's pause for guessing."""
EXPORTED = "exported"
"""Took a table out as a file."""
EXPORT_STARTED, EXPORT_FETCHED, EXPORT_DELETED = "export_started", "export_downloaded", "export_deleted"
"""On the web: asked for a file that the server makes, downloaded it, deleted it."""
SLIP_PRINTED = "slip_printed"
"""Printed the slip of a pass that there was already."""
PERSON_VIEWED = "person_viewed"
"""Looked at everything that is known of somebody, or of somebody's pass."""

EVENT_MADE, EVENT_CHANGED, EVENT_COPIED = "event_created", "event_changed", "event_cloned"
EVENT_OPENED, EVENT_CLOSED, EVENT_CANCELLED = "event_opened", "event_closed", "event_cancelled"
DAY_CHANGED, DAY_CANCELLED, QUESTIONS_SET = "day_changed", "day_cancelled", "questions_set"
TEXTS_SET, NOTICE_SET = "texts_set", "notice_set"
KIND_ADDED, KIND_CHANGED = "kind_added", "kind_changed"
KIND_RETIRED, KIND_RESTORED = "kind_retired", "kind_restored"
SETUP_TICKED = "setup_ticked"
"""Ticked a line of the list before the event, or took the tick away."""
TRIAL_PASS_SENT = "trial_pass_sent"  # noqa: S105 - an entry pass
"""Registered their own number to try it."""
GATE_ADDED, GATE_CLOSED, GATE_OPENED = "gate_added", "gate_closed", "gate_opened"
STAFF_ADDED, STAFF_CHANGED, STAFF_IMPORTED = "staff_added", "staff_changed", "staff_imported"
STAFF_ENABLED, STAFF_DISABLED = "staff_enabled", "staff_disabled"
TEAM_INVITED, INVITATION_ENDED = "team_invited", "invitation_ended"
JOIN_CONFIRMED, JOIN_DECLINED = "join_confirmed", "join_declined"
OWNER_ADDED, OWNER_REMOVED, OWNER_CLAIMED = "owner_added", "owner_removed", "owner_claimed"
"""The last: became the first owner by the link."""
DEVICE_ADDED, DEVICE_REVOKED, DEVICE_ROLLED = "device_added", "device_revoked", "device_rolled"
PASS_RESENT, PASS_REVOKED, PASS_REISSUED = "pass_resent", "pass_revoked", "pass_reissued"
PASS_MOVED = "pass_moved"  # noqa: S105 - an entry pass
"""Moved a pass to another person."""
DELIVERIES_RETRIED, SENDER_RESUMED = "deliveries_retried", "sender_resumed"
TEMPLATES_SYNCED, TEMPLATES_REMOVED = "templates_synced", "templates_removed"
KEY_ROLLED, KEY_RETIRED, KEYS_REWRAPPED = "key_rolled", "key_retired", "keys_rewrapped"
DATABASE_UPGRADED = "database_upgraded"
DATABASE_RESTORED = "database_restored"
RECONCILED = "reconciled"
PERSON_ERASED, PURGED = "person_erased", "purged"
STATS_REBUILT, ALERTS_SET = "stats_rebuilt", "alerts_set"
VISITORS_IMPORTED = "visitors_imported"
"""Brought a list of people as a file: its digest, and how many rows came to what."""
IMPORT_ACT = "import"
"""The channel of registrations that came so."""
LIST_ADDED, LIST_CHANGED, LIST_CONFIRMED, LIST_DELETED = "list_added", "list_changed", "list_confirmed", "list_deleted"
"""On the web: dropped a list of people, had it read in another way, had its people registered, deleted it."""
PASSES_HANDED_OUT, SHEET_FETCHED = "passes_handed_out", "sheet_downloaded"
BROADCAST_BEGUN, BROADCAST_CANCELLED = "broadcast_begun", "broadcast_cancelled"
BROADCAST_PAUSED, BROADCAST_RESUMED = "broadcast_paused", "broadcast_resumed"
REMINDER_SET, REPORT_SET, REPORT_SENT = "reminder_set", "report_set", "report_sent"


def record(
    db: Session,
    what: str,
    *,
    now: datetime,
    event_id: int | None = None,
    staff_id: int | None = None,
    actor: str = "",
    about: dict[str, Any] | None = None,
) -> AuditEntry:
    """Keep one act; `actor` where it was nobody of a roster."""
    return added(
        db, AuditEntry(at=now, what=what, event_id=event_id, staff_id=staff_id, actor=actor, about=about or {})
    )


def count(db: Session, staff_id: int, what: str, since: datetime) -> int:
    """How often somebody has done this after the moment."""
    mine = select(func.count()).where(AuditEntry.staff_id == staff_id, AuditEntry.what == what, AuditEntry.at > since)
    return db.scalar(mine) or 0


def count_of_actor(db: Session, event_id: int, actor: str, what: str, since: datetime) -> int:
    """How often an actor who is on no roster did this at an event since a moment."""
    mine = select(func.count()).where(AuditEntry.event_id == event_id, AuditEntry.what == what, AuditEntry.at > since)
    return db.scalar(mine.where(AuditEntry.actor == actor)) or 0


def search(
    db: Session,
    *,
    slug: str = "",
    who: str = "",
    what: str = "",
    text: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    oldest_first: bool = False,
    beyond: int = 0,
    limit: int = 100,
) -> list[AuditEntry]:
    """The newest (`oldest_first`: oldest) entries that fit all that is said, at most so many, each with its volunteer;
    `beyond` an entry's id those that follow it in that order.

    `who`: part of a name, given with `--as` or on a roster; `what`: an act or the beginning of one; `text`:
    anywhere in what the entry is about, such as a slug or a pass code, the latter typed in any form: it finds
    the list with which the pass came as well. Raises Refused `no_such_event`.
    """
    conditions = list(_conditions(slug and get_event(db, slug, lock=False).id, what, text, since, until))
    if beyond:
        conditions.append(AuditEntry.id > beyond if oldest_first else AuditEntry.id < beyond)
    if who:
        conditions.append(or_(_contains(AuditEntry.actor, who), _contains(Staff.name, who)))
    order = AuditEntry.id.asc() if oldest_first else AuditEntry.id.desc()
    found = select(AuditEntry).outerjoin(Staff, Staff.id == AuditEntry.staff_id).where(*conditions)
    whole = found.options(joinedload(AuditEntry.staff)).order_by(order).limit(limit)
    return list(db.scalars(whole))


def _conditions(
    event_id: int | str, what: str, text: str, since: datetime | None, until: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if event_id:
        yield AuditEntry.event_id == event_id
    if what:
        yield AuditEntry.what.startswith(what, autoescape=True)
    if text:
        about = cast(AuditEntry.about, String)
        code = codes.found(text)
        forms = (text, codes.shown(code)) if code else (text,)
        brought = [AuditEntry.id == _import_of(code)] if code else []
        yield or_(*(_contains(about, json.dumps(form)[1:-1]) for form in forms), *brought)
    if since:
        yield AuditEntry.at >= since
    if until:
        yield AuditEntry.at < until


def _import_of(code: str) -> Any:
    """The entry of the list with which the pass's registration came, if it came with one: it names no codes."""
    earlier = aliased(AuditEntry)
    mine = select(func.max(earlier.id)).join(Registration, Registration.event_id == earlier.event_id)
    return (
        mine.join(Pass, Pass.registration_id == Registration.id)
        .where(Pass.code == code, Registration.channel == IMPORT_ACT)
        .where(earlier.what == VISITORS_IMPORTED, earlier.at <= Registration.created_at)
        .scalar_subquery()
    )


def _contains(column: ColumnElement[Any] | Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)
    return found
