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
from flows.text.pass_days import held as days_held
from flows.text.pass_days import said
from flows.visitor.web_registration import FIND_PASSES
from webhooks import i18n
from webhooks.home import wa_me
from webhooks.visitor import countries
from webhooks.visitor import otp as otp_page
from webhooks.visitor import session as visitor_session
from webhooks.visitor.inputs import inputs_of
from webhooks.visitor.otp import Here
from webhooks.visitor.register import WORDS as FORM_WORDS

NAME = "passes"
WORDS = {
    **FORM_WORDS,
    "TITLE": _("Find your pass"),
    "LEAD": _("Type the mobile number that you registered with."),
    "YOURS": _("Your passes"),
    "NONE": _("There is no valid pass of this number for today or later."),
    "ASK_THERE": _("Ask for it on WhatsApp"),
    "LEAVE": _("Forget me on this device"),
    "DATA": _("Your data: see, save or delete it"),
}


def add(door: Blueprint, service: Service) -> None:
    """The pages on which a pass is found again."""

    @door.get("/passes")
    def find_passes() -> Answer:
        at = otp_page.here(service, NAME)
        return listed(at) if at.visit.phone else ask_phone(at)

    @door.post("/passes")
    def take_phone() -> Answer:
        return taken_phone(otp_page.here(service, NAME))

    @door.get("/passes/code")
    def find_code() -> Answer:
        at = otp_page.here(service, NAME)
        known = at.phone and not at.proved
        if not known:
            return redirect(url_for("visitor.find_passes"), 303)
        return otp_page.page(at, url_for("visitor.find_code"), url_for("visitor.find_passes"))

    @door.post("/passes/code")
    def take_find_code() -> Answer:
        at, back = otp_page.here(service, NAME), url_for("visitor.find_passes")
        if not at.phone:
            return redirect(back, 303)
        return otp_page.typed(at, url_for("visitor.find_code"), back, back)

    @door.post("/passes/leave")
    def leave() -> Answer:
        service.visits.end(otp_page.here(service, NAME).visit)
        session.pop(visitor_session.COOKIE, None)
        return redirect(url_for("front.page"), 303)


def ask_phone(at: Here, no: Invalid | None = None) -> Response:
    """The page that asks for the number."""
    typed = {"phone": request.form.get("phone", "")} if no else {}
    inputs = inputs_of(FIND_PASSES, ["phone"], {}, at.facts, typed, {"phone": no} if no else {})
    shown = {
        "inputs": inputs,
        "wrong": [one for one in inputs if one.error],
        "countries": countries.choices(i18n.language()),
        "country": at.draft.country,
        "request_id": secrets.token_hex(8),
        "whatsapp_first": otp_page.whatsapp_first(at, no),
        "codes_go_to": otp_page.countries_told(at, ""),
        "whatsapp": wa_me(next(iter(at.service.settings.twilio_whatsapp_from), ""), "my pass"),
    }
    return Response(render_template("visitor/find.html", words=WORDS, **shown), otp_page.status(no))


def taken_phone(at: Here) -> Answer:
    """Redirects to the code's page, or shows the page again with what is wrong with the number."""
    given = {"phone": request.form.get("phone", "")}
    done = engine.submit(FIND_PASSES, given, at.facts, i18n.language(), {})
    if done.errors:
        return ask_phone(at, done.errors["phone"])
    at = replace(at, draft=replace(at.draft, values=done.values))
    at.keep(at.draft)
    try:
        seconds = otp_page.begin(at, request.form.get("request", ""))
    except Refused as no:
        return otp_page.with_wait(ask_phone(at, Invalid(no.code, **no.params)), no)
    return otp_page.to_code(url_for("visitor.find_code"), seconds)


def listed(at: Here) -> Response:
    """The passes of the number that was proved."""
    with at.service.database.read() as db:
        held = [(passes.by_code(db, one.code).id, one.code, _line(one, at)) for one in at.facts.passes]
    page = render_template("visitor/passes.html", words=WORDS, held=held)
    return Response(page)


def _line(one: PassFacts, at: Here) -> str:
    event = event_by(one.event, at.facts)
    told = [i18n.say(words(event.name))] if event else []
    return " · ".join([*told, i18n.say(said(days_held(one))), i18n.say(people(one.party_size)), one.full_name])
