"""The simulated account and its WhatsApp senders."""

from flask import Blueprint, Response, jsonify

from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import access


def blueprint(simulator: SimulatorState) -> Blueprint:
    """`/2010-04-01/Accounts/<sid>.json` and `/v2/Channels/Senders`, behind basic authentication."""
    api = access.guarded(Blueprint("simulated_account", __name__), simulator)

    @api.get("/2010-04-01/Accounts/<account>.json")
    def show(account: str) -> Response:
        return jsonify(sid=account, status="active", friendly_name="Simulator", type="Full")

    @api.get("/v2/Channels/Senders")
    def senders() -> Response:
        listed = [
            {"sid": f"XE{place:032}", "sender_id": sender, "status": "ONLINE"}
            for place, sender in enumerate(simulator.senders)
        ]
        return jsonify(senders=listed, meta={"key": "senders", "page": 0, "page_size": 50, "next_page_url": None})

    return api
