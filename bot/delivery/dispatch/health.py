"""Checks whether messages can leave: Twilio, our own address and the outbox, for `doctor`.

Each function returns what it saw or raises NotReady with one line for a person.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from bot.address import on_whatsapp
from bot.database import Database
from bot.delivery import templates
from bot.delivery.dispatch.take import MAX_CLOCK_OFFSET
from bot.delivery.outbox import leases
from bot.delivery.outbox.rate_limit import RateLimiter
from bot.delivery.outbox.senders import senders
from bot.delivery.outbox.statuses import FAILED_STATUSES
from bot.delivery.twilio.error_codes import Class
from bot.delivery.twilio.http import TwilioHttp
from bot.domain.messaging import content_templates
from bot.domain.models import Contact, Delivery
from bot.errors import NotReady
from bot.settings import Settings
from bot.timeouts import TWILIO_CHECK_TIMEOUT_SECONDS

ACCOUNTS = "https://api.twilio.com/2010-04-01/Accounts"
SERVICES = "https://messaging.twilio.com/v1/Services"
SENDERS = "https://messaging.twilio.com/v2/Channels/Senders"
"""The address of Twilio's list of WhatsApp senders (its 'Senders API')."""
SANDBOX = on_whatsapp("+14155238886")
"""Twilio's sandbox, which belongs to no account and is in no list."""
PENDING_APPROVALS = (templates.APPROVED, "received", "pending")
"""WhatsApp's words for a template that is approved or still being looked at."""
STUCK_AFTER = timedelta(minutes=5)
"""How long a message that may leave can wait before it counts as stuck: the sweep comes every 5 s."""


def twilio_answers(settings: Settings) -> str:
    """The account's state. Raises NotReady where Twilio is not reached, refuses us, or has closed the account."""
    answer = _ask(settings, f"{ACCOUNTS}/{settings.twilio_account_sid}.json")
    state = _json(answer).get("status")
    if state != "active":
        raise NotReady(f"Twilio: the account is {state or 'unknown'}, not active")
    return "answers, credentials are valid, the account is active"


def clock_is_right(settings: Settings, now: datetime) -> str:
    """How far our clock is from Twilio's. Raises NotReady where that is too far."""
    said = _ask(settings, f"{ACCOUNTS}/{settings.twilio_account_sid}.json").headers.get("Date")
    try:
        theirs = parsedate_to_datetime(said or "")
    except ValueError:
        return "Twilio's answer names no time"
    apart = abs(now - theirs)
    if apart > MAX_CLOCK_OFFSET:
        raise NotReady(f"this machine's clock is {apart.total_seconds():.0f} s from Twilio's: set it by NTP")
    return f"within {MAX_CLOCK_OFFSET.total_seconds():.0f} s of Twilio's"


def senders_known(settings: Settings) -> str:
    """The senders. Raises NotReady where Twilio does not know one or has it offline."""
    if settings.twilio_messaging_service_sid:
        _ask(settings, f"{SERVICES}/{settings.twilio_messaging_service_sid}")
        return "the Messaging Service is known"
    listed = _json(_ask(settings, SENDERS, Channel="whatsapp", PageSize="1000")).get("senders", [])
    states = {registered.get("sender_id"): str(registered.get("status", "")) for registered in listed}
    for sender in settings.twilio_whatsapp_from:
        state = states.get(sender, "ONLINE" if sender == SANDBOX else "unknown to Twilio")
        if not state.startswith("ONLINE"):
            raise NotReady(f"TWILIO_WHATSAPP_FROM: {sender} is {state}")
    return ", ".join(settings.twilio_whatsapp_from)


def daily_limits(settings: Settings) -> dict[str, str]:
    """By sender of the settings, to how many people outside the window it may write in 24 hours, in Twilio's words
    (`10K Customers/24hr`: `messaging_limit` of its Senders API); only those of which it tells. Raises NotReady.
    """
    listed = _json(_ask(settings, SENDERS, Channel="whatsapp", PageSize="1000")).get("senders", [])
    told = {
        registered.get("sender_id"): (registered.get("properties") or {}).get("messaging_limit")
        for registered in listed
    }
    return {sender: str(told[sender]) for sender in settings.twilio_whatsapp_from if told.get(sender)}


def known_daily_limits(settings: Settings) -> dict[str, str]:
    """`daily_limits`; nothing with the simulator, or where Twilio does not say."""
    with suppress(NotReady):
        return {} if settings.simulated else daily_limits(settings)
    return {}


def otps_have_a_way(settings: Settings) -> str:
    """How one-time passwords go. Raises NotReady where they reach only people who wrote within a day."""
    if settings.otp_backend == "twilio_verify":
        return "by Twilio Verify"
    if settings.sms_from:
        return f"by SMS from {settings.sms_from}"
    if settings.twilio_otp_content_sid:
        return "by WhatsApp, with the authentication template"
    raise NotReady(
        "OTPs reach only people who wrote to us within 24 hours: set TWILIO_SMS_FROM, TWILIO_OTP_CONTENT_SID "
        "or OTP_BACKEND=twilio_verify"
    )


