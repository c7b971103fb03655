"""The context of the desk's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, make_response, render_template

from bot.domain.events import scan_context
from bot.domain.models import Pass
from bot.domain.passes import kinds, slips
from bot.domain.passes.slips import Slip
from bot.domain.roster import gates
from bot.service import Service
from flows.gate import answers as gate_answers
from flows.gate import walkup
from flows.gate.menu import PAUSED
from flows.shapes import Event, Sentence
from flows.shapes.scans import Admission, Scan, SeenPass
from flows.text import LANGUAGES, _, access_needs, refusals, words
from flows.text.choices import people
from flows.text.literal import escape
from flows.visitor import consent
from webhooks import i18n, limits
from webhooks.staff.desk import form as desk_form
from webhooks.staff.desk import session as desk_session
from webhooks.staff.desk import slip
from webhooks.staff.desk import texts as desk_texts
from webhooks.staff.desk.form import DeskInput
from webhooks.staff.desk.session import DeskSession
from webhooks.staff.session import SignedIn, user

RATE_LIMIT = "60 per minute"
"""Registrations, searches and prints of one volunteer: no hand is faster."""
WARNINGS: Mapping[str, Sentence] = {
    "anyway": desk_texts.PHONE_HAS_PASS,
    "overbook": walkup.OVERFULL,
}
"""What can be gone on in spite of."""


@dataclass(frozen=True, slots=True)
class DeskContext:
    """The desk and whoever works there."""

    user: SignedIn
    gate: str | None
    """The slug of their gate, or of the event's only open one."""
    gate_name: str
    day: date
    is_open: bool
    kinds: tuple[tuple[str, Mapping[str, str]], ...]
    """Slug and labels of each kind of pass that lets people in today."""
    most: int
    """The largest party of any of them."""
    paused: Sentence | None
    """Until when they may do nothing, having guessed too many codes."""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The place, and what came of the form that was sent."""

    place: DeskContext
    typed: DeskInput | None = None
    wrong: Mapping[str, Sentence] = field(default_factory=dict)
    """What is wrong, by input."""
    problem: Sentence | None = None
    warning: str = ""
    """`anyway` or `overbook`: what a button would go on in spite of."""
    refused: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the warning: which pass there is already, how many places are left."""
    sought: str = field(default="", repr=False)
    found: Sequence[SeenPass] | None = None
    """None: nobody searched."""
    more: bool = False
    not_found: Sentence | None = None
    """Why there was no search."""
    typed_code: str = ""
    no_slip: Sentence | None = None
    """Why no slip can be printed again."""


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass whose slip was made here."""

    pass_id: int
    name: str
    people: Sentence
    slip: Slip


def at_work(service: Service) -> DeskContext:
    """The desk, for somebody who may act now: not too often, and not while paused for guessing; else the answer."""
    here = desk_context(service)
    limits.spend(RATE_LIMIT, "desk", str(here.user.row.id))
    if here.paused:
        abort(answer(service, DeskPage(here), 403))
    return here


def answer(service: Service, page: DeskPage, status: int = 200) -> Response:
    """The page. One that is loaded again prints nothing again."""
    kept = desk_session.load_session()
    shown = make_response(render_template("staff/desk.html", **page_values(service, page, kept)), status)
    desk_session.save_session(replace(kept, fresh=""))
    return shown


def desk_context(service: Service) -> DeskContext:
    """The place where the person of this request works now."""
    whoever, now = user(), service.now()
    event = whoever.event
    with service.database.read() as db:
        gate = whoever.row.gate or gates.clear_chosen_gate(db, whoever.row.event_id)
        here = scan_context.load(db, event.slug, gate.slug if gate else None, now)
        known = kinds.given_out(db, event.slug)
    of_today = [kind for kind in known if not kind.days or here.day.isoformat() in kind.days]
    until = whoever.row.paused_until
    hour = until.astimezone(ZoneInfo(event.timezone)).time() if until and now < until else None
    return DeskContext(
        user=whoever,
        gate=gate.slug if gate else None,
        gate_name=gate.name if gate else "",
        day=here.day,
        is_open=here.is_open,
        kinds=tuple((kind.slug, {"en": kind.slug, **kind.labels}) for kind in of_today),
        most=max((kind.max_party or event.max_party for kind in of_today), default=event.max_party),
        paused=PAUSED.filled(hour=hour) if hour else None,
    )


def issued_passes(service: Service, whoever: SignedIn, ids: Sequence[int]) -> list[IssuedPass]:
    """The passes of these ids with their slips, in this order; those that are not valid any more are left out."""
    if not ids:
        return []
    with service.database.read() as db:
        return [_issued_pass(service, pass_) for pass_ in slips.still_valid(db, whoever.row.event_id, ids)]


LABEL_NAMES = {"full_name": "NAME", "party_size": "PARTY", "phone": "PHONE", "kind": "KIND"}
"""What the inputs are called, for the summary of what is wrong."""


def page_values(service: Service, page: DeskPage, session: DeskSession) -> dict[str, Any]:
    """The template's context."""
    latest, printer = issued_passes(service, page.place.user, session.slips), slip.printer()
    last = latest[0] if latest and latest[0].pass_id == session.slips[0] else None
    event = page.place.user.event
    return {
        "words": desk_texts.TEXTS,
        "page": page,
        "place": page.place,
        "form": page.typed or desk_form.fresh(_language(event, session), event, admit=session.admit),
        "consents": consents(event),
        "kinds": [(slug, words(labels)) for slug, labels in page.place.kinds],
        "problem": page.problem or page.place.paused,
        "empty": desk_texts.EMPTY,
        "labels": {name: desk_texts.TEXTS[label] for name, label in LABEL_NAMES.items()},
        "kept": session,
        "last": last,
        "earlier": latest[1:] if last else latest,
        "slip": slip.slip_view(last.slip, printer.paper) if last else None,
        "admission": headline(session),
        "sent": walkup.SENT_TEXTS.get(session.sent) if session.sent else None,
        "instructions": words(event.instructions) if event.instructions else None,
        "warning": warned(page),
        "closed": refusals.GATE_REFUSALS["gates_not_open"],
        "printer": printer,
        "papers": desk_texts.PAPER_NAMES,
        "people": people,
        "need": access_needs.signed,
        "at": words,
    }


