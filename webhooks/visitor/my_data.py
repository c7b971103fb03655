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
from bot.domain import audit, visitors
from bot.domain.models import Checkin, Event, Pass, Registration
from bot.domain.passes import days as pass_days
from bot.domain.visitors import Known
from bot.errors import Refused
from bot.personal_data import export as personal_data_export
from bot.service import Service
from flows import engine
from flows.engine.submit import Submitted
from flows.shapes import Effect, Say, Sentence
from flows.text import LANGUAGES, _, words
from flows.text.choices import people as so_many
from flows.text.pass_days import said
from flows.understanding import codes
from flows.visitor.my_data import DELETE_DATA
from webhooks import i18n
from webhooks.visitor import otp as otp_page
from webhooks.visitor import session as visitor_session
from webhooks.visitor.otp import Here
from webhooks.visitor.pass_page import as_file

NAME = "data"
WORDS = {
    "TITLE": _("Your data"),
    "LEAD": _("This is what we hold about you."),
    "NOTHING": _("We hold nothing about this number but this visit, for two hours at most."),
    "YOU": _("You"),
    "NUMBER": _("Mobile number"),
    "USER": _("WhatsApp name"),
    "LANGUAGE": _("Language"),
    "SINCE": _("Known since"),
    "STOPPED": _("No messages wanted since"),
    "MESSAGES": _("Messages sent to you"),
    "NAME": _("Name"),
    "FOR": _("Registered for somebody else"),
    "AGREED": _("Agreed on"),
    "TERMS": _("What was agreed to"),
    "PASS": _("Pass"),
    "ENTRY": _("Entry"),
    "SAVE": _("Save it as a file"),
    "DELETE": _("Delete my data"),
    "PASSES": _("All my passes"),
    "SURE": _("Delete everything?"),
    "GOES": _("Your name, number, answers and messages go. How many people came stays, without names."),
    "YES": _("Yes, delete everything"),
    "NO": _("No, keep it"),
    "EVEN_SO": _("Yes, delete it even so"),
    "GONE": _("Your data are being deleted"),
    "IN_A_MINUTE": _("Everything that we hold about you is being deleted; in a minute nothing of it is left with us."),
    "ELSEWHERE": _("What you saved yourself, and the chat on your own phone, stays until you delete it there."),
    "OTHERS": _("To all events"),
}
STATUS = {"valid": _("valid"), "revoked": _("cancelled"), "replaced": _("replaced by another")}
FILE = "my-data.json"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    title: str
    lines: tuple[tuple[str, str], ...]
    terms: str = ""
    """What was agreed to, in full."""


def add(door: Blueprint, service: Service) -> None:
    """The pages of somebody's own data."""

    @door.get("/passes/data")
    def my_data() -> Answer:
        return _proved(service, shown)

    @door.get("/passes/data/file")
    def my_data_file() -> Answer:
        return _proved(service, saved)

    @door.get("/passes/data/delete")
    def delete_data() -> Answer:
        return _proved(service, asked)

    @door.post("/passes/data/delete")
    def take_delete() -> Answer:
        return _proved(service, deleted)

    @door.get("/passes/deleted")
    def data_deleted() -> Response:
        return Response(render_template("visitor/deleted.html", words=WORDS))


def _proved(service: Service, answer: Callable[[Here], Answer]) -> Answer:
    """What somebody gets whose phone is proved; all others are asked for one."""
    at = otp_page.here(service, NAME)
    return answer(at) if at.visit.phone else redirect(url_for("visitor.find_passes"), 303)


# --- what is held ---------------------------------------------------------------------------------


def shown(at: Here) -> Response:
    """The page; that somebody looked is in the audit log."""
    with at.service.database.read() as db:
        known = _known(db, at)
        sections = tuple(_sections(db, at, known)) if known else ()
    _noted(at, known, report=False)
    return Response(render_template("visitor/data.html", words=WORDS, sections=sections))


def saved(at: Here) -> Response:
    """All that is held about them, as JSON, without the names of volunteers."""
    with at.service.database.read() as db:
        known = _known(db, at)
        whole = personal_data_export.everything(db, known, at.service.redis) if known else {}
    _noted(at, known, report=True)
    consents = personal_data_export.consents(known) if known else {}
    entries = [{name: value for name, value in one.items() if name != "by"} for one in whole.get("entries", ())]
    told = {**whole, "entries": entries, "consents": consents}
    return as_file(json.dumps(told, ensure_ascii=False, indent=2, default=str).encode(), "application/json", FILE)


def _known(db: Session, at: Here) -> Known | None:
    try:
        return visitors.known(db, at.visit.phone or "", region=at.asker.country)
    except Refused:
        return None


