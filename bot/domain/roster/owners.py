"""Owners: the people to whom the whole installation belongs. They make events, appoint admins and see every event.

The first one becomes it by a link that whoever starts the service is shown while there is none.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, exists, select
from sqlalchemy.orm import Session

from bot.domain import violations
from bot.domain.models import Owner, OwnerClaim
from bot.domain.roster import validation as roster_validation
from bot.domain.roster.devices import hashed
from bot.domain.upserts import added
from bot.errors import Refused
from flows.understanding.phones import canonical

PURPOSE = "owner"
"""The purpose of one-time codes by which the first owner shows that the phone is theirs."""
CLAIM_TTL = timedelta(days=3)
"""How long a link works: somebody who deploys on a Friday opens it on the Monday."""
TOKEN_BYTES = 24
IS_ONE = (Owner.enabled, Owner.unconfirmed_since.is_(None))
"""What makes a row an owner who may act."""


def add(db: Session, *, phone: str, name: str, region: str, now: datetime) -> Owner:
    """Make somebody an owner. Who is one already gets this name, and is whoever has the phone now.

    Raises Refused `not_a_phone`, `bad_name`, and `owner_already` where somebody else adds them at this moment.
    """
    number, named = roster_validation.phone(phone, region), roster_validation.name(name)
    known = db.scalar(select(Owner).where(Owner.phone == number).with_for_update())
    if known is not None:
        known.name, known.enabled, known.unconfirmed_since = named, True, None
        db.flush()
        return known
    made = Owner(phone=number, name=named, enabled=True, session_number=0, created_at=now)
    return violations.add(db, made, "uq_owners_phone", Refused("owner_already"))


def remove(db: Session, phone: str, *, region: str) -> Owner:
    """Let somebody be an owner no more; they are signed out at once. Their places on rosters stay.

    Raises Refused `not_a_phone`, `not_an_owner`, and `last_owner`: an installation of nobody's could be claimed.
    """
    number = roster_validation.phone(phone, region)
    everybody = {owner.phone: owner for owner in db.scalars(_ordered().with_for_update())}
    if number not in everybody:
        raise Refused("not_an_owner")
    if len(everybody) == 1:
        raise Refused("last_owner")
    former = everybody[number]
    former.enabled = False
    former.session_number += 1
    db.flush()
    return former


def list_owners(db: Session) -> list[Owner]:
    """The owners, by name; those too who must be confirmed."""
    return list(db.scalars(_ordered()))


def find(db: Session, phone: str) -> Owner | None:
    """The owner with this phone (E.164), who is the same person as when they became it."""
    return db.scalar(select(Owner).where(Owner.phone == canonical(phone), *IS_ONE))


def by_id(db: Session, owner_id: int, session_number: int) -> Owner | None:
    """The owner of a session."""
    mine = select(Owner).where(Owner.id == owner_id, Owner.session_number == session_number)
    return db.scalar(mine.where(*IS_ONE))


def new_claim(db: Session, now: datetime) -> str | None:
    """The secret part of a link for the first owner, which makes the one before void; None where there is one."""
    if _has_any(db):
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.execute(delete(OwnerClaim))
    added(db, OwnerClaim(token_hash=hashed(token), made_at=now))
    return token


def check_claim(db: Session, token: str, now: datetime) -> None:
    """Look whether a link still makes an owner, spending nothing. Raises Refused `claim_used`, `claim_expired`."""
    if _has_any(db):
        raise Refused("claim_used")
    made_at = db.scalar(select(OwnerClaim.made_at).where(OwnerClaim.token_hash == hashed(token)))
    if made_at is None or now >= made_at + CLAIM_TTL:
        raise Refused("claim_expired")


def claim(db: Session, token: str, *, phone: str, name: str, region: str, now: datetime) -> Owner:
    """Spend the link: the first owner. Of several who do it at the same time one becomes it.

    Raises Refused as `check_claim` and `add` do.
    """
    check_claim(db, token, now)
    spent = db.execute(delete(OwnerClaim).where(OwnerClaim.token_hash == hashed(token)))
    if not cast("CursorResult[Any]", spent).rowcount:
        raise Refused("claim_used")
    return add(db, phone=phone, name=name, region=region, now=now)


def _ordered() -> Select[Owner]:
    return select(Owner).where(Owner.enabled).order_by(Owner.name, Owner.id)


def _has_any(db: Session) -> bool:
    return bool(db.scalar(select(exists().where(Owner.enabled))))
