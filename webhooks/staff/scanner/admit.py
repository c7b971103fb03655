"""Admits from the page behind a pass's QR, for volunteers who use the phone's own camera.

A plain form, so that it works without JavaScript; its scan_id is made with the page, so that a double tap
or a reload is answered with the first answer and lets nobody in twice.
"""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, render_template, request

from bot.domain import checkins, roster
from bot.domain.models import Staff
from bot.domain.roster import gates
from bot.errors import Refused
from bot.service import Service
from bot.usecases import report_guessing
from flows.gate import answers as gate_answers
from flows.shapes import Sentence
from flows.shapes.events import MAX_PARTY_SIZE
from flows.shapes.scans import (
    ADMITTED,
    ALREADY_ADMITTED,
    EVENT_CLOSED,
    REPLACED,
    REVOKED,
    WRONG_DAY,
    WRONG_EVENT,
    Scan,
)
from flows.text import _, sentence_for, words
from webhooks import i18n, limits
from webhooks.staff import session

TEXTS = {
    "ADMIT": _("Admit"),
    "GATE": _("Gate"),
    "COUNT": _("How many people"),
    "ALL": _("Everyone who is left"),
    "AS": _("You are signed in as {name}."),
    "BACK": _("Back to the pass"),
}
STYLE_OF_RESULT = {ADMITTED: "good", ALREADY_ADMITTED: "wait"}
"""How each result looks: green in, amber already used, red everything else."""
AT_EVERY_GATE = frozenset((WRONG_EVENT, REPLACED, REVOKED, EVENT_CLOSED, WRONG_DAY))
"""Results for which there is no button: at no gate would anybody be admitted."""
RATE_LIMIT = "120 per minute"
"""Taps of one volunteer: nobody taps faster."""


@dataclass(frozen=True, slots=True)
class AdmissionOffer:
    """The button's data, and what the volunteer is told before they press it."""

    name: str
    scan_id: str
    gates: tuple[tuple[str, str], ...]
    """Slug and name of the gates to choose from; empty where there is no choice."""
    left: int
    """How many of the party can come in now; 0: there is no button."""
    earlier: Sentence | None
    """When, where and by whom the first of them were let in; None where nobody was."""
    holder: Sentence | None = None
    """The name on the pass; None where it has none, and for another event's."""
    objection: tuple[str, Sentence] | None = None
    """The result and the sentence of what speaks against them at every gate; None where nothing does."""

    @property
    def counts(self) -> range:
        """How many of them could be let in alone."""
        return range(1, self.left)


def offer(service: Service, token: str, party_size: int) -> AdmissionOffer | None:
    """The button for whoever is signed in; None for everybody else."""
    user, row = session.staff(), session.row()
    if user is None or row is None:
        return None
    now = service.now()
    scan = replace(_scan(service, row, token), simulate=True, count=None)
    with service.database.write() as db:
        seen = checkins.admit(db, service.ring, scan, now)
    first = seen.first_entry if seen.result in (ADMITTED, ALREADY_ADMITTED) else None
    choice = _choice(service, row)
    against = seen.result in AT_EVERY_GATE
    return AdmissionOffer(
        row.name,
        str(uuid4()),
        choice,
        # What speaks against them at this gate alone is shown by the button, in red.
        0 if against else seen.admitted_now if first else party_size,
        gate_answers.earlier(first, scan, now, user.event.timezone) if first else None,
        words(seen.pass_.name) if seen.pass_ and seen.pass_.name else None,
        (seen.result, gate_answers.headline(seen, scan)) if against else None,
    )


def blueprint(service: Service) -> Blueprint:
    """`POST /p/<token>`, the same as `/P/<TOKEN>`."""
    made = Blueprint("admit", __name__)

    @made.post("/p/<token>")
    @made.post("/P/<token>")
    @session.require_role("volunteer")
    def admit(token: str) -> Response:
        user = session.user()
        limits.spend(RATE_LIMIT, "admit on the page", str(user.row.id))
        now = service.now()
        if roster.is_paused(user.row, now):
            abort(403)
        scan = _scan(service, user.row, token)
        try:
            with service.database.write() as db:
                done = checkins.admit(db, service.ring, scan, now)
                owed = report_guessing.report_guessing(
                    db, [(scan, done.result)], key=f"guessing:{scan.scan_id}", now=now
                )
        except Refused as no:
            return _page(token, "bad", [i18n.say(sentence_for(no.code, **no.params))])
        service.outbox.dispatch(owed)
        said = gate_answers.scan_answer(done, scan, now, user.event.timezone)
        return _page(token, STYLE_OF_RESULT.get(done.result, "bad"), [i18n.say(sentence) for sentence in said])

    return made


def _scan(service: Service, row: Staff, token: str) -> Scan:
    return Scan(
        text=token,
        scan_id=_uuid(request.form.get("scan_id", "")),
        event=row.event.slug,
        channel="page",
        gate=_gate(service, row),
        staff_id=row.id,
        count=_count(request.form.get("count", "")),
    )


def _gate(service: Service, row: Staff) -> str | None:
    """The volunteer's gate; where it is closed the one that they choose, else the event's only open one."""
    chosen = request.form.get("gate") or None
    if row.gate:
        return row.gate.slug if not row.gate.closed else chosen or row.gate.slug
    only = service.database.ask(gates.clear_chosen_gate, row.event_id)
    return only.slug if only else chosen


def _choice(service: Service, row: Staff) -> tuple[tuple[str, str], ...]:
    """The open gates, for who must say at which they are."""
    if _gate(service, row) is not None and not (row.gate and row.gate.closed):
        return ()
    return tuple(
        (gate.slug, gate.name) for gate in service.database.ask(gates.list_gates, row.event.slug) if not gate.closed
    )


def _uuid(text: str) -> str:
    """The form's scan_id; a new one where it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


def _count(text: str) -> int | None:
    """How many of the party; None: all who are left."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_PARTY_SIZE):
        abort(400)
    return int(text)


def _page(token: str, style: str, lines: list[str]) -> Response:
    """The answer in its colour; the chat's sign before it is drawn large instead."""
    title, *rest = lines
    sign = title.lstrip("✅⛔ ")
    shown = render_template("staff/admitted.html", look=style, title=sign, lines=rest, token=token, words=TEXTS)
    return Response(shown, headers={"Cache-Control": "no-store"})
