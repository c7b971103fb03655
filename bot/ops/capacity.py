"""What runs out slowly: Redis' memory, connections, and the workers' lead over the outbox.

Each check returns what it saw or raises NotReady, before people notice where that can be told before.
"""

from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.database import Database
from bot.delivery.outbox import hold, leases
from bot.delivery.outbox.enqueue import BULK
from bot.domain.models import Delivery
from bot.errors import NotReady

FULL_SHARE = 0.9
"""Of a bound: what is left is an event day's warning."""
LATE_AFTER = timedelta(minutes=1)
"""How long an answer, a code or a pass may wait for a worker: it usually waits less than a second."""
ADVICE = "do workers run (some 70 messages a second each), and do the senders take more (TWILIO_MPS)?"


def redis_has_room(redis: "Redis") -> str:
    """How full Redis' memory is. Raises NotReady where it is nearly full, cannot write, or throws data away."""
    try:
        memory, kept, errors = redis.info("memory"), redis.info("persistence"), redis.info("errorstats")
    except RedisError as problem:
        raise NotReady(f"Redis does not answer ({type(problem).__name__})") from None
    used, bound = int(memory["used_memory"]), int(memory.get("maxmemory", 0))
    said = f"{_mb(used)} MB of {_mb(bound)} MB" if bound else f"{_mb(used)} MB, without maxmemory"
    refused = errors.get("errorstat_OOM", {}).get("count", 0)
    if bound and used >= bound * FULL_SHARE:
        told = f", and has refused {refused} commands since it started" if refused else ""
        raise NotReady(f"Redis is full ({said}{told}): conversations stop; raise maxmemory")
    if kept.get("aof_last_write_status", "ok") != "ok":
        raise NotReady("Redis cannot write its append-only file: is its disk full?")
    if bound and memory.get("maxmemory_policy", "noeviction") != "noeviction":
        raise NotReady("Redis throws conversations away when it is full: set maxmemory-policy noeviction")
    return said


def connections_left(database: Database, redis: "Redis") -> str:
    """How many connections are in use at the database and at Redis. Raises NotReady where few are left."""
    found = {"Redis": _redis_clients(redis), "database": _sessions(database)}
    told = "; ".join(f"{name} {used} of {most}" for name, (used, most) in found.items() if most)
    if any(most and used >= most * FULL_SHARE for used, most in found.values()):
        raise NotReady(f"connections run out ({told}): fewer processes, or max_connections, maxclients")
    return told


def outbox_keeps_up(database: Database, now: datetime) -> str:
    """How many messages are due. Raises NotReady where answers, codes or passes wait too long: then it grows."""
    due = select(func.count()).select_from(Delivery).where(Delivery.status == "owed", Delivery.not_before <= now)
    with database.read() as db:
        since, number = leases.oldest_due(db, now, BULK), db.scalar(due) or 0
    if since is not None and now - since > LATE_AFTER:
        raise NotReady(f"{number} messages wait, the oldest since {(now - since).total_seconds():.0f} s: {ADVICE}")
    return f"{number} messages are due"


def sending_goes_on(database: Database) -> str:
    """That messages leave. Raises NotReady after a restore, until somebody has looked at what left meanwhile."""
    held = database.ask(hold.in_force)
    if held is not None:
        raise NotReady(
            f"nothing is sent since the restore of a backup of {held.backup_at:%Y-%m-%d %H:%M} UTC: "
            "pravesh doctor --reconcile"
        )
    return "messages leave"


def _redis_clients(redis: "Redis") -> tuple[int, int]:
    try:
        clients = redis.info("clients")
    except RedisError as problem:
        raise NotReady(f"Redis does not answer ({type(problem).__name__})") from None
    return int(clients["connected_clients"]), int(clients.get("maxclients", 0))


def _sessions(database: Database) -> tuple[int, int]:
    """Of all clients of the server, and how many it takes of people without special rights; SQLite has no bound."""
    if database.is_sqlite:
        return 0, 0
    asked = text(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
        "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    try:
        ((used, most),) = database.look(asked, {})
    except DBAPIError:
        raise NotReady("the database lets nobody in: its connections may have run out") from None
    return used, most


def _mb(number: int) -> int:
    return round(number / 1_000_000)
