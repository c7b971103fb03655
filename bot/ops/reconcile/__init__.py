"""Compares what belongs together: registrations and passes, places, entries, figures, deliveries and Twilio's list.

Outsiders use `compare`. What can be mended without a guess is mended where that is asked for; the rest is for people.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.ops.reconcile import entries, messages, registrations
from bot.ops.reconcile.difference import Difference
from bot.ops.reconcile.messages import Listed

__all__ = ["Difference", "Listed", "compare"]


def compare(db: Session, listed: Listed, *, since: datetime, now: datetime, repair: bool = False) -> list[Difference]:
    """Every difference. `listed` is Twilio's list from `since` on (bot.ops.reconcile.messages.listed)."""
    return [
        *messages.differences(db, listed, since, now, repair=repair),
        *registrations.differences(db, now, repair=repair),
        *entries.differences(db, repair=repair),
    ]
