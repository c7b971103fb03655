"""What gunicorn serves: `gunicorn webhooks.wsgi:app`."""

import sys

from flask import Flask

from bot import logs
from bot.errors import NotReady
from bot.service import assemble
from bot.settings import load
from webhooks import create_app

CANNOT_START = 3
"""gunicorn's own code for a worker that must not be started again."""


def _start() -> Flask:
    settings = load()
    logs.configure(settings)
    return create_app(assemble(settings))


try:
    app = _start()
except NotReady as reason:
    print(reason, file=sys.stderr)  # one line for a person, before there is a log to write it to
    sys.exit(CANNOT_START)
