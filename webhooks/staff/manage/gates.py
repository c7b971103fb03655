"""The page of gates: add, close, open, stop entry."""

from dataclasses import replace

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from bot.domain import audit, edit_conflict
from bot.domain.models import Gate
from bot.domain.roster import gates as domain
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.staff.manage import display
from webhooks.staff.manage.events import Switch, close_gate, stop_entry, title
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, acting, admin, done, page, typed, why

SWITCHES = {
    "close": Switch(
        audit.GATE_CLOSED,
        _("Close"),
        _("{gate} is closed."),
        lambda gate: gate.closed,
        _("Nobody is let in here any more. Every volunteer of this gate is told on WhatsApp and asked for another."),
    ),
    "open": Switch(audit.GATE_OPENED, _("Open"), _("{gate} is open."), lambda gate: not gate.closed),
    "pause": Switch(
        audit.PAUSED,
        _("Stop entry"),
        _("Entry is stopped at {gate}."),
        lambda gate: gate.paused_at is not None,
        _("Every scan here is refused at once, and every volunteer of this gate is told on WhatsApp."),
    ),
    "resume": Switch(
        audit.RESUMED, _("Let entry go on"), _("Entry goes on at {gate}."), lambda gate: gate.paused_at is None
    ),
}


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/gates` and each of them."""

    @door.get("/<slug>/gates")
    @admin
    def gates(slug: str) -> Answer:
        return _page(service, slug)

    @door.post("/<slug>/gates")
    @admin
    def add_gate(slug: str) -> Answer:
        name = typed("name")
        try:
            with acting(service, audit.GATE_ADDED) as db:
                made = domain.add(db, slug, name).name
        except Refused as no:
            if no.code == "gate_taken" and _is_there(service, slug, name):
                return done("manage.gates", _("There is {gate}.", gate=" ".join(name.split())))
            return _page(service, slug, name=name, wrong=why(no))
        return done("manage.gates", _("{gate} is added, open.", gate=made))

    @door.get("/<slug>/gates/<int:gate_id>/<what>")
    @admin
    def ask_gate(slug: str, gate_id: int, what: str) -> Answer:
        switch = SWITCHES.get(what) or abort(404)
        with service.database.read() as db:
            gate = _found(db, slug, gate_id)
        told = {"question": switch.question, "button": switch.button, "grave": bool(switch.question)}
        return page(
            "sure",
            200,
            title=title(switch.button, gate.name),
            seen=edit_conflict.mark(gate),
            back="manage.gates",
            **told,
        )

    @door.post("/<slug>/gates/<int:gate_id>/<what>")
    @admin
    def switch_gate(slug: str, gate_id: int, what: str) -> Answer:
        switch = SWITCHES.get(what) or abort(404)
        with service.database.read() as db:
            gate = _found(db, slug, gate_id)
        if not switch.is_so(gate):
            try:
                _throw(service, slug, gate, what, switch)
            except Refused as no:
                return _page(service, slug, problem=why(no))
        return done("manage.gates", replace(switch.said, params={"gate": gate.name}))


def _throw(service: Service, slug: str, gate: Gate, what: str, switch: Switch) -> None:
    """Raises Refused."""
    owed: list[int] = []
    with acting(service, switch.act) as db:
        edit_conflict.expect(db, gate, request.form.get("seen", ""))
        if what in ("close", "open"):
            owed = close_gate(service, db, slug, gate.slug, closed=what == "close")
        else:
            owed = stop_entry(service, db, slug, gate.slug, stopped=what == "pause")
    service.outbox.enqueue(owed)


def _found(db: Session, slug: str, gate_id: int) -> Gate:
    return next((one for one in domain.listed(db, slug) if one.id == gate_id), None) or abort(404)


def _is_there(service: Service, slug: str, name: str) -> bool:
    """Whether there is a gate of exactly this name: then the form was sent twice."""
    with service.database.read() as db:
        return " ".join(name.split()) in [one.name for one in domain.listed(db, slug)]


def _page(service: Service, slug: str, *, name: str = "", wrong: str = "", problem: str = "") -> Answer:
    with service.database.read() as db:
        rows = [(one, edit_conflict.mark(one)) for one in domain.listed(db, slug)]
    status = UNPROCESSABLE if wrong or problem else 200
    words = {what: one.button for what, one in SWITCHES.items()}
    return page(
        "gates", status, gates=rows, words=words, states=display.STATUS, name=name, wrong=wrong, problem=problem
    )
