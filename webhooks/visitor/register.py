"""`/register/<event>`: the questions, the code, the review with the consent, and the pass."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from bot.conversation.web_sessions import Draft
from bot.domain import passes
from bot.errors import Refused
from bot.service import Service
from flows import engine
from flows.engine.submit import Submitted
from flows.shapes import Effect, Event, Invalid, Say, SendPass, Sentence
from flows.text import LANGUAGES, _, words
from flows.text.choices import event_by, language_options
from flows.text.event_states import OPEN, sentence_of, state_of
from flows.text.page_refusals import on_page
from flows.visitor.consent import consent_of
from flows.visitor.web_registration import WEB_REGISTRATION
from webhooks import i18n
from webhooks.home import dates, wa_me
from webhooks.visitor import countries
from webhooks.visitor import otp as otp_page
from webhooks.visitor.inputs import answered, inputs_of
from webhooks.visitor.otp import Here

FLOW = WEB_REGISTRATION
WORDS = {
    **otp_page.WRONG,
    "KICKER": _("Get your entry pass"),
    "NEXT": _("Continue"),
    "OPTIONAL": _("optional"),
    "CHOOSE": _("Please choose"),
    "COUNTRY": _("Country of the number"),
    "REVIEW": _("Is everything right?"),
    "CORRECT": _("Correct something"),
    "CONSENT": _("What you agree to"),
    "FINISH": _("Get my pass"),
    "OTHERS": _("To all events"),
    "WRITE_FIRST": _("Write to us on WhatsApp"),
    "FIND": _("You have registered already? Find your pass"),
    "DATA": _("Your data: see, save or delete it"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A registration for an event that somebody fills in."""

    at: Here
    event: Event

    @property
    def known(self) -> Mapping[str, object]:
        """The answers so far; the page's language is that of the registration, where the event has it."""
        otp = {"otp": "proved"} if self.at.proved else {}
        offered = [option.id for option in language_options({}, self.at.facts)]
        language = {"language": i18n.language()} if i18n.language() in offered else {}
        return {**self.at.draft.values, "event": self.event.slug, **language, **otp}

    def submit(self, given: Mapping[str, str], known: Mapping[str, object] | None = None) -> Submitted:
        """These inputs, judged together with what is known."""
        values = self.known if known is None else known
        return engine.submit(FLOW, given, self.at.facts, i18n.language(), values)

    def come_to(self, step: str) -> None:
        """Note for the funnel how far this registration has come."""
        self.at.service.submissions.come_to(step, self.event.slug, self.at.asker, self.at.draft.request)

    def url(self, page: str) -> str:
        """The address of one of its pages."""
        return url_for(f"visitor.{page}", slug=self.event.slug)


def add(door: Blueprint, service: Service) -> None:
    """The pages of a registration."""

    def form(slug: str) -> Form:
        at = otp_page.here(service, f"register {slug}")
        event = event_by(slug, at.facts)
        if event is None:
            abort(404)
        return Form(at, event)

    @door.get("/register/<slug>")
    def details(slug: str) -> Answer:
        return show_details(begun_anew(form(slug)))

    @door.post("/register/<slug>")
    def take_details(slug: str) -> Answer:
        return taken_details(begun_anew(form(slug)))

    @door.get("/register/<slug>/code")
    def code(slug: str) -> Answer:
        here = form(slug)
        if not here.at.phone or here.at.proved:
            return redirect(here.url("review" if here.at.proved else "details"), 303)
        return otp_page.page(here.at, here.url("code"), here.url("details"))

    @door.post("/register/<slug>/code")
    def take_code(slug: str) -> Answer:
        here = form(slug)
        if not here.at.phone:
            return redirect(here.url("details"), 303)
        return otp_page.typed(here.at, here.url("code"), here.url("details"), here.url("review"))

    @door.get("/register/<slug>/review")
    def review(slug: str) -> Answer:
        return reviewed(form(slug), {})

    @door.post("/register/<slug>/review")
    def take_review(slug: str) -> Answer:
        return reviewed(form(slug), {"agree": request.form.get("agree") or "no"})


def begun_anew(form: Form) -> Form:
    """The form, begun anew where its registration has led to a pass."""
    return (
        replace(form, at=replace(form.at, draft=Draft(request=secrets.token_hex(16)))) if form.at.draft.done else form
    )


# --- the questions --------------------------------------------------------------------------------


def show_details(form: Form, errors: Mapping[str, Invalid] | None = None) -> Response:
    """The questions with what is known of the answers; or why nobody can register now."""
    facts = form.at.facts
    if state_of(form.event, facts.days(form.event), facts.now) != OPEN:
        return closed(form, sentence_of(form.event, facts.days(form.event), facts.now))
    settings = form.at.service.settings
    values = {"phone": form.at.visit.phone, **form.known}
    wrong = errors or {}
    inputs = inputs_of(FLOW, None, values, facts, form.at.draft.typed, wrong)
    shown = {
        "inputs": inputs,
        "wrong": [one for one in inputs if one.error],
        "countries": countries.choices(i18n.language()),
        "country": form.at.draft.country or settings.default_region,
        "whatsapp_first": otp_page.whatsapp_first(form.at, wrong.get("phone")),
        "codes_go_to": otp_page.countries_told(form.at, form.event.slug),
        "request_id": secrets.token_hex(8),
    }
    page = render_template("visitor/details.html", words=WORDS, **about(form), **shown)
    return Response(page, otp_page.status(wrong))


