"""Proves that a phone's owner is still the same person: by the code of one of their former passes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.models import ChangedHands, Contact, ContactAlias, Pass
from bot.domain.people import phone_owners
from bot.errors import Refused, required
from flows.understanding import codes

MAX_TRIES_PER_HOUR = 5
"""Tries in an hour to prove with a pass code that a number is still one's own (docs/contract.md#who-somebody-is)."""
ONE_HOUR = timedelta(hours=1)


def count_try(db: Session, present: Contact, now: datetime) -> None:
    """Count a try of this person's, right or wrong. Raises Refused `too_many_proofs` (`minutes`)."""
    mine = [row.id for row in phone_owners.last_transfer(db, present)]
    # The oldest row counts for all: its lock serialises the person's tries.
    row = db.scalars(select(ChangedHands).where(ChangedHands.id.in_(mine[:1])).with_for_update()).first()
    if row is None:
        return
    if row.tries_since is None or now - row.tries_since >= ONE_HOUR:
        row.tries, row.tries_since = 0, now
    if row.tries >= MAX_TRIES_PER_HOUR:
        left = row.tries_since + ONE_HOUR - now
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        raise Refused("too_many_proofs", minutes=minutes)
    row.tries += 1
    db.flush()


def prove(db: Session, present: Contact, code: str) -> Contact:
    """Join somebody with who had their phone before and holds the pass of this code, valid or not; the one contact.

    Raises Refused `not_proved`, the same whether or not there is such a pass.
    """
    former = {row.contact_id for row in phone_owners.last_transfer(db, present)}
    holder = db.scalar(select(Pass.holder_id).where(Pass.code == codes.found(code), Pass.holder_id.in_(former)))
    language, stopped = present.language, present.stopped_at
    joined = required(people.join_proved(db, present.id, holder) if holder else None, Refused("not_proved"))
    joined.language, joined.stopped_at = language or joined.language, stopped
    phones = select(ContactAlias.value).where(
        ContactAlias.contact_id == joined.id, ContactAlias.kind == ContactAlias.PHONE
    )
    settled = (ChangedHands.contact_id == joined.id, ChangedHands.phone.in_(phones))
    db.execute(delete(ChangedHands).where(*settled).execution_options(synchronize_session=False))
    return joined
