"""`/simulator/control`: orders faults, as JSON.

An order names a `fault` (repeat, reorder, delay, lose, refuse, cut), the `kind` of what it befalls
(inbound, status, send, list, media, fetch, discard) and how many `times`; by fault also `seconds`, `copies`,
`status`, `code`, and for `cut` whether the call is carried out all the same (`accept`). An order of
`{"fallback": "/path"}` sets the address for messages that the first did not take (our own fallback
door, where nothing is ordered); empty: none. One of `{"close_window": "+91…"}` lets the 24 hours of a phone
on the page be over until it writes again.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from webhooks.simulator import faults
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import FALLBACK_KEY, SimulatorState
from webhooks.simulator.twilio import access, session_window


def blueprint(simulator: SimulatorState) -> Blueprint:
    """The orders that stand, new ones, and none any more."""
    routes = access.require_password(
        Blueprint("simulator_control", __name__, url_prefix="/simulator/control"), simulator
    )

    @routes.get("")
    def standing() -> Response:
        return jsonify(
            standing=simulator.faults.standing(),
            fallback=simulator.fallback_url,
            deleted_media=simulator.media.deleted(),
        )

    @routes.post("")
    def order() -> tuple[Response, int]:
        asked = json_object()
        if "fallback" in asked:
            simulator.redis.set(FALLBACK_KEY, address(simulator, asked["fallback"]))
        elif "close_window" in asked:
            session_window.shut(simulator, known_phone(simulator, asked["close_window"]))
        else:
            kind, ordered = faults.read(asked)
            simulator.faults.order(kind, ordered)
        return jsonify(standing=simulator.faults.standing(), fallback=simulator.fallback_url), 201

    @routes.delete("")
    def clear() -> Response:
        simulator.faults.clear()
        simulator.redis.delete(FALLBACK_KEY)
        return Response(status=204)

    @routes.errorhandler(faults.NoSuchFault)
    def refuse(reason: faults.NoSuchFault) -> tuple[Response, int]:
        return jsonify(error=str(reason)), 422

    return routes


def known_phone(simulator: SimulatorState, number: Any) -> SimulatedPhone:
    """The phone on the page with this number. Raises NoSuchFault."""
    found = simulator.phones.get(str(number))
    if found is None:
        raise faults.NoSuchFault("close_window: the number of a phone on the page is needed")
    return found


def address(simulator: SimulatorState, path: Any) -> str:
    """The whole address of a path of ours; empty for an empty one. Raises NoSuchFault."""
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise faults.NoSuchFault("fallback: a path of ours is needed, or an empty text")
    return simulator.origin + path if path else ""


def json_object() -> dict[str, Any]:
    """The request's JSON object. Only our own page may post JSON here: other sites would have to ask first.

    Raises BadRequest for anything else.
    """
    try:
        asked = request.get_json()
    except RecursionError:
        raise BadRequest("too deep") from None
    if not isinstance(asked, dict):
        raise BadRequest("an object is needed")
    return asked
