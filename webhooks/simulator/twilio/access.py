"""Authentication of the simulated API."""

import hmac

from flask import Blueprint, Flask, Response, jsonify, request

from webhooks import limits, local_requests
from webhooks.simulator.store.state import Parts
from webhooks.simulator.twilio import resource
from webhooks.simulator.twilio.outbound import NotTaken

ONLY_HERE = "The simulator is for this machine alone; SIMULATOR=1 and SIMULATOR_PASSWORD show it to others\n"
GUESSES = "20 per minute"
"""Wrong passwords that an address may try."""
OURS, TWILIOS = "simulat", "twilio"
"""How the names begin of the simulator's doors, and of those that believe what it has signed."""


def keep_here(app: Flask) -> None:
    """Refuse who comes from elsewhere to the simulator, or with messages as from it: its secrets are in the source.

    Settings cannot tell that a tunnel or a proxy ends on this machine; its requests can.
    """

    @app.before_request
    def refuse() -> Response | None:
        door = request.blueprint or ""
        far = door.startswith((OURS, TWILIOS)) and local_requests.is_for_another()
        far = far or (door.startswith(OURS) and not local_requests.is_named_nearby())
        return Response(ONLY_HERE, 403, mimetype="text/plain") if far else None


def guarded(api: Blueprint, parts: Parts) -> Blueprint:
    """Let in only the account with its token, by basic authentication; refusals in Twilio's form."""

    @api.before_request
    def authenticate() -> None:
        given = request.authorization
        name, password = (given.username or "", given.password or "") if given else ("", "")
        known = hmac.compare_digest(f"{name}:{password}".encode(), f"{parts.account}:{parts.token}".encode())
        named = (request.view_args or {}).get("account", parts.account)
        if not known or named != parts.account:
            raise NotTaken(401, 20003, "Authenticate")
        parts.courier.start()  # a killed process may have left tasks

    @api.errorhandler(NotTaken)
    def refuse(refusal: NotTaken) -> tuple[Response, int]:
        return jsonify(resource.error(refusal.status, refusal.code, refusal.message)), refusal.status

    return api


def behind_password(door: Blueprint, parts: Parts) -> Blueprint:
    """Let in only who gives SIMULATOR_PASSWORD, under any name; everybody where none is set."""

    @door.before_request
    def ask() -> Response | None:
        given = request.authorization
        password = (given.password if given else "") or ""
        if not parts.password or hmac.compare_digest(password.encode(), parts.password.encode()):
            return None
        if password:
            limits.spend(GUESSES, "simulator password", limits.address())
        refused = {"WWW-Authenticate": 'Basic realm="Pravesh simulator", charset="UTF-8"'}
        return Response("SIMULATOR_PASSWORD is needed\n", 401, refused)

    return door


def not_found() -> NotTaken:
    """The refusal for what is not there."""
    return NotTaken(404, 20404, f"The requested resource {request.path} was not found")
