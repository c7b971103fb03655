"""`/passes`: who proves a phone sees its passes."""

import secrets
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from bot.domain import passes
from bot.errors import Refused
from bot.service import Service
from flows import engine
from flows.choices import event_by, people
from flows.pass_days import held as days_held
from flows.pass_days import said
from flows.shapes import Invalid, PassFacts
from flows.texts import _, words
from flows.web_registration import FIND_PASSES
from webhooks import wording
from webhooks.front import wa_me
from webhooks.visitor import countries, guarding, proving
from webhooks.visitor.inputs import inputs_of
from webhooks.visitor.proving import Here
from webhooks.visitor.registering import WORDS as FORM_WORDS

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
        at = proving.here(service, NAME)
        return listed(at) if at.visit.phone else ask_phone(at)

    @door.post("/passes")
    def take_phone() -> Answer:
        return taken_phone(proving.here(service, NAME))

    @door.get("/passes/code")
    def find_code() -> Answer:
        at = proving.here(service, NAME)
        known = at.phone and not at.proved
        if not known:
            return redirect(url_for("visitor.find_passes"), 303)
        return proving.page(at, url_for("visitor.find_code"), url_for("visitor.find_passes"))

    @door.post("/passes/code")
    def take_find_code() -> Answer:
        at, back = proving.here(service, NAME), url_for("visitor.find_passes")
        if not at.phone:
            return redirect(back, 303)
        return proving.typed(at, url_for("visitor.find_code"), back, back)

    @door.post("/passes/leave")
    def leave() -> Answer:
        service.visits.end(proving.here(service, NAME).visit)
        session.pop(guarding.COOKIE, None)
        return redirect(url_for("front.page"), 303)


def ask_phone(at: Here, no: Invalid | None = None) -> Response:
    """The page that asks for the number."""
    typed = {"phone": request.form.get("phone", "")} if no else {}
    inputs = inputs_of(FIND_PASSES, ["phone"], {}, at.facts, typed, {"phone": no} if no else {})
    shown = {
        "inputs": inputs,
        "wrong": [one for one in inputs if one.error],
        "countries": countries.choices(wording.language()),
        "country": at.draft.country,
        "request_id": secrets.token_hex(8),
        "whatsapp_first": proving.whatsapp_first(at, no),
        "codes_go_to": proving.countries_told(at, ""),
        "whatsapp": wa_me(next(iter(at.service.settings.twilio_whatsapp_from), ""), "my pass"),
    }
    return Response(render_template("visitor/find.html", words=WORDS, **shown), proving.status(no))


def taken_phone(at: Here) -> Answer:
    """On to the code, or the same page with what is wrong with the number."""
    given = {"phone": request.form.get("phone", "")}
    done = engine.submit(FIND_PASSES, given, at.facts, wording.language(), {})
    if done.errors:
        return ask_phone(at, done.errors["phone"])
    at = replace(at, draft=replace(at.draft, values=done.values))
    at.keep(at.draft)
    try:
        seconds = proving.begin(at, request.form.get("request", ""))
    except Refused as no:
        return proving.with_wait(ask_phone(at, Invalid(no.code, **no.params)), no)
    return proving.to_code(url_for("visitor.find_code"), seconds)


def listed(at: Here) -> Response:
    """The passes of the number that was proved."""
    with at.service.database.read() as db:
        held = [(passes.by_code(db, one.code).id, one.code, _line(one, at)) for one in at.facts.passes]
    page = render_template("visitor/passes.html", words=WORDS, held=held)
    return Response(page)


def _line(one: PassFacts, at: Here) -> str:
    event = event_by(one.event, at.facts)
    told = [wording.say(words(event.name))] if event else []
    return " · ".join([*told, wording.say(said(days_held(one))), wording.say(people(one.party_size)), one.full_name])
