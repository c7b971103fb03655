"""Sends the one-time code with which somebody on the roster signs in to the staff pages.

What is answered is the same for every number, on a roster or not: the same limits, the same row in the
outbox (the worker lets go what is for a number of no roster), one and the same refusal of a code.
"""

from dataclasses import replace
from datetime import datetime

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox.enqueue import enqueue_otp, mark_code_used
from bot.domain import events
from bot.domain.messaging.otp import Otps
from bot.domain.messaging.otp_limits import Origin
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sessions import PURPOSE, SessionMark
from bot.errors import Refused


def send_code(
    database: Database,
    otps: Otps,
    outbox: Outbox,
    *,
    phone: str,
    asker: str,
    attempt: str,
    origin: Origin,
    language: str,
    now: datetime,
    purpose: str = PURPOSE,
) -> None:
    """Send a code to this phone (E.164), if it may sign in; nothing tells whether it may.

    `asker` names the browser, `attempt` this asking; for another purpose any phone gets one. Raises Refused as
    Otps.ask does.
    """
    countries = database.ask(events.sms_countries, "", now)
    bound = {"purpose": purpose, "phone": phone, "asker": asker}
    lane = otps.ask(**bound, now=now, attempt=attempt, origin=replace(origin, countries=countries, for_staff=True))
    sender = outbox.windows.last(lane, outbox.settings.twilio_whatsapp_from)
    owed = database.do(enqueue_otp, **bound, language=language, address=lane, now=now, sender=sender)
    outbox.dispatch([owed])


def check_code(
    database: Database, otps: Otps, *, phone: str, asker: str, otp: str, attempt: str, now: datetime
) -> SessionMark:
    """A session for whoever has the code, at the event that comes first. Raises Refused `sign_in_code`."""
    bound = {"purpose": PURPOSE, "phone": phone, "asker": asker}
    try:
        otps.verify(**bound, otp=otp, attempt=attempt, now=now)
    except Refused:
        # The number of tries left, or a code on its way, would tell that the number is on a roster.
        raise Refused("sign_in_code") from None
    with database.write() as db:
        try:
            mark = staff_sessions.begin_for(db, phone, now)
        except Refused:
            raise Refused("sign_in_code") from None
        mark_code_used(db, **bound, now=now)
        return mark
