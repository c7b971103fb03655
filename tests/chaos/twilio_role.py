"""gunicorn's application for the process that plays Twilio: the simulator, which is not killed.

It answers a call a quarter of a second after it has taken the message, as a service on another continent
does: a worker that is killed meanwhile has sent something and does not know. Of some messages it reports
no status, which Twilio does not promise to do either.
"""

import os
import time

from flask import Response, request

from tests.chaos.plan import AWAY_KEY
from webhooks.simulator.store.messages import SimulatedMessage
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import outbound, resource, rest
from webhooks.wsgi import app

ANSWER_SECONDS = 0.25
API = f"/{resource.VERSION}/"
COURIERS = 32
"""Twilio does not wait with one person's message for another's."""
SILENT = float(os.environ["CHAOS_SILENT"])

_report = outbound.report


def report(simulator: SimulatorState, message: SimulatedMessage, state: str, error: int = 0) -> None:
    """Report a status, unless this message is one of the silent; that it failed is always reported."""
    if error or int(message.sid[-4:], 16) / 16**4 >= SILENT:
        _report(simulator, message, state, error)


@app.before_request
def be_away() -> Response | None:
    """Hang up while the API is away."""
    is_away = request.path.startswith(API) and app.extensions["simulator"].redis.exists(AWAY_KEY)
    return rest.hang_up() if is_away else None


@app.after_request
def take_time(response: Response) -> Response:
    """Answer late."""
    if request.method == "POST" and request.path.endswith("/Messages.json"):
        time.sleep(ANSWER_SECONDS)
    return response


outbound.report = report
app.extensions["simulator"].courier._number = COURIERS
