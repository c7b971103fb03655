"""The steps with which a visitor proves a phone: request a code, send it again, type it."""

import secrets

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from bot.domain import events
from bot.domain.messaging.otp_limits import Origin
from bot.errors import Refused
from flows import engine
from flows.shapes import Invalid, Sentence
from flows.text import _
from flows.text.choices import event_by
from flows.visitor.web_registration import FIND_PASSES, OTP, send_otp
from webhooks import i18n, limits, look
from webhooks.chat_links import chat_link, inbox_link
from webhooks.visitor import countries
from webhooks.visitor import session as visitor_session
from webhooks.visitor.context import VisitorContext
from webhooks.visitor.inputs import inputs_of

ERROR_TEXTS = {"WRONG": _("There is a problem"), "WRONG_TITLE": _("Error: {title}")}
"""The heading of a summary of errors, and the page's title then."""
TEXTS = {
    **ERROR_TEXTS,
    "TITLE": _("Enter the code"),
    "CHECK": _("Continue"),
    "AGAIN": _("Send a new code"),
    "OTHER": _("Use another number"),
    "SOON": _("We have just sent a code to this number. If it does not come, ask for a new one in {seconds} seconds."),
    "SENT_AGAIN": _("We are sending a new code. The earlier code no longer works."),
    "NOT_COMING": _("Did not get the code?"),
    "WRITE_FIRST": _("Message us on WhatsApp"),
}

WHATSAPP_ONLY = _(
    "We send a code to check that the number is yours. Here we can send codes only by WhatsApp, to "
    "numbers that messaged us in the last day. Message us on WhatsApp first, or register there."
)
OTHER_COUNTRY = _(
    "We cannot send SMS codes to that country. Message us on WhatsApp: there you can register or get "
    "your pass without a code."
)
NO_MORE_CODES = _(
    "We cannot send more SMS codes at the moment. Message us on WhatsApp: there you can register or get "
    "your pass without a code."
)
CODES_GO_TO = _("We send SMS codes to numbers of: {countries}. With any other number, message us on WhatsApp first.")


def begin(ctx: VisitorContext, request_id: str) -> int:
    """Have the code sent to the number of the form; the seconds to wait where one went there a moment ago, else 0.

    Raises Refused where none can be sent, TooManyRequests.
    """
    limits.spend(visitor_session.PHONE_LIMIT, "visitor phone", ctx.phone)
    try:
        ctx.perform(send_otp({**ctx.draft.values, "language": i18n.language()}, ctx.facts), f"{request_id} {ctx.phone}")
    except Refused as no:
        if no.code != "otp_wait":
            raise
        return int(no.params["seconds"])
    return 0


def whatsapp_first(ctx: VisitorContext, no: Invalid | None = None) -> Sentence | None:
    """Why people should write to us on WhatsApp first; None where a code can be sent from here.

    `no`: why none was sent just now.
    """
    settings, code = ctx.service.settings, no.code if no else ""
    if not settings.reaches_every_phone:
        return WHATSAPP_ONLY
    if code == "otp_country":
        return OTHER_COUNTRY
    origin = Origin(address=ctx.asker.network)
    return NO_MORE_CODES if code == "otp_budget" or ctx.service.otps.is_spent(origin, ctx.facts.now) else None


def countries_text(ctx: VisitorContext, slug: str) -> str:
    """The sentence that names the countries to whose numbers codes go, for an event (its slug; empty: for any); empty
    where codes go everywhere.
    """
    settings = ctx.service.settings
    if not settings.codes_by_sms_alone:
        return ""
    added = ctx.service.database.ask(events.sms_countries, slug, ctx.facts.now)
    regions = dict.fromkeys((*settings.sms_countries, *added))
    return i18n.say(CODES_GO_TO, countries=", ".join(countries.name(region, i18n.language()) for region in regions))


def to_code(address: str, seconds: int) -> Answer:
    """Redirects to the page on which the code is typed."""
    return redirect(f"{address}?soon={seconds}" if seconds else address, 303)


def answer(ctx: VisitorContext, address: str, change: str, next_page: str) -> Answer:
    """The page at `address` on which the code is typed, or what comes of the code that it sent.

    `change` is where another number is given, `next_page` where it goes on once the number is proved.
    """
    if not ctx.phone:
        return redirect(change, 303)
    if request.method == "POST":
        return _accept_code(ctx, address, change, next_page)
    return redirect(next_page, 303) if ctx.proved else _page(ctx, address, change)


def _page(ctx: VisitorContext, address: str, change: str, no: Invalid | None = None, note: str = "") -> Response:
    values = {"phone": ctx.phone}
    typed = {"otp": request.form.get("otp", "") if no else ""}
    (code,) = inputs_of(FIND_PASSES, ["otp"], values, ctx.facts, typed, {"otp": no} if no else {})
    soon = request.args.get("soon", type=int)
    event = event_by(str(ctx.draft.values.get("event") or ""), ctx.facts)
    shown = render_template(
        "visitor/code.html",
        words=TEXTS,
        code=code,
        action=address,
        change=change,
        event_head=look.head_of(event) if event else None,
        sent=i18n.say(OTP.ask(values, ctx.facts)[0]) if callable(OTP.ask) else "",
        note=note or (i18n.say(TEXTS["SOON"], seconds=soon) if soon else ""),
        inbox=inbox_link(ctx.service.settings, ctx.phone or ""),
        request_id=secrets.token_hex(8),
        whatsapp=chat_link(ctx.service.settings, "hi"),
        write_first=no is not None and no.code in ("otp_country", "otp_budget", "otp_too_many", "otp_unreachable"),
    )
    return Response(shown, status(no))


def status(wrong: object) -> int:
    """The HTTP status of a page with a form: 422 where what was sent could not be used (RFC 9110, 15.5.21)."""
    return 422 if wrong else 200


def _accept_code(ctx: VisitorContext, address: str, change: str, next_page: str) -> Answer:
    """The answer to what was sent from that page: on, or the page again with what is wrong."""
    request_id = request.form.get("request", "")
    try:
        if request.form.get("act") == "resend":
            seconds = begin(ctx, request_id)
            if seconds:
                raise Refused("otp_wait", seconds=seconds)
            return _page(ctx, address, change, note=i18n.say(TEXTS["SENT_AGAIN"]))
        no = _check(ctx, request_id)
    except Refused as refusal:
        return with_wait(_page(ctx, address, change, Invalid(refusal.code, **refusal.params)), refusal)
    if no:
        return _page(ctx, address, change, no)
    ctx.keep(ctx.draft, phone=ctx.phone, proved_at=ctx.service.now().timestamp())
    return redirect(next_page, 303)


def _check(ctx: VisitorContext, request_id: str) -> Invalid | None:
    """Why what was typed is no code; None: it is the right one. Raises Refused."""
    otp = request.form.get("otp", "")
    done = engine.submit(FIND_PASSES, {"otp": otp}, ctx.facts, i18n.language(), {"phone": ctx.phone})
    if done.errors:
        return done.errors["otp"]
    ctx.perform(done.effects, f"{request_id} {ctx.phone} {otp}")
    return None


def with_wait(answer: Response, no: Refused) -> Response:
    """The answer to what was refused; where waiting helps it says when to try again."""
    seconds = int(no.params.get("seconds") or 60 * int(no.params.get("minutes") or 0))
    if seconds:
        answer.status_code = 429
        answer.headers["Retry-After"] = str(seconds)
    return answer
