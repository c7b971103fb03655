"""`/passes`: shows the passes of a phone after a code has proved it."""

import secrets
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from bot.domain import passes
from bot.errors import Refused
from bot.service import Service
from flows import engine
from flows.shapes import Invalid, PassFacts
from flows.text import _, words
from flows.text.choices import event_by, people
from flows.text.pass_days import days_held, describe_days
from flows.visitor.web_registration import FIND_PASSES
from webhooks import i18n
from webhooks.chat_links import chat_link
from webhooks.visitor import countries
from webhooks.visitor import otp as otp_page
from webhooks.visitor import session as visitor_session
from webhooks.visitor.context import VisitorContext, visitor_context
from webhooks.visitor.inputs import inputs_of
from webhooks.visitor.register import TEXTS as FORM_WORDS

FORM_NAME = "passes"
TEXTS = {
    **FORM_WORDS,
    "TITLE": _("Find your pass"),
    "LEAD": _("Enter the mobile number that you registered with."),
    "YOURS": _("Your passes"),
    "CANCELLED": _("Your pass is cancelled. Thank you for telling us."),
    "NONE": _("This number has no valid pass for today or later."),
    "ASK_THERE": _("Get it on WhatsApp"),
    "LEAVE": _("Forget me on this device"),
    "DATA": _("Your data: see, save or delete it"),
}


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The pages on which a pass is found again."""

    @blueprint.get("/passes")
    def find_passes() -> Answer:
        at = visitor_context(service, FORM_NAME)
        return show_passes(at) if at.visit.phone else ask_phone(at)

    @blueprint.post("/passes")
    def take_phone() -> Answer:
        return accept_phone(visitor_context(service, FORM_NAME))

    @blueprint.get("/passes/code")
    @blueprint.post("/passes/code", endpoint="take_find_code")
    def find_code() -> Answer:
        back = url_for("visitor.find_passes")
        return otp_page.answer(visitor_context(service, FORM_NAME), url_for("visitor.find_code"), back, back)

    @blueprint.post("/passes/leave")
    def leave() -> Answer:
        service.web_sessions.end(visitor_context(service, FORM_NAME).visit)
        session.pop(visitor_session.COOKIE, None)
        return redirect(url_for("front.page"), 303)


def ask_phone(ctx: VisitorContext, no: Invalid | None = None) -> Response:
    """The page that asks for the number."""
    typed = {"phone": request.form.get("phone", "")} if no else {}
    inputs = inputs_of(FIND_PASSES, ["phone"], {}, ctx.facts, typed, {"phone": no} if no else {})
    page = render_template(
        "visitor/find.html",
        words=TEXTS,
        inputs=inputs,
        wrong=[field for field in inputs if field.error],
        countries=countries.choices(i18n.language()),
        country=ctx.draft.country,
        request_id=secrets.token_hex(8),
        whatsapp_first=otp_page.whatsapp_first(ctx, no),
        codes_go_to=otp_page.countries_text(ctx, ""),
        whatsapp=chat_link(ctx.service.settings, "my pass"),
    )
    return Response(page, otp_page.status(no))


def accept_phone(ctx: VisitorContext) -> Answer:
    """Redirects to the code's page, or shows the page again with what is wrong with the number."""
    given = {"phone": request.form.get("phone", "")}
    done = engine.submit(FIND_PASSES, given, ctx.facts, i18n.language(), {})
    if done.errors:
        return ask_phone(ctx, done.errors["phone"])
    ctx = replace(ctx, draft=replace(ctx.draft, values=done.values))
    ctx.keep(ctx.draft)
    try:
        seconds = otp_page.begin(ctx, request.form.get("request", ""))
    except Refused as no:
        return otp_page.with_wait(ask_phone(ctx, Invalid(no.code, **no.params)), no)
    return otp_page.to_code(url_for("visitor.find_code"), seconds)


def show_passes(ctx: VisitorContext) -> Response:
    """The passes of the number that was proved."""
    lines = {pass_.code: _line(pass_, ctx) for pass_ in ctx.facts.passes}
    with ctx.service.database.read() as db:
        held = [(passes.by_code(db, code).id, code, line) for code, line in lines.items()]
    note = i18n.say(TEXTS["CANCELLED"]) if request.args.get("note") == "cancelled" else ""
    page = render_template("visitor/passes.html", words=TEXTS, held=held, note=note)
    return Response(page)


def _line(pass_: PassFacts, ctx: VisitorContext) -> str:
    event = event_by(pass_.event, ctx.facts)
    told = [i18n.say(words(event.name))] if event else []
    return " · ".join(
        [*told, i18n.say(describe_days(days_held(pass_))), i18n.say(people(pass_.party_size)), pass_.full_name]
    )
