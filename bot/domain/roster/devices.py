"""Scanners: each has a token, shown once and kept as a hash."""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from bot.database import Database
from bot.domain import events, violations
from bot.domain.events.rows import get_event
from bot.domain.models import Device, Event, Gate, table
from bot.domain.roster import gates
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused, required

TOKEN_BYTES = 32
PREFIX = "pravesh_"
"""Prefix of every token, so that one that has leaked can be recognised."""


def add(db: Session, slug: str, *, name: str, gate: str | None, now: datetime) -> tuple[Device, str]:
    """A new scanner and its token, which is nowhere else.

    Raises Refused `no_such_event`, `bad_name`, `no_such_gate`, `device_taken` (`name`).
    """
    event = events.by_slug(db, slug)
    gate_id = gates.find(db, event.id, gate).id if gate else None
    token = _new_token()
    named = roster_validation.name(name)
    device = Device(event_id=event.id, name=named, gate_id=gate_id, token_hash=hashed(token), created_at=now)
    violations.add(db, device, "uq_devices_name_in_use", Refused("device_taken", name=named))
    return device, token


def in_use(db: Session, slug: str, name: str) -> Device:
    """The scanner of this name that is not revoked, locked.

    Raises Refused `no_such_event`, `no_such_device` (`name`).
    """
    event = get_event(db, slug, lock=False)
    wanted = " ".join(name.split())
    mine = select(Device).where(Device.event_id == event.id, Device.name == wanted, Device.revoked_at.is_(None))
    return required(db.scalars(mine.with_for_update()).first(), Refused("no_such_device", name=name))


def revoke(db: Session, slug: str, name: str, now: datetime) -> Device:
    """Shut a scanner out, from its next request on. Raises Refused as `in_use` does."""
    device = in_use(db, slug, name)
    device.revoked_at = now
    db.flush()
    return device


def roll(db: Session, slug: str, name: str) -> tuple[Device, str]:
    """A new token for a scanner; the old one ends. Raises Refused as `in_use` does."""
    device, token = in_use(db, slug, name), _new_token()
    device.token_hash = hashed(token)
    db.flush()
    return device, token


def list_devices(db: Session, slug: str) -> list[Device]:
    """The scanners of an event, revoked ones too, in the order in which they were added."""
    event = events.by_slug(db, slug)
    mine = select(Device).where(Device.event_id == event.id).order_by(Device.id)
    return list(db.scalars(mine.options(joinedload(Device.gate))))


class Scanner(NamedTuple):
    """A scanner that asks something of us."""

    id: int
    name: str
    event_id: int
    seen_at: datetime | None
    paused_until: datetime | None
    event: str
    """The slug."""
    gate: str | None
    """The slug of its gate."""


_DEVICES, _EVENTS, _GATES = table(Device), table(Event), table(Gate)
_OF_TOKEN = (
    select(
        *(_DEVICES.c[name] for name in ("id", "name", "event_id", "seen_at", "paused_until")),
        _EVENTS.c.slug,
        _GATES.c.slug,
    )
    .select_from(
        _DEVICES.join(_EVENTS, _EVENTS.c.id == _DEVICES.c.event_id).outerjoin(_GATES, _GATES.c.id == _DEVICES.c.gate_id)
    )
    .where(_DEVICES.c.token_hash == bindparam("token_hash"), _DEVICES.c.revoked_at.is_(None))
)


def by_token(database: Database, token: str) -> Scanner | None:
    """The scanner of a token that has not been revoked: one statement, since every scan asks."""
    rows = database.look(_OF_TOKEN, {"token_hash": hashed(token)})
    return Scanner._make(rows[0]) if rows else None


def resume(db: Session, event_id: int, name: str, now: datetime) -> list[Device]:
    """End the pause of the scanner of this name; none where none has one."""
    mine = select(Device).where(Device.event_id == event_id, Device.paused_until > now).with_for_update()
    wanted = " ".join(name.split()).casefold()
    found = [device for device in db.scalars(mine) if device.name.casefold() == wanted]
    for device in found:
        device.paused_until = None
    db.flush()
    return found


def hashed(token: str) -> str:
    """The hash of a token, which is all that is kept of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _new_token() -> str:
    return PREFIX + secrets.token_hex(TOKEN_BYTES)
