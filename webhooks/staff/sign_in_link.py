"""`/staff/link/<token>`: signs in by the link from WhatsApp. Its button uses the link up; opening it does not."""

from typing import Any

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sign_in_links import LinkTarget
from bot.errors import Refused
from bot.service import Service
from flows.text import _, sentence_for
from webhooks import i18n, limits
from webhooks.chat_links import chat_link
from webhooks.staff import start_session

TEXTS = {
    "TITLE": _("Sign in"),
    "LEAD": _("You requested this link on WhatsApp. It works once."),
    "SIGN_IN": _("Sign in"),
    "ANOTHER": _("Get a new link on WhatsApp"),
    "BY_CODE": _("Sign in with a code"),
}
OFF_ROSTER = _("You are no longer in the team. Ask the organisers of the event.")
STATUS_OF_REFUSAL = {"not_on_roster": 403}
GONE_STATUS = 410


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/link/<token>`."""

    @blueprint.get("/link/<token>")
    def link(token: str) -> Response:
        try:
            _mark(service, service.sign_in_links.check(token, service.now()))
        except Refused as no:
            return _page(service, no)
        return _page(service)

    @blueprint.post("/link/<token>")
    def spend_link(token: str) -> Response:
        try:
            target = service.sign_in_links.spend(token, service.now())
            return start_session.start_session(service, _mark(service, target))
        except Refused as no:
            return _page(service, no)


def _mark(service: Service, target: LinkTarget) -> staff_sessions.SessionMark:
    """A session for whom the link is for. Raises Refused `not_on_roster`."""
    now = service.now()
    return service.database.ask(staff_sessions.begin_by_link, *target, now=now)


def _page(service: Service, no: Refused | None = None) -> Response:
    if no:  # a flood of useless links from one address must not shut out people with a valid one
        limits.spend(start_session.PER_ADDRESS, "staff link", limits.address())
    told: dict[str, Any] = {
        "words": TEXTS,
        "problem": i18n.say(OFF_ROSTER if no.code in STATUS_OF_REFUSAL else sentence_for(no.code)) if no else "",
        "whatsapp": chat_link(service.settings, "sign in"),
        "by_code": url_for("staff.login"),
    }
    status = STATUS_OF_REFUSAL.get(no.code, GONE_STATUS) if no else 200
    return Response(render_template("staff/link.html", **told), status, mimetype="text/html")
