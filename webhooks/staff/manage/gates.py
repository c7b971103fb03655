"""The page of gates: add, close, open, stop entry."""

from flask import Blueprint
from sqlalchemy.orm import Session

from bot.domain import audit, edit_conflict
from bot.domain.models import Gate
from bot.domain.roster import gates as domain
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.staff.manage import display, switches
from webhooks.staff.manage.events import close_gate, stop_entry
from webhooks.staff.manage.layout import Answer, admin, audited, done, page, refusal_text, typed
from webhooks.staff.manage.switches import EventSwitch

SWITCHES = {
    "close": EventSwitch(
        audit.GATE_CLOSED,
        _("Close gate"),
        _("{gate} is closed."),
        lambda gate: gate.closed,
        _(
            "Nobody is admitted here from now on. Everyone at this gate is told on WhatsApp and asked to choose "
            "another gate."
        ),
        grave=True,
    ),
    "open": EventSwitch(audit.GATE_OPENED, _("Open gate"), _("{gate} is open."), lambda gate: not gate.closed),
    "pause": EventSwitch(
        audit.ENTRY_PAUSED,
        _("Stop entry"),
        _("Entry is stopped at {gate}."),
        lambda gate: gate.paused_at is not None,
        _("All scans here are refused from now on. Everyone at this gate is told on WhatsApp."),
        grave=True,
    ),
    "resume": EventSwitch(
        audit.ENTRY_RESUMED, _("Resume entry"), _("Entry has resumed at {gate}."), lambda gate: gate.paused_at is None
    ),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/gates` and each of them."""

    @blueprint.get("/<slug>/gates")
    @admin
    def gates(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/gates")
    @admin
    def add_gate(slug: str) -> Answer:
        name = typed("name")
        try:
            with audited(service, audit.GATE_ADDED) as db:
                made = domain.add(db, slug, name).name
        except Refused as no:
            if no.code == "gate_taken" and _is_there(service, slug, name):
                return done("manage.gates", _("{gate} already exists.", gate=" ".join(name.split())))
            return _page(service, slug, name=name, wrong=refusal_text(no))
        return done("manage.gates", _("{gate} is added and open.", gate=made))

    switches.routes(
        blueprint,
        service,
        "gate",
        SWITCHES,
        domain.list_gates,
        _throw,
        _page,
        after=lambda owed, _gate: service.outbox.dispatch(owed or []),
    )


def _throw(service: Service, db: Session, slug: str, gate: Gate, what: str) -> list[int]:
    """The deliveries to enqueue. Raises Refused."""
    if what in ("close", "open"):
        return close_gate(service, db, slug, gate.slug, closed=what == "close")
    return stop_entry(service, db, slug, gate.slug, stopped=what == "pause")


def _is_there(service: Service, slug: str, name: str) -> bool:
    """Whether there is a gate of exactly this name: then the form was sent twice."""
    return " ".join(name.split()) in [gate.name for gate in service.database.ask(domain.list_gates, slug)]


def _page(service: Service, slug: str, *, name: str = "", wrong: str = "", problem: str = "") -> Answer:
    rows = [(gate, edit_conflict.fingerprint(gate)) for gate in service.database.ask(domain.list_gates, slug)]
    words = {what: switch.button for what, switch in SWITCHES.items()}
    return page("gates", gates=rows, words=words, states=display.STATUS_NAMES, name=name, wrong=wrong, problem=problem)
