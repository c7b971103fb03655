"""Makes somebody the first owner: who has the link and shows that the phone is theirs by a code."""

from datetime import datetime

from bot.database import Database
from bot.delivery.outbox.enqueue import mark_code_used
from bot.domain import audit
from bot.domain.audit import recorder
from bot.domain.messaging.otp import Otps
from bot.domain.roster import owners
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sessions import SessionMark


def claim(
    database: Database,
    otps: Otps,
    *,
    token: str,
    phone: str,
    name: str,
    asker: str,
    otp: str,
    attempt: str,
    region: str,
    now: datetime,
) -> SessionMark:
    """The first owner's session. Raises Refused as Otps.verify and owners.claim do."""
    bound = {"purpose": owners.PURPOSE, "phone": phone, "asker": asker}
    otps.verify(**bound, otp=otp, attempt=attempt, now=now)
    with database.write() as db, recorder.audited(db, audit.OWNER_CLAIMED, now=now, actor=name):
        owners.claim(db, token, phone=phone, name=name, region=region, now=now)
        mark_code_used(db, **bound, now=now)
        return staff_sessions.begin_for(db, phone, now)
