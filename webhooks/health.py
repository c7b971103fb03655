"""Health checks for platforms: `/healthz` says that the process lives, `/readyz` that it can serve."""

from flask import Blueprint, Response, jsonify
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.database import Database
from bot.ops import migrations
from bot.service import Service


class Readiness:
    """Whether this process can serve. Redis counts only until it has been seen once (docs/contract.md#http)."""

    def __init__(self, database: Database, redis: "Redis") -> None:
        self._database = database
        self._redis = redis
        self._seen = False

    def states(self) -> tuple[int, dict[str, str]]:
        """The HTTP status and what was found of each part."""
        parts = {"redis": self._redis_state(), **self._database_states()}
        held = parts["database"] == "ok" and parts["migrations"] in (migrations.OK, migrations.NEWER)
        ready = held and (self._seen or parts["redis"] == "ok")
        self._seen = self._seen or ready
        whole = "ok" if ready and parts["redis"] == "ok" else "degraded" if ready else "unready"
        return (200 if ready else 503), {"status": whole, **parts}

    def _redis_state(self) -> str:
        try:
            self._redis.ping()
        except RedisError:
            return "lost"
        return "ok"

    def _database_states(self) -> dict[str, str]:
        try:
            _revision, standing = migrations.migration_state(self._database)
        except SQLAlchemyError:
            return {"database": "lost", "migrations": "unknown"}
        return {"database": "ok", "migrations": standing}


def blueprint(service: Service) -> Blueprint:
    """`GET /healthz` and `GET /readyz`."""
    door = Blueprint("health", __name__)
    readiness = Readiness(service.database, service.redis)

    @door.get("/healthz")
    def alive() -> Response:
        return jsonify(status="ok", version=__version__)

    @door.get("/readyz")
    def ready() -> tuple[Response, int]:
        status, found = readiness.states()
        return jsonify(found), status

    return door
