"""Sign-in and sign-out, and the choice of an event for people who work at several."""

from secrets import token_urlsafe

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.domain.messaging.otp_limits import Origin
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from bot.service import Service
from bot.usecases import staff_sign_in as signing
from flows.text import _, ngettext_, sentence_for
from flows.text.refusals import filled
from webhooks import i18n, limits, trial
from webhooks.chat_links import chat_link, inbox_link
from webhooks.staff import known_browser, pending_code, start_session
from webhooks.staff import session as sessions
from webhooks.staff.manage import display
from webhooks.staff.pending_code import PendingCode

TEXTS = {
    "TITLE": _("Team sign-in"),
    "LEAD": _("For the teams of events. We send a code to your phone."),
    "PHONE": _("Your phone number"),
    "PHONE_HELP": _("Your team number. From abroad, start with + and country code."),
    "SEND": _("Send me a code"),
    "SENT": _("If {phone} is in a team, we have sent a code to it. It works for 5 minutes."),
    "CODE": _("6-digit code"),
    "SIGN_IN": _("Sign in"),
    "AGAIN": _("Send another code"),
    "OTHER": _("Use another number"),
    "CHOOSE": _("Choose an event"),
    "CHOOSE_LEAD": _("Your number is in the teams of several events."),
    "IS_IN": _("You are signed in as {name}, for {event}."),
    "IS_OWNER": _("You are signed in as {name}, owner."),
    "MOVE": _("Change event"),
    "OTHER_WAY": _("Or send *sign in* to us on WhatsApp from your team number. You get a link."),
    "BY_WHATSAPP": _("Sign in with WhatsApp"),
    "HOLDS": _("You stay signed in for 12 hours."),
}
PROBLEM_TEXTS = {
    "otp_unreachable": _("We cannot send a code to that number. Sign in with WhatsApp."),
    "otp_country": _("We cannot send SMS codes to that country. Sign in with WhatsApp."),
    "otp_budget": _("We cannot send more codes at the moment. Sign in with WhatsApp."),
    "otp_too_many": ngettext_(
        "No codes are left for this number. Sign in with WhatsApp, or try again in one minute.",
        "No codes are left for this number. Sign in with WhatsApp, or try again in {minutes} minutes.",
    ),
}
"""Codes that are told here in other words than in the chat."""
PENDING = "sign_in"
"""Under which `pending_code` keeps whoever waits here."""
RETRY_CODES = ("otp_wait", "otp_too_many", "otp_budget")
MAX_INPUT_LENGTH = 40
"""Characters of a number or a code that are looked at."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/login`, `/staff/events`, `/staff/logout`."""

    @blueprint.get("")
    @blueprint.get("/")
    def front() -> Response:
        """Whoever is signed in lands where they work."""
        return redirect(sessions.safe_redirect("") if sessions.staff() else url_for("staff.login"))

    @blueprint.get("/login")
    def login() -> Response | str:
        user = sessions.staff()
        if user:
            name = display.name(user.holder.event) if user.holder.event else ""
            return render_template("staff/signed_in.html", user=user, name=name, words=TEXTS)
        return _page(service, pending_code.find(service, PENDING))

    @blueprint.post("/login")
    def answer() -> Response | str | tuple[str, int]:
        if "change" in request.form:
            session.pop(PENDING, None)
            return redirect(_here())
        pending = pending_code.find(service, PENDING)
        browser = known_browser.browser_of(pending.phone) if pending else known_browser.name()
        # A flood from one address must not shut out those who sign in there every day.
        limits.spend(start_session.PER_ADDRESS, "staff sign-in", browser or limits.address())
        try:
            return _prove(service, pending) if pending and "otp" in request.form else _ask(service, pending)
        except Refused as no:
            return _page(service, pending, no), 429 if no.code in RETRY_CODES else 422

    @blueprint.route("/events", methods=["GET", "POST"])
    @sessions.require_role()
    def choose() -> Response | str:
        user = sessions.user()
        if request.method != "POST":
            with service.database.read() as db:
                rows = staff_sessions.list_events(db, user.holder, service.now())
                names = [(row.slug, display.name(row)) for row in rows]
            here = user.event.slug if user.has_event else ""
            return render_template("staff/events.html", places=names, here=here, words=TEXTS)
        try:
            sessions.go_to(request.form.get("event", ""))
        except Refused:
            abort(403)
        return redirect(sessions.safe_redirect(request.args.get("next", "")))

    @blueprint.post("/logout")
    def logout() -> Response:
        if user := sessions.staff():
            with service.database.write() as db:
                staff_sessions.end(db, user.mark, service.now())
        sessions.leave()
        return redirect(url_for("staff.login"))


def _ask(service: Service, pending: PendingCode | None) -> Response:
    """Send a code, the first or another. Raises Refused."""
    typed = pending.phone if pending else request.form.get("phone", "")[:MAX_INPUT_LENGTH]
    phone = roster_validation.phone(typed, service.settings.default_region)
    attempt = request.form.get("attempt", "")[:MAX_INPUT_LENGTH]
    origin = Origin(limits.network(), browser=known_browser.browser_of(phone))
    pending_code.send(service, PENDING, pending, phone, attempt=attempt, origin=origin)
    return redirect(_here())


def _prove(service: Service, pending: PendingCode) -> Response:
    """Begin the session. Raises Refused."""
    otp = "".join(request.form.get("otp", "")[:MAX_INPUT_LENGTH].split())
    attempt = request.form.get("attempt", "")[:MAX_INPUT_LENGTH]
    mark = signing.check_code(
        service.database,
        service.otps,
        phone=pending.phone,
        asker=pending.asker,
        otp=otp,
        attempt=attempt,
        now=service.now(),
    )
    return start_session.start_session(service, mark)


def _page(service: Service, pending: PendingCode | None, no: Refused | None = None) -> str:
    return render_template(
        "staff/login.html",
        words=TEXTS,
        pending=pending,
        problem=_problem(no) if no else "",
        stuck=no is not None and no.code in PROBLEM_TEXTS,
        typed=pending.phone if pending else request.form.get("phone", "")[:MAX_INPUT_LENGTH],
        attempt=token_urlsafe(12),
        trial=trial.sign_in_link(service),
        whatsapp=chat_link(service.settings, "sign in"),
        inbox=inbox_link(service.settings, pending.phone if pending else ""),
    )


def _problem(no: Refused) -> str:
    known = PROBLEM_TEXTS.get(no.code)
    return i18n.say(filled(known, no.code, no.params) if known else sentence_for(no.code, **no.params))


def _here() -> str:
    return url_for("staff.login", next=request.args.get("next") or None)
