"""`/passes/<id>/change` and `…/cancel`: the chat's own flows as forms, for who has proved the phone of the pass."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from bot.domain import passes
from bot.errors import Refused
from bot.service import Service
from flows import engine
from flows.engine.submit import Submitted
from flows.fields.steps import steps_of
from flows.shapes import ChangePass, Flow, Invalid, PassFacts, Sentence
from flows.text import _
from flows.text.choices import chosen_pass, pass_line
from flows.text.page_refusals import on_page
from flows.visitor.cancellation import CANCELLATION
from flows.visitor.my_pass import CHANGE, DAY_REFUSALS, PARTY_REFUSALS
from webhooks import i18n
from webhooks.visitor import otp as otp_page
from webhooks.visitor.context import VisitorContext, visitor_context
from webhooks.visitor.inputs import FlowInput, inputs_of
from webhooks.visitor.pass_page import visible_pass

FORM_NAME = "change"
TEXTS = {
    **otp_page.ERROR_TEXTS,
    "CHANGE": _("Change your pass"),
    "OLD": _("You get a new pass. The old code and QR code then no longer work."),
    "SAVE": _("Get the new pass"),
    "KEEP": _("No, keep it"),
    "CANCEL": _("Cancel this pass?"),
    "YES": _("Yes, cancel my pass"),
    "BACK": _("Back to the pass"),
    "CHOOSE": _("Choose"),
    "OPTIONAL": _("optional"),
}


@dataclass(frozen=True, slots=True)
class HeldPass:
    """A pass of whoever asks, and who asks."""

    ctx: VisitorContext
    pass_id: int
    facts: PassFacts

    @property
    def known(self) -> Mapping[str, object]:
        """What the flows know before the first question: which pass."""
        return {"code": self.facts.code}

    def submit(self, flow: Flow, given: Mapping[str, str]) -> Submitted:
        """These answers, judged by the flow."""
        return engine.submit(flow, given, self.ctx.facts, i18n.language(), self.known)


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The pages on which a pass is changed or cancelled."""

    @blueprint.get("/passes/<int:pass_id>/change")
    def change_pass(pass_id: int) -> Answer:
        return _of_own_pass(service, pass_id, lambda held: show_form(held, held.submit(CHANGE, {})))

    @blueprint.post("/passes/<int:pass_id>/change")
    def take_change(pass_id: int) -> Answer:
        return _of_own_pass(service, pass_id, change)

    @blueprint.get("/passes/<int:pass_id>/cancel")
    def cancel_pass(pass_id: int) -> Answer:
        return _of_own_pass(service, pass_id, ask)

    @blueprint.post("/passes/<int:pass_id>/cancel")
    def take_cancel(pass_id: int) -> Answer:
        return _of_own_pass(service, pass_id, cancel)


def _of_own_pass(service: Service, pass_id: int, answer: Callable[[HeldPass], Answer]) -> Answer:
    """What the holder of a pass gets; others are asked for their phone, or shown what they have."""
    ctx = visitor_context(service, FORM_NAME)
    with visible_pass(service, pass_id) as visible:
        facts = chosen_pass({"code": visible.image.code}, ctx.facts)
    if facts is None:
        return redirect(url_for("visitor.find_passes"), 303)
    i18n.offer(next(event.languages for event in ctx.facts.events if event.slug == facts.event))
    return answer(HeldPass(ctx, pass_id, facts))


# --- another day or number ------------------------------------------------------------------------


def show_form(held: HeldPass, judged: Submitted, errors: Mapping[str, Invalid] | None = None) -> Answer:
    """The questions with what the pass says now, or what was typed; or why it cannot be changed."""
    if judged.outcome and not judged.wanted:
        return told(held, judged)
    wrong = errors or {}
    now = {**held.known, "visit_date": held.facts.day.isoformat(), "party_size": held.facts.party_size}
    typed = {slot: request.form[slot] for slot in _slots(held) if slot in request.form}
    inputs = [_asked(held, one) for one in inputs_of(CHANGE, _slots(held), now, held.ctx.facts, typed, wrong)]
    page = render_template(
        "visitor/change.html",
        words=TEXTS,
        pass_id=held.pass_id,
        inputs=inputs,
        wrong=[one for one in inputs if one.error],
        line=i18n.say(pass_line(held.facts)),
        request_id=_request(),
    )
    return Response(page, otp_page.status(wrong))


