"""JSON for the scanner's page besides the API: its state, search, and undo.

Its callers are those of the API, a session or a device's token, and its errors read like the API's.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify
from pydantic import Field

from bot.domain import events
from bot.domain.checkins import search as gate_search
from bot.domain.checkins import undo
from bot.domain.models import Gate
from bot.domain.roster import gates
from bot.errors import Refused
from bot.service import Service
from flows.gate.commands import looked_for
from flows.understanding import cleaned
from webhooks import i18n
from webhooks.api import parse_json, problems
from webhooks.api.auth import Caller, Callers
from webhooks.api.problems import Problem
from webhooks.api.requests import Body
from webhooks.staff import session
from webhooks.staff.desk import texts as desk_texts

SESSION_ENDED_CODES = ("not_signed_in", "bad_token")
"""Problems of a caller whom we do not know, or no longer."""


class UndoRequest(Body):
    """Which admission is taken back."""

    scan_id: Annotated[str, Field(min_length=1, max_length=80)]


class FindRequest(Body):
    """A search."""

    text: Annotated[str, Field(max_length=80)]


def blueprint(service: Service) -> Blueprint:
    """`GET /staff/scan/state`, `POST /staff/scan/undo`, `POST /staff/scan/find`."""
    made = Blueprint("api_scan", __name__, url_prefix="/staff/scan")
    made.register_error_handler(Refused, problems.refused)
    callers = Callers(service, session.row)

    @made.get("/state")
    def state() -> Response:
        try:
            caller = callers.of_request()
        except Problem as problem:
            # The page asks before it knows whether anybody is signed in: to be told no is no error.
            if problem.kind in SESSION_ENDED_CODES:
                return jsonify(who=None)
            raise
        return jsonify(_state(service, caller))

    @made.post("/undo")
    def undo_one() -> Response:
        caller, asked = callers.of_request(), parse_json.read(UndoRequest)
        with service.database.write() as db:
            done = undo.undo(db, caller.staff_id, service.now(), device_id=caller.device_id, scan_id=asked.scan_id)
        return jsonify(people=done.people, code=done.pass_.code)

    @made.post("/find")
    def find() -> Response:
        caller = callers.of_request().at_work(service.now())
        if caller.staff_id is None:  # a search must have a person's name in the audit log, and a scanner has none
            raise Problem("not_signed_in")
        return jsonify(passes=_search(service, caller.event, caller.staff_id, parse_json.read(FindRequest).text))

    return made


def _search(service: Service, event: str, staff_id: int, text: str) -> list[dict[str, Any]]:
    """Today's passes of a name or phone. Raises Problem, Refused."""
    wanted = looked_for(cleaned(text), service.settings.default_region)
    if not wanted:
        raise Problem("invalid", detail=i18n.say(desk_texts.TOO_SHORT))
    with service.database.write() as db:
        rows, _more = gate_search.find(db, event, staff_id=staff_id, now=service.now(), **wanted)
    return [{"code": row.code, "name": row.name, "party_size": row.party_size, "need": row.need} for row in rows]


def _own_gate(caller: Caller, known: Sequence[Gate]) -> str | None:
    """The caller's gate; None for a volunteer whose gate is closed while others are open: they choose."""
    opened = [gate.slug for gate in known if not gate.closed]
    return None if caller.staff_id and opened and caller.gate not in opened else caller.gate


def _state(service: Service, caller: Caller) -> dict[str, Any]:
    """Who scans where, and whether entry is stopped there. A few short statements, since it is asked every few
    seconds.
    """
    with service.database.read() as db:
        event = events.by_slug(db, caller.event)
        known = gates.list_gates(db, caller.event)
    return {
        "who": caller.key,
        "name": caller.name,
        "role": caller.role,
        "event": event.slug,
        "timezone": event.timezone,
        "gate": _own_gate(caller, known),
        "gates": [
            {"slug": gate.slug, "name": gate.name, "closed": gate.closed, "paused": gate.paused_at is not None}
            for gate in known
        ],
        "paused": event.entry_paused_at is not None,
        "now": int(service.now().timestamp() * 1000),
    }
