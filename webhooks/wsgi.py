"""What gunicorn serves: `gunicorn webhooks.wsgi:app`.

It is loaded once, by gunicorn's first process, which then forks those that serve: they share its memory. What needs
a connection or a thread of its own gets it at the first request.
"""

import sys

from flask import Flask

from bot import logs
from bot.errors import NotReady
from bot.ops import malloc
from bot.service import assemble
from bot.settings import load
from webhooks import create_app

CANNOT_START = 3
"""gunicorn's own code for a worker that must not be started again."""


def _start() -> Flask:
    settings = load()
    logs.configure(settings)
    service = assemble(settings)
    made = create_app(service)
    service.disconnect()
    malloc.share_loaded()
    return made


try:
    app = _start()
except NotReady as reason:
    print(reason, file=sys.stderr)  # one line for a person, before there is a log to write it to
    sys.exit(CANNOT_START)
