"""The simulator: phones on a page, and a small Twilio that calls our webhooks as the real one does.

Registered only where no real Twilio account is set. Nothing outside this package knows that it is
there: what it is told, it is told through Twilio's own REST API, and what it says, it posts.
"""

from flask import Flask
from redis import Redis

from bot.settings import Settings
from webhooks.simulator.courier import Errand
from webhooks.simulator.phones import control, page, send
from webhooks.simulator.store.state import Parts, parts
from webhooks.simulator.twilio import access, account, content, outbound, rest, verify

ERRANDS = {"post": send.run_post, "leave": outbound.run_leave, "state": outbound.run_state}


def register(app: Flask, settings: Settings, redis: "Redis") -> None:
    """Add the simulator's page, its orders for trouble and its Twilio to the application."""
    made = parts(settings, redis, run)
    for door in (page, control, rest, content, verify, account):
        app.register_blueprint(door.blueprint(made))
    app.extensions["simulator"] = made
    if not settings.simulator_password:
        access.keep_here(app)


def run(made: Parts, errand: Errand) -> None:
    """Do what was to be done outside a request."""
    ERRANDS[errand["do"]](made, errand)
