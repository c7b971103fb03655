"""`/passes/data`: shows, exports and deletes what is held about a person, after a code has proved their phone."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from bot.conversation import effects
from bot.domain import audit, pass_days, visitors
from bot.domain.models import Checkin, Event, Pass, Registration
from bot.domain.visitors import KnownPerson
from bot.errors import Refused
from bot.personal_data import export as personal_data_export
from bot.service import Service
from flows import engine
from flows.engine.submit import Submitted
from flows.fields.phone import grouped
from flows.shapes import Sentence
from flows.text import LANGUAGES, _, words
from flows.text.choices import people as so_many
from flows.text.pass_days import describe_days
from flows.understanding import codes
from flows.visitor.my_data import DELETE_DATA
from webhooks import i18n
from webhooks.visitor import session as visitor_session
from webhooks.visitor.context import VisitorContext, visitor_context
from webhooks.visitor.pass_page import as_file

FORM_NAME = "data"
TEXTS = {
    "TITLE": _("Your data"),
    "LEAD": _("This is the data we keep about you."),
    "NOTHING": _("We keep no data about this number, except this visit for at most 2 hours."),
    "YOU": _("You"),
    "NUMBER": _("Mobile number"),
    "USER": _("WhatsApp name"),
    "LANGUAGE": _("Language"),
    "SINCE": _("First contact"),
    "STOPPED": _("Messages stopped since"),
    "MESSAGES": _("Messages sent to you"),
    "NAME": _("Name"),
    "FOR": _("Registered for someone else"),
    "AGREED": _("Agreed on"),
    "TERMS": _("What you agreed to"),
    "PASS": _("Pass"),
    "ENTRY": _("Entry"),
    "SAVE": _("Save as a file"),
    "DELETE": _("Delete my data"),
    "PASSES": _("All my passes"),
    "SURE": _("Delete everything?"),
    "GOES": _("We delete your name, number, answers and messages. We keep how many people came, without names."),
    "YES": _("Yes, delete everything"),
    "NO": _("No, keep it"),
    "EVEN_SO": _("Yes, delete anyway"),
    "GONE": _("We are deleting your data"),
    "IN_A_MINUTE": _("We are deleting all your data. In a minute it will be gone."),
    "ELSEWHERE": _("Files you saved and the chat on your own phone stay until you delete them."),
    "OTHERS": _("See all events"),
}
STATUS_NAMES = {"valid": _("valid"), "revoked": _("cancelled"), "replaced": _("replaced")}
FILE = "my-data.json"


@dataclass(frozen=True, slots=True)
class DataSection:
    """A part of the page."""

    title: str
    lines: tuple[tuple[str, str], ...]
    terms: str = ""
    """What was agreed to, in full."""


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The pages of somebody's own data."""

    @blueprint.get("/passes/data")
    def my_data() -> Answer:
        return _proved(service, show_data)

    @blueprint.get("/passes/data/file")
    def my_data_file() -> Answer:
        return _proved(service, download_data)

    @blueprint.get("/passes/data/delete")
    def delete_data() -> Answer:
        return _proved(service, ask_deletion)

    @blueprint.post("/passes/data/delete")
    def take_delete() -> Answer:
        return _proved(service, delete)

    @blueprint.get("/passes/deleted")
    def data_deleted() -> Response:
        return Response(render_template("visitor/deleted.html", words=TEXTS))


def _proved(service: Service, answer: Callable[[VisitorContext], Answer]) -> Answer:
    """What somebody gets whose phone is proved; all others are asked for one."""
    at = visitor_context(service, FORM_NAME)
    return answer(at) if at.visit.phone else redirect(url_for("visitor.find_passes"), 303)


# --- what is held ---------------------------------------------------------------------------------


def show_data(ctx: VisitorContext) -> Response:
    """The page; that somebody looked is in the audit log."""
    with ctx.service.database.read() as db:
        known = _known(db, ctx)
        sections = tuple(_sections(db, ctx, known)) if known else ()
    _record_view(ctx, known, report=False)
    return Response(render_template("visitor/data.html", words=TEXTS, sections=sections))


def download_data(ctx: VisitorContext) -> Response:
    """All that is held about them, as JSON, without the names of volunteers."""
    with ctx.service.database.read() as db:
        known = _known(db, ctx)
        whole = personal_data_export.export_person(db, known, ctx.service.redis) if known else {}
    _record_view(ctx, known, report=True)
    consents = personal_data_export.consents(known) if known else {}
    entries = [{name: value for name, value in entry.items() if name != "by"} for entry in whole.get("entries", ())]
    told = {**whole, "entries": entries, "consents": consents}
    return as_file(json.dumps(told, ensure_ascii=False, indent=2, default=str).encode(), "application/json", FILE)


def _known(db: Session, ctx: VisitorContext) -> KnownPerson | None:
    try:
        return visitors.known(db, ctx.visit.phone or "", region=ctx.asker.country)
    except Refused:
        return None


