"""The simulator: phones on a page, and a small Twilio that calls our webhooks as the real one does.

Registered only where no real Twilio account is set. Nothing outside this package knows that it is
there: what it is told, it is told through Twilio's own REST API, and what it says, it posts.
"""

from flask import Flask
from redis import Redis

from bot.settings import Settings
from webhooks.simulator.courier import Task
from webhooks.simulator.phones import control, page, send
from webhooks.simulator.store.state import SimulatorState, build_simulator
from webhooks.simulator.twilio import access, account, content, outbound, rest, verify

TASKS = {"post": send.run_post, "leave": outbound.run_send, "state": outbound.run_state}


def register_simulator(app: Flask, settings: Settings, redis: "Redis") -> None:
    """Add the simulator's page, its orders for trouble and its Twilio to the application."""
    made = build_simulator(settings, redis, run_task)
    for part in (page, control, rest, content, verify, account):
        app.register_blueprint(part.blueprint(made))
    app.extensions["simulator"] = made
    if not settings.simulator_password:
        access.restrict_to_local(app)


def run_task(simulator: SimulatorState, task: Task) -> None:
    """Do what was to be done outside a request."""
    TASKS[task["do"]](simulator, task)