def warned(page: DeskPage) -> Sentence | None:
    """The warning before the volunteer goes on; with the pass that there is already, where it is known."""
    if not page.warning:
        return None
    of_whom = _("This number already has {code}: {name}, {people}, {day}. Make another pass anyway?")
    asked = of_whom if "name" in page.refused else WARNINGS[page.warning]
    return asked.filled(**page.refused)


def consents(event: Event) -> list[tuple[str, str, str]]:
    """The words to read out, in each language of the event: its code, its own name, the words."""
    spoken = [code for code in event.languages if code in LANGUAGES] or [next(iter(LANGUAGES))]
    return [(code, LANGUAGES[code], consent.read_out_text(event, code)) for code in spoken]


def headline(session: DeskSession) -> Sentence | None:
    """The result at the gate, where somebody was to be let in at once."""
    if not session.result:
        return None
    answer = Admission(session.result, "", admitted_now=session.count)
    return gate_answers.headline(answer, Scan("", "", "", "page"))


def _language(event: Event, session: DeskSession) -> str:
    known = [code for code, _, _ in consents(event)]
    wanted = (session.language, i18n.language())
    return next((code for code in wanted if code in known), known[0])


def _issued_pass(service: Service, issued: Pass) -> IssuedPass:
    printed = slips.slip_of(issued, service.ring, service.settings.origin)
    return IssuedPass(issued.id, escape(issued.registration.full_name), people(issued.party_size), printed)
