"""The service in this process at one moment that does not pass, over a Redis and a database file of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, abort
from redis import Redis
from werkzeug.serving import WSGIRequestHandler, make_server

from bot import logs
from bot import service as parts
from bot.clocks import SharedClock
from bot.database import Database
from bot.delivery.dispatch.drain import Drainer
from bot.domain import events
from bot.domain.roster import trial
from bot.ops import migrations
from bot.service import Service, assemble
from bot.settings import Settings
from tests import redis_server
from tests.e2e.server import SECRET
from tests.ports import free_port
from webhooks import create_app

INDIA = ZoneInfo("Asia/Kolkata")
DRAIN_EVERY_SECONDS = 0.1
SLOWER = 20
"""Real seconds in one of the pictures' seconds."""


def moment(today: date) -> datetime:
    """The moment of all pictures: the morning of the coming 9 January. It lies ahead, since browsers drop cookies that
    have ended by their own clock.
    """
    fair = date(today.year, 1, 9)
    return datetime.combine(fair if fair > today else fair.replace(year=today.year + 1), time(11, 40), INDIA)


class SlowClock:
    """Stands where the service has the time from. Pages say the same minute all the time, and yet what waits for its
    turn in the outbox gets it.
    """

    begins = moment(datetime.now(INDIA).date()).astimezone(UTC)

    def __init__(self, _url: str = "") -> None:
        """Takes what bot.clocks.SharedClock takes."""
        self._since = monotonic()

    def __call__(self) -> datetime:
        """The moment."""
        return self.begins + timedelta(seconds=(monotonic() - self._since) / SLOWER)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Served:
    """What is being served."""

    service: Service
    app: Flask

    @property
    def origin(self) -> str:
        return self.service.settings.origin

    @property
    def now(self) -> datetime:
        """The moment of the pictures, on the second."""
        return SlowClock.begins

    @property
    def today(self) -> date:
        """The event's first day."""
        return self.now.astimezone(INDIA).date()

    def at(self, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
        """An hour of the event's day, or of one so many days later."""
        return datetime.combine(self.today + timedelta(days=days), time(hour, minute), INDIA).astimezone(UTC)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's own name
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the demo event from a folder for as long as the block lasts."""
    vars(parts)[SharedClock.__name__] = SlowClock
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis_server.serving(folder))
        where: Any = {"port": free_port(), "var_dir": folder, "redis_url": redis_url}
        settings = Settings(**where, secret_key=SECRET, twilio_mps=1000, log_level="ERROR")
        logs.configure(settings)
        Redis.from_url(redis_url).flushall()
        with closing(Database(settings.database)) as database:
            migrations.upgrade(database)
        service = stack.enter_context(closing(assemble(settings)))
        with service.database.write() as db:
            events.make_demo(db, service.now())
            trial.add_staff(db, service.now())
        app = create_app(service)
        app.add_url_rule("/errors/<int:code>", view_func=abort)
        server = make_server("127.0.0.1", settings.port, app, threaded=True, request_handler=Quiet)
        stack.callback(server.server_close)
        stack.enter_context(_running(server.serve_forever, server.shutdown))
        stack.enter_context(_drained(service))
        yield Served(service, app)
        app.extensions["simulator"].courier.close()


@contextmanager
def _running(run: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()


@contextmanager
def _drained(service: Service) -> Iterator[None]:
    """What is owed is sent, as a worker does."""
    ended, drainer = threading.Event(), Drainer(service.outbox)

    def drain() -> None:
        while not ended.wait(DRAIN_EVERY_SECONDS):
            drainer.drain()

    def stop() -> None:
        ended.set()
        drainer.close()

    with _running(drain, stop):
        yield