def change(held: HeldPass) -> Answer:
    """The new pass; or the form again with what is wrong."""
    judged = held.submit(CHANGE, {slot: request.form.get(slot, "") for slot in _slots(held)})
    errors = {**judged.errors, **{slot: Invalid("empty") for slot in judged.missing}}
    if errors:
        return show_form(held, judged, errors)
    if not judged.wanted:
        return told(held, judged)
    if not isinstance(judged.wanted[0], ChangePass):
        return redirect(url_for("visitor.show_pass", pass_id=held.pass_id, note="same"), 303)
    try:
        made = held.ctx.perform(judged.wanted, request.form.get("request") or _request())
    except Refused as no:
        slot = "visit_date" if no.code in DAY_REFUSALS else "party_size" if no.code in PARTY_REFUSALS else ""
        if slot in _slots(held):
            return show_form(held, replace(judged, outcome=()), {slot: Invalid(no.code, **no.params)})
        return refused(held, on_page(no.code, no.params))
    new = held.ctx.service.database.ask(passes.by_code, made["code"]).id
    return redirect(url_for("visitor.show_pass", pass_id=new, note="changed"), 303)


def _slots(held: HeldPass) -> tuple[str, ...]:
    """What can be chosen; nobody chooses among the days of a kind that has its own."""
    return ("party_size",) if held.facts.kind_days else ("visit_date", "party_size")


def _asked(held: HeldPass, one: FlowInput) -> FlowInput:
    """The question as its label; what is said before it in the chat stands on the pass."""
    step = next(step for step in steps_of(CHANGE, held.known, held.ctx.facts) if step.name == one.slot)
    said = step.ask(held.known, held.ctx.facts) if callable(step.ask) else (step.ask,)
    return replace(one, label=i18n.say(said[-1]))


# --- the end of it --------------------------------------------------------------------------------


def ask(held: HeldPass) -> Answer:
    """The chat's question, with the pass that would be lost."""
    judged = held.submit(CANCELLATION, {})
    if judged.outcome:
        return told(held, judged)
    step = next(step for step in CANCELLATION.steps if step.name == "agree")
    said = step.ask(held.known, held.ctx.facts) if callable(step.ask) else (step.ask,)
    lines = [i18n.say(sentence) for sentence in said]
    page = render_template("visitor/cancel.html", words=TEXTS, pass_id=held.pass_id, said=lines, request_id=_request())
    return Response(page)


def cancel(held: HeldPass) -> Answer:
    """The answer to a yes; without one the question again."""
    judged = held.submit(CANCELLATION, {"agree": request.form["agree"]} if "agree" in request.form else {})
    if not judged.wanted:
        return ask(held)
    try:
        held.ctx.perform(judged.wanted, request.form.get("request") or _request())
    except Refused as no:
        return refused(held, on_page(no.code, no.params))
    return redirect(url_for("visitor.find_passes", note="cancelled"), 303)


# --- both -----------------------------------------------------------------------------------------


def told(held: HeldPass, judged: Submitted) -> Answer:
    """What the flow says where nothing comes of it, and the way back."""
    return refused(held, *(paragraph for say in judged.says for paragraph in say.paragraphs))


def refused(held: HeldPass, *said: Sentence) -> Answer:
    """Why nothing came of it, and the way back."""
    lines = [i18n.say(sentence) for sentence in said]
    return Response(render_template("visitor/change_refused.html", words=TEXTS, pass_id=held.pass_id, said=lines))


def _request() -> str:
    """The id of a form: what it comes to is done once."""
    return secrets.token_hex(8)
