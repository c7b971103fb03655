"""Authentication of the simulated API."""

import hmac

from flask import Blueprint, Flask, Response, jsonify, request

from webhooks import limits, local_requests
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import resource
from webhooks.simulator.twilio.outbound import NotAccepted

LOCAL_ONLY = "The simulator is for this machine alone; SIMULATOR=1 and SIMULATOR_PASSWORD show it to others\n"
GUESS_LIMIT = "20 per minute"
"""Wrong passwords that an address may try."""
SIMULATOR_PREFIX, TWILIO_PREFIX = "simulat", "twilio"
"""How the names begin of the simulator's doors, and of those that believe what it has signed."""


def restrict_to_local(app: Flask) -> None:
    """Refuse who comes from elsewhere to the simulator, or with messages as from it: its secrets are in the source.

    Settings cannot tell that a tunnel or a proxy ends on this machine; its requests can.
    """

    @app.before_request
    def refuse() -> Response | None:
        door = request.blueprint or ""
        far = door.startswith((SIMULATOR_PREFIX, TWILIO_PREFIX)) and local_requests.is_for_another()
        far = far or (door.startswith(SIMULATOR_PREFIX) and not local_requests.is_named_nearby())
        return Response(LOCAL_ONLY, 403, mimetype="text/plain") if far else None


def guarded(api: Blueprint, simulator: SimulatorState) -> Blueprint:
    """Let in only the account with its token, by basic authentication; refusals in Twilio's form."""

    @api.before_request
    def authenticate() -> None:
        given = request.authorization
        name, password = (given.username or "", given.password or "") if given else ("", "")
        known = hmac.compare_digest(f"{name}:{password}".encode(), f"{simulator.account}:{simulator.token}".encode())
        named = (request.view_args or {}).get("account", simulator.account)
        if not known or named != simulator.account:
            raise NotAccepted(401, 20003, "Authenticate")
        simulator.courier.start()  # a killed process may have left tasks

    @api.errorhandler(NotAccepted)
    def refuse(refusal: NotAccepted) -> tuple[Response, int]:
        return jsonify(resource.error(refusal.status, refusal.code, refusal.message)), refusal.status

    return api


def require_password(blueprint: Blueprint, simulator: SimulatorState) -> Blueprint:
    """Let in only who gives SIMULATOR_PASSWORD, under any name; everybody where none is set."""

    @blueprint.before_request
    def ask() -> Response | None:
        given = request.authorization
        password = (given.password if given else "") or ""
        if not simulator.password or hmac.compare_digest(password.encode(), simulator.password.encode()):
            return None
        if password:
            limits.spend(GUESS_LIMIT, "simulator password", limits.address())
        refused = {"WWW-Authenticate": 'Basic realm="Pravesh simulator", charset="UTF-8"'}
        return Response("SIMULATOR_PASSWORD is needed\n", 401, refused)

    return blueprint


def not_found() -> NotAccepted:
    """The refusal for what is not there."""
    return NotAccepted(404, 20404, f"The requested resource {request.path} was not found")
