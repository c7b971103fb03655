"""The part of Twilio's REST API that we call, on the simulator's own account."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from flask import Blueprint, Response, jsonify, request

from webhooks.simulator.faults import Fault
from webhooks.simulator.store.media import StoredMedia
from webhooks.simulator.store.messages import SimulatedMessage
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import access, outbound, resource
from webhooks.simulator.twilio.outbound import NotAccepted

MAX_PAGE_SIZE = 1000
FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")
STATUS_TEXTS = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def blueprint(simulator: SimulatorState) -> Blueprint:
    """`/2010-04-01/Accounts/<sid>/Messages…`, behind basic authentication."""
    named = Blueprint("simulated_api", __name__, url_prefix=resource.account_path("<account>"))
    api = access.guarded(named, simulator)

    @api.post("/Messages.json")
    def create(account: str) -> tuple[Response, int] | Response:
        fault = _apply_fault(simulator, "send")
        if fault.cut and not fault.accept:
            return hang_up()
        message = outbound.accept(simulator, request.form, request.form.getlist("MediaUrl"), fault.code)
        return hang_up() if fault.cut else (jsonify(resource.message(message, account)), 201)

    @api.get("/Messages.json")
    def listed(account: str) -> Response:
        if _apply_fault(simulator, "list").cut:
            return hang_up()
        return jsonify(page_of_messages(simulator))

    @api.get("/Messages/<sid>.json")
    def show(account: str, sid: str) -> Response:
        return jsonify(resource.message(_known(simulator, sid), account))

    @api.post("/Messages/<sid>.json")
    def update(account: str, sid: str) -> Response:
        known = _known(simulator, sid)
        if request.form.get("Body") == "":
            simulator.messages.change(known.sid, body="")
        if request.form.get("Status") == "canceled":
            simulator.messages.change(known.sid, status="canceled")
        return jsonify(resource.message(_known(simulator, sid), account))

    @api.delete("/Messages/<sid>.json")
    def delete(account: str, sid: str) -> Response:
        simulator.messages.remove(_known(simulator, sid))
        return Response(status=204)

    @api.get("/Messages/<sid>/Media.json")
    def list_media(account: str, sid: str) -> Response:
        kept = [medium for medium in _known(simulator, sid).media if not simulator.media.is_deleted(medium)]
        items = [resource.medium(medium, account) for medium in map(simulator.media.about, kept) if medium]
        return jsonify(resource.listing("media_list", items, request.path, {}, 0, 50, len(items)))

    @api.get("/Messages/<sid>/Media/<medium>.json")
    def show_medium(account: str, sid: str, medium: str) -> Response:
        return jsonify(resource.medium(_medium(simulator, sid, medium), account))

    @api.get("/Messages/<sid>/Media/<medium>")
    def medium_data(account: str, sid: str, medium: str) -> Response:
        if _apply_fault(simulator, "fetch").cut:
            return hang_up()
        found = _medium(simulator, sid, medium)
        return Response(simulator.media.data(found.sid), content_type=found.content_type)

    @api.delete("/Messages/<sid>/Media/<medium>.json")
    def delete_medium(account: str, sid: str, medium: str) -> Response:
        fault = _apply_fault(simulator, "discard")
        if not fault.cut or fault.accept:
            simulator.media.remove(_medium(simulator, sid, medium).sid)
        return hang_up() if fault.cut else Response(status=204)

    return api


def _apply_fault(simulator: SimulatorState, kind: str) -> Fault:
    """The ordered trouble of a call: waits it out, refuses, or gives back what is left of it."""
    fault = simulator.faults.take_next(kind)
    time.sleep(fault.delay)
    if fault.status:
        raise NotAccepted(fault.status, fault.code, STATUS_TEXTS.get(fault.status, "Refused on purpose"))
    return fault


def hang_up() -> Response:
    """Close the connection without an answer. What is returned is never seen."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)


def _known(simulator: SimulatorState, sid: str) -> SimulatedMessage:
    found = simulator.messages.get(sid)
    if found is None:
        raise access.not_found()
    return found


def _medium(simulator: SimulatorState, sid: str, medium: str) -> StoredMedia:
    found = simulator.media.about(medium)
    if found is None or found.parent != sid or simulator.media.is_deleted(medium):
        raise access.not_found()
    return found


def page_of_messages(simulator: SimulatorState) -> resource.Json:
    """The page of the message list that the request asks for, the newest first."""
    query = {name: request.args[name] for name in FILTERS if name in request.args}
    since, until = span(query)
    sids = simulator.messages.sids(query.get("From", ""), query.get("To", ""), since, until)
    size = min(max(request.args.get("PageSize", 50, int), 1), MAX_PAGE_SIZE)
    page = max(request.args.get("Page", 0, int), 0)
    shown = simulator.messages.several(sids[page * size : (page + 1) * size])
    items = [resource.message(found, simulator.account) for found in shown]
    return resource.listing("messages", items, request.path, query, page, size, len(sids))


def span(query: dict[str, str]) -> tuple[float, float]:
    """The first and the last millisecond that the DateSent filters let through. Raises NotAccepted."""
    since, until = 0.0, 1e15
    if "DateSent" in query:
        day = moment(query["DateSent"]).replace(hour=0, minute=0, second=0, microsecond=0)
        since, until = day.timestamp() * 1000, (day + timedelta(days=1)).timestamp() * 1000 - 1
    if "DateSent>" in query:
        since = max(since, moment(query["DateSent>"]).timestamp() * 1000)
    if "DateSent<" in query:
        until = min(until, moment(query["DateSent<"]).timestamp() * 1000 + 999)
    return since, until


def moment(text: str) -> datetime:
    """A moment in one of the forms that Twilio reads; GMT where no zone is given. Raises NotAccepted."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    raise NotAccepted(400, 20001, "Invalid date")
