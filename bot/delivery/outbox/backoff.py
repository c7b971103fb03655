"""The backoff: when to try a failed message again, and when to give up."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from bot.delivery.twilio.error_codes import Class, class_of, least_wait, may_retry
from bot.timeouts import FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS, MAX_TRIES_OF_ONCE

SOON, STILL_SOON = 3, 9
"""Where the sender was too fast its rate is lower from then on, and the message only lets others pass: from the third
try to the ninth its pauses do not grow."""
STUCK_AFTER = timedelta(hours=1)
"""Rows of work that is tried again need a person's attention when they are older."""
_CHANCE = secrets.SystemRandom()


def delay_seconds(attempts: int, minimum: float = 0.0) -> float:
    """The pause after this many tries: doubling, spread by half so that many failures do not return as one wave.

    `minimum` is what the provider asked for; the spread comes on top of it.
    """
    pause = min(FIRST_DELAY_SECONDS * 2.0 ** max(attempts - 1, 0), MAX_DELAY_SECONDS)
    spread = _CHANCE.uniform(0.5, 1.0) * pause
    return max(spread, minimum * _CHANCE.uniform(1.0, 1.25))


def settle(
    db: Session, table: Any, which: ColumnElement[bool], reason: str | None, attempts: int, now: datetime
) -> None:
    """What became of a row that is tried again (bot.domain.models.base.TriedAgain): without a `reason`, a code, it is
    done and goes; else it waits for its next try.
    """
    if reason is None:
        db.execute(delete(table).where(which))
        return
    later = now + timedelta(seconds=delay_seconds(attempts))
    db.execute(update(table).where(which).values(attempts=attempts, not_before=later, reason=reason))


def count_waiting(db: Session, table: Any, now: datetime) -> tuple[int, Any]:
    """How many such rows wait, and the oldest where it has for over STUCK_AFTER, else None."""
    stuck = select(table).where(table.created_at < now - STUCK_AFTER).order_by(table.created_at).limit(1)
    return db.scalar(select(func.count()).select_from(table)) or 0, db.scalars(stuck).first()


def next_try(
    now: datetime,
    attempts: int,
    give_up_at: datetime,
    *,
    code: int | None,
    wait: float | None,
    too_fast: bool = False,
) -> datetime:
    """The moment of the next try; never after `give_up_at`, when the row is looked at for the last time.

    `too_fast`: not the message was refused but the sender's rate.
    """
    least = max(wait or 0.0, least_wait(code))
    if too_fast:
        attempts = max(min(attempts, SOON), attempts - (STILL_SOON - SOON))
    return min(now + timedelta(seconds=delay_seconds(attempts, least)), give_up_at)


def may_try_again(code: int | None, attempts: int) -> bool:
    """Whether another try is due after Twilio's error code."""
    return may_retry(code) and not (class_of(code) is Class.ONCE and attempts >= MAX_TRIES_OF_ONCE)
