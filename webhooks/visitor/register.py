"""`/register/<event>`: the questions, the code, the review with the consent, and the pass."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from bot.conversation.web_sessions import FormDraft
from bot.domain import passes
from bot.errors import Refused
from bot.service import Service
from flows import engine
from flows.engine.submit import Submitted
from flows.shapes import Event, Invalid, SendPass, Sentence
from flows.text import LANGUAGES, _, words
from flows.text.choices import day_from, event_by, language_options, takes_visitors
from flows.text.event_states import sentence_of
from flows.text.page_refusals import on_page
from flows.visitor import waiting_question
from flows.visitor.consent import CONSENT_SHOWN, consent_of
from flows.visitor.waiting_question import WAIT
from flows.visitor.web_registration import WEB_REGISTRATION
from webhooks import i18n, look
from webhooks.chat_links import chat_link
from webhooks.visitor import countries
from webhooks.visitor import otp as otp_page
from webhooks.visitor.context import VisitorContext, visitor_context
from webhooks.visitor.inputs import answered, inputs_of

WEB_FLOW = WEB_REGISTRATION
MAX_VERSION_DIGITS = 8
"""Digits of a consent's version that a page may send back; what has more is none of ours."""
TEXTS = {
    **otp_page.ERROR_TEXTS,
    "KICKER": _("Get your entry pass"),
    "NEXT": _("Continue"),
    "OPTIONAL": _("optional"),
    "CHOOSE": _("Choose"),
    "COUNTRY": _("Country"),
    "REVIEW": _("Is everything right?"),
    "CORRECT": _("Change an answer"),
    "CONSENT": _("What you agree to"),
    "FINISH": _("Get my pass"),
    "OTHERS": _("See all events"),
    "WRITE_FIRST": _("Message us on WhatsApp"),
    "FIND": _("Already registered? Find your pass"),
    "DATA": _("Your data: see, save or delete it"),
}


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """A registration for an event that somebody fills in."""

    ctx: VisitorContext
    event: Event

    @property
    def known(self) -> Mapping[str, object]:
        """The answers so far; the page's language is that of the registration, where the event has it."""
        otp = {"otp": "proved"} if self.ctx.proved else {}
        offered = [option.id for option in language_options({}, self.ctx.facts)]
        language = {"language": i18n.language()} if i18n.language() in offered else {}
        return {**self.ctx.draft.values, "event": self.event.slug, **language, **otp}

    def submit(self, given: Mapping[str, str], known: Mapping[str, object] | None = None) -> Submitted:
        """These inputs, judged together with what is known."""
        values = self.known if known is None else known
        return engine.submit(WEB_FLOW, given, self.ctx.facts, i18n.language(), values)

    def record_step(self, step: str) -> None:
        """Note for the funnel how far this registration has come."""
        self.ctx.service.web_submissions.record_step(step, self.event.slug, self.ctx.asker, self.ctx.draft.request)

    def url(self, page: str) -> str:
        """The address of one of its pages."""
        return url_for(f"visitor.{page}", slug=self.event.slug)


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The pages of a registration."""

    def form(slug: str) -> RegistrationForm:
        at = visitor_context(service, f"register {slug}")
        event = event_by(slug, at.facts) or abort(404)
        i18n.offer(event.languages)
        return RegistrationForm(at, event)

    @blueprint.get("/register/<slug>")
    def details(slug: str) -> Answer:
        return show_details(begun_anew(form(slug)))

    @blueprint.post("/register/<slug>")
    def take_details(slug: str) -> Answer:
        return accept_details(begun_anew(form(slug)))

    @blueprint.get("/register/<slug>/code")
    @blueprint.post("/register/<slug>/code", endpoint="take_code")
    def code(slug: str) -> Answer:
        here = form(slug)
        return otp_page.answer(here.ctx, here.url("code"), here.url("details"), here.url("review"))

    @blueprint.get("/register/<slug>/review")
    def review(slug: str) -> Answer:
        return accept_review(form(slug), {})

    @blueprint.post("/register/<slug>/review")
    def take_review(slug: str) -> Answer:
        return accept_review(beside_its_words(form(slug)), {"agree": request.form.get("agree") or "no"})


def begun_anew(form: RegistrationForm) -> RegistrationForm:
    """The form, begun anew where its registration has led to a pass."""
    return (
        replace(form, ctx=replace(form.ctx, draft=FormDraft(request=secrets.token_hex(16))))
        if form.ctx.draft.done
        else form
    )


def beside_its_words(form: RegistrationForm) -> RegistrationForm:
    """The form with the version of the consent that stood on the page that was sent: a tick is for those words only."""
    sent = request.form.get("consent_version", "")
    if not sent:
        return form
    version = int(sent) if sent.isdecimal() and len(sent) <= MAX_VERSION_DIGITS else 0
    values = {**form.ctx.draft.values, CONSENT_SHOWN: version}
    return replace(form, ctx=replace(form.ctx, draft=replace(form.ctx.draft, values=values)))


# --- the questions --------------------------------------------------------------------------------


def show_details(form: RegistrationForm, errors: Mapping[str, Invalid] | None = None) -> Response:
    """The questions with what is known of the answers; or why nobody can register now."""
    facts = form.ctx.facts
    if not takes_visitors(form.event, facts):
        return show_closed(form, sentence_of(form.event, facts.days(form.event), facts.now))
    values = {"phone": form.ctx.visit.phone, **form.known}
    wrong = errors or {}
    inputs = inputs_of(WEB_FLOW, None, values, facts, form.ctx.draft.typed, wrong)
    page = render_template(
        "visitor/details.html",
        words=TEXTS,
        **about(form),
        inputs=inputs,
        wrong=[field for field in inputs if field.error],
        countries=countries.choices(i18n.language()),
        country=form.ctx.draft.country or form.ctx.service.settings.default_region,
        whatsapp_first=otp_page.whatsapp_first(form.ctx, wrong.get("phone")),
        codes_go_to=otp_page.countries_text(form.ctx, form.event.slug),
        request_id=secrets.token_hex(8),
    )
    return Response(page, otp_page.status(wrong))


def about(form: RegistrationForm) -> dict[str, object]:
    """The event's facts that every page shows."""
    event = form.event
    return {
        "event": i18n.say(words(event.name)),
        "event_head": look.head_of(event),
        "notice": i18n.say(words(event.notice)) if event.notice else "",
        "welcome": i18n.say(words(event.welcome)) if event.welcome else "",
        "slug": event.slug,
        "whatsapp": chat_link(form.ctx.service.settings, f"hi {event.slug}"),
    }


