"""What must hold before and while the service runs. Each check returns what it saw or raises NotReady.

The launcher asks before it starts anything; `doctor` asks whenever somebody wants to know.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.cron import CronScheduler
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import migrations
from bot.conversations import Conversations
from bot.database import Database
from bot.domain.keys import KeyRing
from bot.errors import NotReady
from bot.settings import Settings
from bot.silence import Silence

PATIENCE = 5.0
"""Seconds to wait for an answer."""
STALE = timedelta(seconds=150)
"""Workers and clocks tell that they are alive at least once a minute."""


def database_answers(database: Database) -> str:
    """The kind of database. Raises NotReady where no connection can be had."""
    try:
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError as problem:
        raise NotReady(f"DATABASE_URL: the database does not answer ({reason(problem)})") from None
    return database.engine.dialect.name


def reason(problem: DBAPIError) -> str:
    """The driver's words, after its account of where it tried: that may name hosts and users."""
    lines = str(problem.orig).splitlines() or [type(problem.orig).__name__]
    return lines[0].rsplit("failed: ", 1)[-1].strip()


def migrations_at_head(database: Database) -> str:
    """The revision, and whether it is newer than this code. Raises NotReady where migrations are still to be run."""
    database_answers(database)
    found, standing = migrations.standing(database)
    if standing == migrations.BEHIND:
        wanted = migrations.newest()
        raise NotReady(f"migrations are at {found or 'nothing'}, not at {wanted}: python -m admin_cli db upgrade")
    return found if standing == migrations.OK else f"{found}, {standing}"


@contextmanager
def connected(url: str) -> Iterator["Redis"]:
    """A client that gives up after a few seconds, for looking."""
    with Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as redis:
        yield redis


def redis_answers(redis: "Redis") -> str:
    """The server's version. Raises NotReady where it cannot be reached or does not let us in."""
    try:
        info = redis.info("server")
    except RedisError as problem:
        raise NotReady(f"REDIS_URL: Redis does not answer ({type(problem).__name__})") from None
    return str(info.get("valkey_version") or info.get("redis_version", "unknown"))


def redis_keeps(redis: "Redis") -> str:
    """That what is written survives the server's end. Raises NotReady where it does not."""
    redis_answers(redis)
    info = redis.info("persistence")
    if not info.get("aof_enabled"):
        raise NotReady("Redis forgets conversations when it ends: set appendonly yes")
    if info.get("aof_last_write_status", "ok") != "ok":
        raise NotReady("Redis cannot write its append-only file: is its disk full?")
    return "append-only file on"


def workers_alive(redis: "Redis") -> str:
    """How many. Raises NotReady where there is none."""
    redis_answers(redis)
    earliest = datetime.now(UTC) - STALE
    heard = [worker.last_heartbeat for worker in Worker.all(connection=redis)]
    number = sum(1 for moment in heard if moment and moment > earliest)
    if not number:
        raise NotReady("no worker runs: passes and OTPs wait; start `python -m bot.jobs.worker`")
    return str(number)


def clock_alive(redis: "Redis") -> str:
    """How many. Raises NotReady where none has been heard of lately."""
    redis_answers(redis)
    earliest = datetime.now(UTC) - STALE
    heard = [clock.last_heartbeat for clock in CronScheduler.all(redis)]
    number = sum(1 for moment in heard if moment and moment > earliest)
    if not number:
        raise NotReady("no clock runs: what was lost on the way is not made up for; start `python -m bot.jobs.clock`")
    return str(number)


def messages_come_in(database: Database, redis: "Redis", settings: Settings, now: datetime) -> str:
    """That somebody was heard lately. Raises NotReady where nobody was for too long while an event is open."""
    migrations_at_head(database)
    redis_answers(redis)
    conversations = Conversations(redis, state_seconds=settings.conversation_hours * 3600)
    minutes = Silence(database, redis, conversations, settings.silence).lasting(now)
    if minutes:
        raise NotReady(f"nothing for {minutes} minutes although an event is open: look at Twilio's error log (11200)")
    heard_ms = conversations.heard_ms()
    return f"last at {datetime.fromtimestamp(heard_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC" if heard_ms else "none yet"


def keys_open(database: Database, settings: Settings) -> str:
    """That the pass-signing keys can be read with SECRET_KEY. Raises NotReady where they cannot."""
    migrations_at_head(database)
    KeyRing.open(database, settings.secret_key, None)
    return "can be read"


def webhooks(origin: str) -> dict[str, str]:
    """What to enter at Twilio for each sender, by the name of the field there.

    The fragment asks Twilio to try again where a connection fails, a read times out or we answer 5xx;
    by itself it would only do the first (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
    """
    return {
        "Webhook URL": f"{origin}/webhooks/twilio/message#rc=3&rp=ct,rt,5xx",
        "Fallback URL": f"{origin}/webhooks/twilio/fallback",
        "Status callback URL": f"{origin}/webhooks/twilio/status",
    }
