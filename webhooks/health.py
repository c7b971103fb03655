"""Health checks for platforms: `/healthz` says that the process lives, `/readyz` that it can serve."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from flask import Blueprint, Response, jsonify
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.clocks import utc_now
from bot.database import Database
from bot.errors import NotReady
from bot.ops import capacity, migrations
from bot.service import Service
from bot.timeouts import RECHECK_SECONDS

FULL = "full"


class Readiness:
    """Whether this process can serve. Redis counts only until it has been seen once (docs/contract.md#http).

    What runs out makes it `degraded` and never unready: without this process the others would have to do its work.
    """

    def __init__(self, database: Database, redis: "Redis", now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._redis = redis
        self._now = now
        self._seen = False
        self._scarce: dict[str, str] = {}
        self._asked_at = float("-inf")

    def states(self) -> tuple[int, dict[str, str]]:
        """The HTTP status and what was found of each part."""
        parts = {"redis": self._redis_state(), **self._database_states()}
        held = parts["database"] == "ok" and parts["migrations"] in (migrations.OK, migrations.NEWER)
        ready = held and (self._seen or parts["redis"] in ("ok", FULL))
        self._seen = self._seen or ready
        parts |= self._scarcities() if held and parts["redis"] != "lost" else {}
        well = all(state == "ok" for name, state in parts.items() if name != "migrations")
        whole = "ok" if ready and well else "degraded" if ready else "unready"
        return (200 if ready else 503), {"status": whole, **parts}

    def _redis_state(self) -> str:
        try:
            self._redis.ping()
            capacity.redis_has_room(self._redis)
        except RedisError:
            return "lost"
        except NotReady:
            return FULL
        return "ok"

    def _scarcities(self) -> dict[str, str]:
        if monotonic() > self._asked_at + RECHECK_SECONDS:
            self._asked_at = monotonic()
            self._scarce = {
                "outbox": _state(lambda: capacity.outbox_keeps_up(self._database, self._now()), "behind"),
                "connections": _state(lambda: capacity.connections_left(self._database, self._redis), "short"),
            }
        return self._scarce

    def _database_states(self) -> dict[str, str]:
        try:
            _revision, standing = migrations.migration_state(self._database)
        except SQLAlchemyError:
            return {"database": "lost", "migrations": "unknown"}
        return {"database": "ok", "migrations": standing}


def _state(check: Callable[[], str], otherwise: str) -> str:
    try:
        check()
    except NotReady:
        return otherwise
    except SQLAlchemyError:
        return "unknown"
    return "ok"


def blueprint(service: Service) -> Blueprint:
    """`GET /healthz` and `GET /readyz`."""
    made = Blueprint("health", __name__)
    readiness = Readiness(service.database, service.redis, service.now)

    @made.get("/healthz")
    def alive() -> Response:
        return jsonify(status="ok", version=__version__)

    @made.get("/readyz")
    def ready() -> tuple[Response, int]:
        status, found = readiness.states()
        return jsonify(found), status

    return made
