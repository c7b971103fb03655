"""Rotation of the keys that sign passes: roll in a new one, retire an old one."""

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.keys import SEED_BYTES, KeyRing
from bot.domain.models import Pass, SigningKey
from bot.domain.upserts import added
from bot.errors import Refused

MAX_KEYS = 255
"""The token gives a key one byte, and 0 is none."""


def list_keys(db: Session) -> list[SigningKey]:
    """Every key, the oldest first."""
    return list(db.scalars(select(SigningKey).order_by(SigningKey.id)))


def roll(db: Session, ring: KeyRing, now: datetime) -> SigningKey:
    """A new key, which signs every pass from now on; other processes use it within keys.REFRESH_SECONDS.

    What earlier keys signed stays good. Raises Refused `too_many_keys` (`most`).
    """
    newest = max((key.id for key in _lock_keys(db)), default=0)
    if newest >= MAX_KEYS:
        raise Refused("too_many_keys", most=MAX_KEYS)
    return added(db, ring.sealed(newest + 1, secrets.token_bytes(SEED_BYTES), now))


def retire(db: Session, number: int, now: datetime) -> SigningKey:
    """Believe this key no more: a QR that it signed is `forged`, everywhere within keys.REFRESH_SECONDS.

    The passes themselves stay: their codes let people in, and their QR is signed anew, by the current
    key, wherever it is shown or sent again. Raises Refused `no_such_key` (`key`), `key_retired` (`key`),
    and `key_is_current` (`key`) for the one that signs: roll another in first.
    """
    keys = {key.id: key for key in _lock_keys(db)}
    if number not in keys:
        raise Refused("no_such_key", key=str(number))
    if keys[number].retired_at is not None:
        raise Refused("key_retired", key=str(number))
    if number == max(key.id for key in keys.values() if key.retired_at is None):
        raise Refused("key_is_current", key=str(number))
    keys[number].retired_at = now
    db.flush()
    return keys[number]


def rewrap(db: Session, ring: KeyRing, secret_key: str) -> int:
    """Seal every key under another secret instead; how many there are. `ring` has the present one.

    Running processes go on with the keys that they have opened; whoever starts needs the new secret.
    """
    keys = _lock_keys(db)
    for key in keys:
        key.sealed_seed = ring.rewrapped(key, secret_key)
    db.flush()
    return len(keys)


def valid_passes(db: Session, number: int) -> int:
    """How many valid passes, of whatever day, were first signed with a key. Reads the whole table of passes."""
    mine = select(func.count()).select_from(Pass).where(Pass.key_id == number, Pass.status == Pass.VALID)
    return db.scalar(mine) or 0


def _lock_keys(db: Session) -> list[SigningKey]:
    """Every key, held until the transaction ends: two who roll at once get two keys."""
    return list(db.scalars(select(SigningKey).order_by(SigningKey.id).with_for_update()))
