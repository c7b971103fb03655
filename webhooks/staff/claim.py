"""`/staff/claim/<token>`: the first owner. The link stands where the service was started; opening it spends nothing."""

from secrets import token_urlsafe

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.domain.messaging.otp_limits import Origin
from bot.domain.roster import owners
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from bot.service import Service
from bot.usecases import claim_installation
from flows.fields.phone import grouped
from flows.text import _, sentence_for
from webhooks import i18n, limits
from webhooks.chat_links import inbox_link
from webhooks.staff import pending_code, start_session
from webhooks.staff.pending_code import PendingCode

TEXTS = {
    "TITLE": _("Become the owner"),
    "LEAD": _(
        "This service has no owner yet. The owner creates events and chooses their admins. We send a code to "
        "your phone. Use the same phone to sign in later."
    ),
    "NAME": _("Your name"),
    "PHONE": _("Your phone number"),
    "PHONE_HELP": _("From abroad, start with + and country code."),
    "SEND": _("Send me a code"),
    "SENT": _("We have sent a code to {phone}. It works for 5 minutes."),
    "CODE": _("6-digit code"),
    "FINISH": _("Become the owner"),
    "OTHER": _("Use another number"),
    "AGAIN": _("Send another code"),
    "BY_CODE": _("Sign in with a code"),
}
PENDING = "claim"
"""Under which `pending_code` keeps whoever waits here."""
MAX_INPUT_LENGTH = 80
"""Characters of an input that are looked at."""
GONE_CODES = ("claim_used", "claim_expired")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/claim/<token>`."""

    @blueprint.get("/claim/<token>")
    def claim(token: str) -> Response:
        return _answer(service, token)

    @blueprint.post("/claim/<token>")
    def make_claim(token: str) -> Response:
        limits.spend(start_session.PER_ADDRESS, "claim", limits.address())
        pending = pending_code.find(service, PENDING)
        if "change" in request.form:
            session.pop(PENDING, None)
            return redirect(url_for("staff.claim", token=token), 303)
        try:
            _check(service, token)
            return _finish(service, token, pending) if pending and "otp" in request.form else _ask(service, pending)
        except Refused as no:
            return _answer(service, token, no)


def _check(service: Service, token: str) -> None:
    """Raises Refused `claim_used`, `claim_expired`."""
    service.database.ask(owners.check_claim, token, service.now())


def _ask(service: Service, pending: PendingCode | None) -> Response:
    """Send a code, the first or another. Raises Refused."""
    phone = roster_validation.phone(pending.phone if pending else _typed("phone"), service.settings.default_region)
    name = roster_validation.name(pending.name if pending else _typed("name"))
    origin = Origin(limits.network())
    pending_code.send(
        service, PENDING, pending, phone, name, attempt=_typed("attempt"), origin=origin, purpose=owners.PURPOSE
    )
    return redirect(request.path, 303)


def _finish(service: Service, token: str, pending: PendingCode) -> Response:
    """Raises Refused."""
    mark = claim_installation.claim(
        service.database,
        service.otps,
        token=token,
        phone=pending.phone,
        name=pending.name,
        asker=pending.asker,
        otp="".join(_typed("otp").split()),
        attempt=_typed("attempt"),
        region=service.settings.default_region,
        now=service.now(),
    )
    return start_session.start_session(service, mark)


def _answer(service: Service, token: str, no: Refused | None = None) -> Response:
    """The page; where the link makes no owner any more it says only that."""
    pending = pending_code.find(service, PENDING)
    try:
        _check(service, token)
    except Refused as gone:
        no = gone
    is_gone = no is not None and no.code in GONE_CODES
    shown = render_template(
        "staff/claim.html",
        words=TEXTS,
        pending=pending,
        sent_to=grouped(pending.phone) if pending else "",
        gone=is_gone,
        inbox=inbox_link(service.settings, pending.phone if pending else ""),
        problem=i18n.say(sentence_for(no.code, **no.params)) if no else "",
        typed={"phone": pending.phone if pending else _typed("phone"), "name": _typed("name")},
        attempt=token_urlsafe(12),
    )
    return Response(shown, 410 if is_gone else 422 if no else 200, mimetype="text/html")


def _typed(name: str) -> str:
    return request.form.get(name, "")[:MAX_INPUT_LENGTH]