def about(form: Form) -> dict[str, object]:
    """The event's facts that every page shows."""
    event, senders = form.event, form.at.service.settings.twilio_whatsapp_from
    return {
        "event": i18n.say(words(event.name)),
        "dates": dates(event.starts_on, event.ends_on),
        "venue": i18n.say(words(event.venue)) if any(event.venue.values()) else "",
        "notice": i18n.say(words(event.notice)) if event.notice else "",
        "welcome": i18n.say(words(event.welcome)) if event.welcome else "",
        "slug": event.slug,
        "whatsapp": wa_me(senders[0] if senders else "", f"hi {event.slug}"),
    }


def taken_details(form: Form) -> Answer:
    """The answer to the questions: the code's page, the review, or the questions again with what is wrong."""
    slots = [one.name for one in FLOW.steps] + [one.name for one in form.event.questions]
    typed = {
        slot: request.form[slot] for slot in slots if slot in request.form and slot not in ("otp", "agree", "event")
    }
    if typed.get("language") in LANGUAGES:
        session["language"] = typed["language"]
    if request.form.get("act") == "language":
        form.at.keep(replace(form.at.draft, typed=typed))
        return redirect(form.url("details"), 303)
    given = {**typed, **{slot: typed.get(slot, "") for slot in asked(form)}}
    done = form.submit(given, {"event": form.event.slug})
    draft = replace(form.at.draft, values=done.values, typed=typed)
    form = replace(form, at=replace(form.at, draft=draft))
    form.at.keep(draft)
    if done.outcome:
        return ended(form, done.outcome)
    if done.errors:
        form.come_to(next(iter(done.errors)))
        return show_details(form, done.errors)
    return redirect(form.url("review"), 303) if form.at.proved else send_code(form)


def asked(form: Form) -> list[str]:
    """The slots of the questions on the first page."""
    return [one.slot for one in inputs_of(FLOW, None, {"event": form.event.slug}, form.at.facts, {}, {})]


def send_code(form: Form) -> Answer:
    """Redirects to the code's page; or shows the questions again where no code can be sent to the number."""
    try:
        seconds = otp_page.begin(form.at, request.form.get("request", ""))
    except Refused as no:
        form.come_to("phone")
        return otp_page.with_wait(show_details(form, {"phone": Invalid(no.code, **no.params)}), no)
    form.come_to("otp")
    return otp_page.to_code(form.url("code"), seconds)


# --- the review and the end -----------------------------------------------------------------------


def reviewed(form: Form, given: Mapping[str, str]) -> Answer:
    """The review, or what comes of agreeing to it."""
    at = form.at
    if at.draft.done:
        return to_pass(form, at.draft.done)
    if not at.proved:
        return redirect(form.url("code" if at.phone else "details"), 303)
    done = form.submit(given)
    if done.outcome:
        return ended(form, done.outcome)
    others = {slot: no for slot, no in done.errors.items() if slot != "agree"}
    missing = [slot for slot in done.missing if slot != "agree"]
    if others or missing:
        return show_details(form, others | {slot: Invalid("empty") for slot in missing})
    return show_review(form, done.errors)


def show_review(form: Form, errors: Mapping[str, Invalid]) -> Response:
    """Every answer, the consent in full, and the box to tick."""
    form.come_to("agree")
    (agree,) = inputs_of(FLOW, ["agree"], form.known, form.at.facts, {}, errors)
    shown = {
        "answers": answered(FLOW, form.known, form.at.facts),
        "consent": i18n.say(consent_of(form.event, another=False, ticked=True)),
        "agree": agree,
    }
    page = render_template("visitor/review.html", words=WORDS, **about(form), **shown)
    return Response(page, otp_page.status(errors))


def ended(form: Form, outcome: tuple[object, ...]) -> Answer:
    """What the flow came to: it is done, there is a pass already, or it cannot go on."""
    wanted = tuple(one for one in outcome if isinstance(one, Effect) and not isinstance(one, Say))
    for effect in wanted:
        if isinstance(effect, SendPass):
            return already(form, effect.code)
    if not wanted:
        # What follows the first sentence tells what can be typed; the page has its buttons.
        return closed(form, *(text for one in outcome if isinstance(one, Say) for text in one.paragraphs[:1]))
    try:
        results = form.at.perform(wanted, form.at.draft.request)
    except Refused as no:
        return refused(form, no)
    return to_pass(form, results["code"])


def refused(form: Form, no: Refused) -> Answer:
    """Back to the question that the rules refused, to the pass that there is, or the end."""
    if no.code == "already_registered":
        return already(form, str(no.params["code"]))
    way = FLOW.refused.get(no.code)
    error = {str(way): Invalid(no.code, **no.params)}
    if way == "agree":
        return show_review(form, error)
    return show_details(form, error) if isinstance(way, str) else closed(form, on_page(no.code, no.params))


def already(form: Form, code: str) -> Answer:
    """Redirects to a pass that was there before; says so unless the first click of two has just made it."""
    mine = form.at.service.submissions.done(form.at.asker, form.at.draft.request)
    return to_pass(form, code, "" if mine else "already")


def to_pass(form: Form, code: str, note: str = "") -> Answer:
    """Redirects to the pass of this code; the form is over."""
    form.at.keep(replace(form.at.draft, values={}, typed={}, done=code))
    with form.at.service.database.read() as db:
        pass_id = passes.by_code(db, code).id
    return redirect(url_for("visitor.show_pass", pass_id=pass_id, note=note or None), 303)


def closed(form: Form, *why: Sentence) -> Response:
    """Why nobody can register, and where to go from here."""
    told = [i18n.say(one) for one in why]
    return Response(render_template("visitor/closed.html", words=WORDS, told=told, **about(form)))