def accept_details(form: RegistrationForm) -> Answer:
    """The answer to the questions: the code's page, the review, or the questions again with what is wrong."""
    slots = [step.name for step in WEB_FLOW.steps] + [question.name for question in form.event.questions]
    typed = {
        slot: request.form[slot] for slot in slots if slot in request.form and slot not in ("otp", "agree", "event")
    }
    if typed.get("language") in LANGUAGES:
        session["language"] = typed["language"]
    if request.form.get("act") == "language":
        form.ctx.keep(replace(form.ctx.draft, typed=typed))
        return redirect(form.url("details"), 303)
    given = {**typed, **{slot: typed.get(slot, "") for slot in first_inputs(form)}}
    done = form.submit(given, {"event": form.event.slug})
    draft = replace(form.ctx.draft, values=done.values, typed=typed)
    form = replace(form, ctx=replace(form.ctx, draft=draft))
    form.ctx.keep(draft)
    if done.outcome:
        return finish(form, done)
    if done.errors or WAIT in done.missing:
        wrong = done.errors or {WAIT: Invalid("other_day")}
        form.record_step(next(iter(wrong)))
        return show_details(form, wrong)
    return redirect(form.url("review"), 303) if form.ctx.proved else send_code(form)


def first_inputs(form: RegistrationForm) -> list[str]:
    """The slots of the questions on the first page."""
    return [field.slot for field in inputs_of(WEB_FLOW, None, {"event": form.event.slug}, form.ctx.facts, {}, {})]


