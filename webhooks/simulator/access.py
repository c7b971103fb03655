"""Who may call the simulated API, and how it refuses."""

import hmac

from flask import Blueprint, Response, jsonify, request

from webhooks.simulator import resource
from webhooks.simulator.leaving import NotTaken
from webhooks.simulator.parts import Parts


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
        parts.courier.start()  # a process that was killed may have left errands

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
        refused = {"WWW-Authenticate": 'Basic realm="Pravesh simulator", charset="UTF-8"'}
        return Response("SIMULATOR_PASSWORD is needed\n", 401, refused)

    return door


def not_found() -> NotTaken:
    """The refusal for what is not there."""
    return NotTaken(404, 20404, f"The requested resource {request.path} was not found")