def _record_view(ctx: VisitorContext, known: KnownPerson | None, *, report: bool) -> None:
    about = {"contacts": [contact.id for contact in known.contacts] if known else [], "report": report}
    with ctx.service.database.write() as db:
        audit.record(db, audit.PERSON_VIEWED, now=ctx.service.now(), actor=effects.SELF_ACTOR, about=about)


def _sections(db: Session, ctx: VisitorContext, known: KnownPerson) -> Iterator[DataSection]:
    whole = personal_data_export.export_person(db, known, ctx.service.redis)
    zone = ZoneInfo(known.registrations[0].event.timezone if known.registrations else "UTC")
    lines = {
        "NUMBER": ", ".join(map(grouped, whole["phones"])),
        "USER": ", ".join(whole["user_ids"]),
        "LANGUAGE": LANGUAGES.get(whole["language"] or "", ""),
        "SINCE": _moment(whole["known_since"], zone),
        "STOPPED": _moment(whole["stopped"], zone) if whole["stopped"] else "",
        "MESSAGES": str(len(whole["deliveries"])),
    }
    yield DataSection(i18n.say(TEXTS["YOU"]), tuple(_non_empty(lines)))
    mine = {contact.id for contact in known.contacts}
    for registration in known.registrations:
        yield _registration(
            registration, [entry for entry in known.entries if entry.pass_ in registration.passes], mine
        )


def _registration(registration: Registration, entries: list[Checkin], contact_ids: set[int]) -> DataSection:
    lines = {"NAME" if registration.holder_id in contact_ids else "FOR": registration.full_name}
    answers = [
        (_label(registration.event, name), str(value))
        for name, value in registration.answers.items()
        if value not in (None, "")
    ]
    passes = [(i18n.say(TEXTS["PASS"]), _pass(issued)) for issued in registration.passes]
    zone = ZoneInfo(registration.event.timezone)
    came = [(i18n.say(TEXTS["ENTRY"]), _entry(entry, zone)) for entry in entries]
    agreed = tuple(_non_empty({"AGREED": _moment(registration.consented_at, zone)}))
    title = i18n.say(words({"en": registration.event.name, **registration.event.names}))
    return DataSection(title, (*_non_empty(lines), *answers, *passes, *came, *agreed), registration.consent_text)


def _label(event: Event, name: str) -> str:
    labels = next((question["labels"] for question in event.questions if question["name"] == name), None)
    return i18n.say(words(labels)) if labels else name


def _pass(pass_: Pass) -> str:
    parts = (
        words(codes.shown(pass_.code)),
        describe_days(pass_days.days_of_pass(pass_)),
        so_many(pass_.party_size),
        STATUS_NAMES[pass_.status],
    )
    return " · ".join(i18n.say(part) for part in parts)


def _entry(entry: Checkin, zone: ZoneInfo) -> str:
    parts = [_moment(entry.scanned_at, zone), i18n.say(so_many(entry.people)), entry.gate.name if entry.gate else ""]
    return " · ".join(part for part in parts if part)


def _non_empty(lines: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((i18n.say(TEXTS[name]), value) for name, value in lines.items() if value)


# --- the end of it --------------------------------------------------------------------------------


def ask_deletion(ctx: VisitorContext) -> Response:
    """The first question, with the passes that would be lost."""
    return _question(ctx, _check_answer(ctx, {}), {"agree": "yes"}, TEXTS["YES"])


def delete(ctx: VisitorContext) -> Answer:
    """The answer to a yes: deleted, or asked once more where there is a pass for today."""
    given = {name: request.form[name] for name in ("agree", "again") if name in request.form}
    done = _check_answer(ctx, given, today="today" in request.form)
    if "again" in done.missing:
        return _ask_again(ctx, done)
    if not done.wanted:
        return redirect(url_for("visitor.my_data"), 303)
    try:
        ctx.perform(done.wanted, request.form.get("request") or secrets.token_hex(8))
    except Refused as no:
        if no.code != "valid_today":
            raise
        return _ask_again(ctx, done)
    ctx.service.web_sessions.end(ctx.visit)
    session.pop(visitor_session.COOKIE, None)
    return redirect(url_for("visitor.data_deleted"), 303)


def _check_answer(ctx: VisitorContext, given: Mapping[str, str], *, today: bool = False) -> Submitted:
    known = {"today": True} if today else {}
    return engine.submit(DELETE_DATA, given, ctx.facts, i18n.language(), known)


def _ask_again(ctx: VisitorContext, submitted: Submitted) -> Response:
    return _question(ctx, submitted, {"agree": "yes", "again": "yes", "today": "yes"}, TEXTS["EVEN_SO"])


def _question(ctx: VisitorContext, submitted: Submitted, yes: Mapping[str, str], button: Sentence) -> Response:
    step = DELETE_DATA.steps[1 if "again" in yes else 0]
    said = step.ask(submitted.values, ctx.facts) if callable(step.ask) else (step.ask,)
    told = {"said": [i18n.say(sentence) for sentence in said], "yes": yes, "button": i18n.say(button)}
    return Response(render_template("visitor/delete.html", words=TEXTS, request_id=secrets.token_hex(8), **told))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return i18n.say(words(moment.astimezone(zone)))