def send_code(form: RegistrationForm) -> Answer:
    """Redirects to the code's page; or shows the questions again where no code can be sent to the number."""
    try:
        seconds = otp_page.begin(form.ctx, request.form.get("request", ""))
    except Refused as no:
        form.record_step("phone")
        return otp_page.with_wait(show_details(form, {"phone": Invalid(no.code, **no.params)}), no)
    form.record_step("otp")
    return otp_page.to_code(form.url("code"), seconds)


# --- the review and the end -----------------------------------------------------------------------


def accept_review(form: RegistrationForm, given: Mapping[str, str]) -> Answer:
    """The review, or what comes of agreeing to it."""
    at = form.ctx
    if at.draft.done:
        return to_pass(form, at.draft.done)
    if not at.proved:
        return redirect(form.url("code" if at.phone else "details"), 303)
    done = form.submit(given)
    if done.outcome:
        return finish(form, done)
    others = {slot: no for slot, no in done.errors.items() if slot != "agree"}
    missing = [slot for slot in done.missing if slot != "agree"]
    if others or missing:
        return show_details(form, others | {slot: Invalid("empty") for slot in missing})
    return show_review(form, done.errors)


def show_review(form: RegistrationForm, errors: Mapping[str, Invalid]) -> Response:
    """Every answer, the consent in full, and the box to tick."""
    form.record_step("agree")
    (agree,) = inputs_of(WEB_FLOW, ["agree"], form.known, form.ctx.facts, {}, errors)
    page = render_template(
        "visitor/review.html",
        words=TEXTS,
        **about(form),
        answers=answered(WEB_FLOW, form.known, form.ctx.facts),
        consent=i18n.say(consent_of(form.event, another=False, ticked=True)),
        consent_version=form.event.consent_version,
        agree=agree,
    )
    return Response(page, otp_page.status(errors))


def finish(form: RegistrationForm, done: Submitted) -> Answer:
    """What the flow came to: it is done, there is a pass already, or it cannot go on."""
    existing = next((effect for effect in done.wanted if isinstance(effect, SendPass)), None)
    if existing:
        return show_existing(form, existing.code)
    if not done.wanted:
        # What follows the first sentence tells what can be typed; the page has its buttons.
        return show_closed(form, *(paragraph for say in done.says for paragraph in say.paragraphs[:1]))
    try:
        results = form.ctx.perform(done.wanted, form.ctx.draft.request)
    except Refused as no:
        return show_refusal(form, no)
    if "place" in results:
        return show_closed(form, *in_line(results))
    return to_pass(form, results["code"])


def in_line(results: Mapping[str, str]) -> tuple[Sentence, ...]:
    """What somebody is told who waits for a full day; the results are text."""
    day, party, place = day_from(results["day"]), int(results["party_size"]), int(results["place"])
    return (waiting_question.place_sentence(day, party, place), waiting_question.LATER)


def show_refusal(form: RegistrationForm, no: Refused) -> Answer:
    """Back to the question that the rules refused, to the pass that there is, or the end."""
    if no.code == "already_registered":
        return show_existing(form, str(no.params["code"]))
    way = WEB_FLOW.refused.get(no.code)
    error = {str(way): Invalid(no.code, **no.params)}
    if way == "agree":
        return show_review(form, error)
    return show_details(form, error) if isinstance(way, str) else show_closed(form, on_page(no.code, no.params))


def show_existing(form: RegistrationForm, code: str) -> Answer:
    """Redirects to a pass that was there before; says so unless the first click of two has just made it."""
    mine = form.ctx.service.web_submissions.is_performed(form.ctx.asker, form.ctx.draft.request)
    return to_pass(form, code, "" if mine else "already")


def to_pass(form: RegistrationForm, code: str, note: str = "") -> Answer:
    """Redirects to the pass of this code; the form is over."""
    form.ctx.keep(replace(form.ctx.draft, values={}, typed={}, done=code))
    pass_id = form.ctx.service.database.ask(passes.by_code, code).id
    return redirect(url_for("visitor.show_pass", pass_id=pass_id, note=note or None), 303)


def show_closed(form: RegistrationForm, *why: Sentence) -> Response:
    """Why nobody can register, and where to go from here."""
    told = [i18n.say(sentence) for sentence in why]
    return Response(render_template("visitor/closed.html", words=TEXTS, told=told, **about(form)))