def _noted(at: Here, known: Known | None, *, report: bool) -> None:
    about = {"contacts": [one.id for one in known.contacts] if known else [], "report": report}
    with at.service.database.write() as db:
        audit.note(db, audit.VIEWED, now=at.service.now(), actor=effects.THEMSELVES, about=about)


def _sections(db: Session, at: Here, known: Known) -> Iterator[Section]:
    whole = personal_data_export.everything(db, known, at.service.redis)
    zone = ZoneInfo(known.registrations[0].event.timezone if known.registrations else "UTC")
    lines = {
        "NUMBER": ", ".join(whole["phones"]),
        "USER": ", ".join(whole["user_ids"]),
        "LANGUAGE": LANGUAGES.get(whole["language"] or "", ""),
        "SINCE": _moment(whole["known_since"], zone),
        "STOPPED": _moment(whole["stopped"], zone) if whole["stopped"] else "",
        "MESSAGES": str(len(whole["deliveries"])),
    }
    yield Section(i18n.say(WORDS["YOU"]), tuple(_told(lines)))
    mine = {one.id for one in known.contacts}
    for one in known.registrations:
        yield _registration(one, [entry for entry in known.entries if entry.pass_ in one.passes], mine)


def _registration(one: Registration, entries: list[Checkin], mine: set[int]) -> Section:
    lines = {"NAME" if one.holder_id in mine else "FOR": one.full_name}
    answers = [(_label(one.event, name), str(value)) for name, value in one.answers.items() if value not in (None, "")]
    passes = [(i18n.say(WORDS["PASS"]), _pass(issued)) for issued in one.passes]
    zone = ZoneInfo(one.event.timezone)
    came = [(i18n.say(WORDS["ENTRY"]), _entry(entry, zone)) for entry in entries]
    agreed = tuple(_told({"AGREED": _moment(one.consented_at, zone)}))
    title = i18n.say(words({"en": one.event.name, **one.event.names}))
    return Section(title, (*_told(lines), *answers, *passes, *came, *agreed), one.consent_text)


def _label(event: Event, name: str) -> str:
    labels = next((one["labels"] for one in event.questions if one["name"] == name), None)
    return i18n.say(words(labels)) if labels else name


def _pass(one: Pass) -> str:
    parts = (words(codes.shown(one.code)), said(pass_days.of(one)), so_many(one.party_size), STATUS[one.status])
    return " · ".join(i18n.say(part) for part in parts)


def _entry(one: Checkin, zone: ZoneInfo) -> str:
    parts = [_moment(one.scanned_at, zone), i18n.say(so_many(one.people)), one.gate.name if one.gate else ""]
    return " · ".join(part for part in parts if part)


def _told(lines: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((i18n.say(WORDS[name]), value) for name, value in lines.items() if value)


# --- the end of it --------------------------------------------------------------------------------


def asked(at: Here) -> Response:
    """The first question, with the passes that would be lost."""
    return _question(at, _judged(at, {}), {"agree": "yes"}, WORDS["YES"])


def deleted(at: Here) -> Answer:
    """The answer to a yes: deleted, or asked once more where there is a pass for today."""
    given = {name: request.form[name] for name in ("agree", "again") if name in request.form}
    done = _judged(at, given, today="today" in request.form)
    if "again" in done.missing:
        return _again(at, done)
    wanted = tuple(one for one in done.outcome if isinstance(one, Effect) and not isinstance(one, Say))
    if not wanted:
        return redirect(url_for("visitor.my_data"), 303)
    try:
        at.perform(wanted, request.form.get("request") or secrets.token_hex(8))
    except Refused as no:
        if no.code != "valid_today":
            raise
        return _again(at, done)
    at.service.visits.end(at.visit)
    session.pop(visitor_session.COOKIE, None)
    return redirect(url_for("visitor.data_deleted"), 303)


def _judged(at: Here, given: Mapping[str, str], *, today: bool = False) -> Submitted:
    known = {"today": True} if today else {}
    return engine.submit(DELETE_DATA, given, at.facts, i18n.language(), known)


def _again(at: Here, done: Submitted) -> Response:
    return _question(at, done, {"agree": "yes", "again": "yes", "today": "yes"}, WORDS["EVEN_SO"])


def _question(at: Here, done: Submitted, yes: Mapping[str, str], button: Sentence) -> Response:
    step = DELETE_DATA.steps[1 if "again" in yes else 0]
    said = step.ask(done.values, at.facts) if callable(step.ask) else (step.ask,)
    told = {"said": [i18n.say(one) for one in said], "yes": yes, "button": i18n.say(button)}
    return Response(render_template("visitor/delete.html", words=WORDS, request_id=secrets.token_hex(8), **told))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return i18n.say(words(moment.astimezone(zone)))
