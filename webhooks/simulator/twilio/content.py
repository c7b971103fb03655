"""`/v1/Content…`: the part of Twilio's Content API that we call."""

import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest

from webhooks.simulator.store import flow_templates, templates
from webhooks.simulator.store.messages import new_sid
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.store.templates import CONTENT_TYPES
from webhooks.simulator.twilio import access, http
from webhooks.simulator.twilio.outbound import NotAccepted
from webhooks.simulator.twilio.resource import Json

ROOT = "https://content.twilio.com/v1"


def blueprint(simulator: SimulatorState) -> Blueprint:
    """Templates made, listed, shown, removed, and submitted for approval."""
    api = access.guarded(Blueprint("simulated_content", __name__, url_prefix="/v1"), simulator)

    @api.post("/Content")
    def create() -> tuple[Response, int]:
        asked = _asked()
        if not isinstance(asked.get("language"), str) or not _known_types(asked.get("types")):
            raise NotAccepted(400, 20001, "language and types are needed")
        flow = asked["types"].get(flow_templates.FLOWS)
        if flow is not None and (reason := flow_templates.why_not(flow)):
            raise NotAccepted(400, 20001, reason)
        sid, now = new_sid("HX"), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        kept = {name: asked.get(name) for name in ("friendly_name", "language", "variables", "types")}
        made = {"sid": sid, "account_sid": simulator.account, **kept, "date_created": now, "date_updated": now}
        simulator.templates.add(sid, {**made, "approval": "unsubmitted"})
        return jsonify(as_json(made)), 201

    @api.get("/Content")
    def listed() -> Response:
        return jsonify(page("Content", [as_json(template) for template in simulator.templates.list_templates()]))

    @api.get("/ContentAndApprovals")
    def approvals() -> Response:
        found = [
            {**bare(template), "approval_requests": approval(template)}
            for template in simulator.templates.list_templates()
        ]
        return jsonify(page("ContentAndApprovals", found))

    @api.get("/Content/<sid>")
    def show(sid: str) -> Response:
        return jsonify(as_json(_known(simulator, sid)))

    @api.delete("/Content/<sid>")
    def delete(sid: str) -> Response:
        simulator.templates.remove(_known(simulator, sid)["sid"])
        return Response(status=204)

    @api.get("/Content/<sid>/ApprovalRequests")
    def approval_of(sid: str) -> Response:
        known = _known(simulator, sid)
        url = f"{ROOT}/Content/{sid}/ApprovalRequests"
        return jsonify(sid=sid, account_sid=simulator.account, whatsapp=approval(known), url=url)

    @api.post("/Content/<sid>/ApprovalRequests/whatsapp")
    def submit(sid: str) -> tuple[Response, int]:
        known, asked = _known(simulator, sid), _asked()
        if not re.fullmatch(r"[a-z0-9_]+", str(asked.get("name", ""))) or not asked.get("category"):
            raise NotAccepted(400, 20001, "name and category are needed")
        if flow_templates.FLOWS in known["types"] and asked["category"] not in flow_templates.CATEGORIES:
            raise NotAccepted(400, 20001, "UTILITY or MARKETING is needed")
        if reason := templates.why_not(known):
            raise NotAccepted(400, 20001, reason)
        word = "approved" if all(map(http.fetch_image, templates.sample_media(known))) else "rejected"
        changed = {**known, "approval": word, "name": asked["name"], "category": asked["category"]}
        simulator.templates.add(sid, changed)
        return jsonify({**approval(changed), "status": "received"}), 201

    return api


def _asked() -> Json:
    try:
        asked = request.get_json()
    except (BadRequest, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise NotAccepted(400, 20001, "An object is needed")
    return asked


def _known_types(types: Any) -> bool:
    return isinstance(types, dict) and bool(types) and types.keys() <= set(CONTENT_TYPES)


def _known(simulator: SimulatorState, sid: str) -> Json:
    found = simulator.templates.get(sid)
    if found is None:
        raise access.not_found()
    return found


def bare(template: Json) -> Json:
    """The fields of a template that every list has."""
    names = ("sid", "account_sid", "friendly_name", "language", "variables", "types", "date_created", "date_updated")
    return {name: template[name] for name in names}


def as_json(template: Json) -> Json:
    """A Content resource."""
    url = f"{ROOT}/Content/{template['sid']}"
    approvals = f"{url}/ApprovalRequests"
    return {
        **bare(template),
        "url": url,
        "links": {"approval_create": f"{approvals}/whatsapp", "approval_fetch": approvals},
    }


def approval(template: Json) -> Json:
    """The approval of a template, as WhatsApp reports it."""
    return {
        "name": template.get("name", ""),
        "category": template.get("category", ""),
        "content_type": next(iter(template["types"])),
        "status": template["approval"],
        "rejection_reason": "",
        "allow_category_change": True,
    }


def page(name: str, items: list[Json]) -> Json:
    """One page of a list, as the query asks."""
    size = min(max(request.args.get("PageSize", 50, int), 1), 500)
    number = max(request.args.get("Page", 0, int), 0)

    def url(at: int) -> str:
        token = f"&PageToken=DN{at}" if at else ""
        return f"{ROOT}/{name}?PageSize={size}&Page={at}{token}"

    start = number * size
    meta = {
        "key": "contents",
        "page": number,
        "page_size": size,
        "url": url(number),
        "first_page_url": url(0),
        "next_page_url": url(number + 1) if start + size < len(items) else None,
        "previous_page_url": url(number - 1) if number else None,
    }
    return {"contents": items[start : start + size], "meta": meta}
