"""gunicorn's application for the process that plays Twilio: the simulator, with the time that Twilio takes."""

import os
import time

from flask import Response, request

from webhooks.wsgi import app

COURIERS = 32
"""Twilio does not wait with one person's message for another's."""
ANSWER_SECONDS = float(os.environ["ANSWER_SECONDS"])


@app.after_request
def take_time(response: Response) -> Response:
    """Answer a call as late as a service on another continent does."""
    if request.method == "POST" and request.path.endswith("/Messages.json"):
        time.sleep(ANSWER_SECONDS)
    return response


simulator = app.extensions["simulator"]
simulator.courier._number = COURIERS