def public_url_answers(settings: Settings) -> str:
    """What answers at PUBLIC_URL. Raises NotReady where nobody or another service answers there."""
    url = f"{settings.origin}/healthz"
    try:
        answer = requests.get(url, timeout=TWILIO_CHECK_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as problem:
        raise NotReady(f"PUBLIC_URL: {url} does not answer ({type(problem).__name__})") from None
    if answer.status_code != requests.codes.ok or not _is_ours(_json(answer)):
        raise NotReady(f"PUBLIC_URL: {url} is answered with {answer.status_code}, but not by us")
    return f"{settings.origin} leads here"


def _is_ours(body: object) -> bool:
    """Whether this is how /healthz answers; a release before this one told no version."""
    return isinstance(body, dict) and body.get("status") == "ok" and body.keys() <= {"status", "version"}


def templates_approved(database: Database, now: datetime) -> str:
    """What there is at Twilio for us, and whether WhatsApp has approved it.

    Raises NotReady where a template is needed outside the 24-hour window and WhatsApp does not carry it, where
    nobody has asked for its approval, or where Twilio refused a message with it within the hour.
    """
    with database.read() as db:
        kept = [row for row in content_templates.list_templates(db) if row.replaced_at is None]
        rows = [row for row in kept if not row.shape.startswith(templates.FORM_PREFIX)]  # bot.ops.forms_check
    if not rows:
        return (
            "none: questions go as numbered text, and a pass for somebody who wrote more than 24 hours ago waits; "
            "pravesh templates sync"
        )
    resting = [
        f"{row.shape} refused with {row.refused_code}"
        for row in rows
        if not templates.is_pause_over(row.refused_at, now)
    ]
    states = {row.shape: row.approval for row in rows if row.shape.startswith(templates.NOTICE_PREFIX)}
    bad = [f"{shape} is {state}" for shape, state in states.items() if state not in PENDING_APPROVALS]
    if bad or resting:
        raise NotReady(f"{'; '.join([*bad, *resting])}: pravesh templates list")
    waiting = sum(state != templates.APPROVED for state in states.values())
    questions = f"{len(rows) - len(states)} for questions"
    if not states:
        return f"{questions}; none for passes outside the 24-hour window: pravesh templates sync"
    still = f", {waiting} still with WhatsApp" if waiting else ""
    return f"{questions}; for passes outside the 24-hour window {len(states) - waiting} approved{still}"


def stops(database: Database) -> str:
    """How many people want no messages that they did not ask for, and of how many Twilio or WhatsApp told us."""
    told = select(func.count(func.distinct(Delivery.contact_id))).where(Delivery.reason == Class.STOPPED.value)
    with database.read() as db:
        people = db.scalar(select(func.count()).select_from(Contact).where(Contact.stopped_at.is_not(None))) or 0
        refused = db.scalar(told.where(Delivery.status.in_(FAILED_STATUSES))) or 0
    return f"{people} have stopped our messages; {refused} were told by Twilio or WhatsApp (21610, 63014)"


def senders_open(redis: "Redis", settings: Settings) -> str:
    """That no sender is slowed down or stopped. Raises NotReady that names those that are, and until when."""
    try:
        closed = RateLimiter(redis, settings.twilio_mps).closed_senders(senders(settings))
    except RedisError as problem:
        raise NotReady(f"Redis does not answer ({type(problem).__name__})") from None
    if closed:
        which = "; ".join(
            f"{closed_sender.sender} until {closed_sender.until:%H:%M:%S} UTC ({closed_sender.reason})"
            for closed_sender in closed
        )
        raise NotReady(f"nothing leaves from {which}: pravesh deliveries resume-sender SENDER")
    return "none is paused"


def queue_moves(database: Database, now: datetime) -> str:
    """That no message which may leave is stuck. Raises NotReady that says since when the oldest waits."""
    stuck = database.ask(leases.due, now - STUCK_AFTER, 1)
    if stuck:
        minutes = (now - stuck[0].not_before) / timedelta(minutes=1)
        raise NotReady(f"delivery {stuck[0].id} waits since {minutes:.0f} minutes: do a worker and a clock run?")
    return "nothing waits longer than it should"


def _ask(settings: Settings, url: str, **query: str) -> requests.Response:
    """Twilio's answer. Raises NotReady where there is none, or where it is a refusal."""
    credentials = (settings.twilio_account_sid, settings.twilio_auth_token)
    try:
        answer = TwilioHttp(settings.api_base).request(
            "GET", url, dict(query), auth=credentials, timeout=TWILIO_CHECK_TIMEOUT_SECONDS
        )
    except requests.RequestException as problem:
        raise NotReady(f"Twilio does not answer ({type(problem).__name__})") from None
    if answer.status_code in (401, 403):
        raise NotReady("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: Twilio does not take them")
    if answer.status_code != requests.codes.ok:
        raise NotReady(f"Twilio answers {answer.status_code} to {url.rpartition('/')[0]}")
    return answer


def _json(answer: requests.Response) -> dict[str, Any]:
    """The object in an answer; empty where there is none."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
