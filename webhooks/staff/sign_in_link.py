"""`/staff/link/<token>`: signs in by the link from WhatsApp. Its button uses the link up; opening it does not."""

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
    return service.database.ask(staff_sessions.begin_by_link, *target, now=service.now())


def _page(service: Service, no: Refused | None = None) -> Response:
    if no:  # a flood of useless links from one address must not shut out people with a valid one
        limits.spend(start_session.PER_ADDRESS, "staff link", limits.address())
    off_roster = no is not None and no.code == "not_on_roster"
    told = _("You are no longer in the team. Ask the organisers of the event.")
    shown = render_template(
        "staff/link.html",
        words=TEXTS,
        problem=i18n.say(told if off_roster else sentence_for(no.code)) if no else "",
        whatsapp=chat_link(service.settings, "sign in"),
        by_code=url_for("staff.login"),
    )
    return Response(shown, 403 if off_roster else 410 if no else 200, mimetype="text/html")
