"""The backoff: when to try a failed message again, and when to give up."""

import secrets
from datetime import datetime, timedelta

from bot.delivery.twilio.error_codes import Class, class_of, least_wait, may_retry
from bot.timeouts import FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS, MAX_TRIES_OF_ONCE

SOON, STILL_SOON = 3, 9
"""Where the sender was too fast its rate is lower from then on, and the message only lets others pass: from the third
try to the ninth its pauses do not grow."""
_CHANCE = secrets.SystemRandom()


def delay_seconds(attempts: int, minimum: float = 0.0) -> float:
    """The pause after this many tries: doubling, spread by half so that many failures do not return as one wave.

    `minimum` is what the provider asked for; the spread comes on top of it.
    """
    pause = min(FIRST_DELAY_SECONDS * 2.0 ** max(attempts - 1, 0), MAX_DELAY_SECONDS)
    spread = _CHANCE.uniform(0.5, 1.0) * pause
    return max(spread, minimum * _CHANCE.uniform(1.0, 1.25))


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
