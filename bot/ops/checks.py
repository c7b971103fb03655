"""What must hold before and while the service runs. Each check returns what it saw or raises NotReady.

The launcher asks before it starts anything; `doctor` asks whenever somebody wants to know.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from rq.cron import CronScheduler
from rq.worker import WorkerStatus
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import clocks, pass_keys
from bot.conversation.store import ConversationStore
from bot.database import APPLICATION, MAX_CONNECTIONS, Database, process_name
from bot.domain.messaging import otp
from bot.errors import NotReady
from bot.ops import migrations
from bot.ops.inbound_watchdog import InboundWatchdog
from bot.settings import Settings
from bot.timeouts import MAX_BUSY_HEARTBEAT_AGE, MAX_HEARTBEAT_AGE


def database_answers(database: Database) -> str:
    """The kind of database. Raises NotReady where no connection can be had."""
    try:
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError as problem:
        raise NotReady(f"DATABASE_URL: the database does not answer ({failure_reason(problem)})") from None
    return database.engine.dialect.name


def failure_reason(problem: DBAPIError) -> str:
    """The driver's words, after its account of where it tried: that may name hosts and users."""
    lines = str(problem.orig).splitlines() or [type(problem.orig).__name__]
    return lines[0].rsplit("failed: ", 1)[-1].strip()


def migrations_at_head(database: Database) -> str:
    """The revision, and whether it is newer than this code. Raises NotReady where migrations are still to be run."""
    database_answers(database)
    found, standing = migrations.migration_state(database)
    if standing == migrations.BEHIND:
        wanted = migrations.newest()
        raise NotReady(f"migrations are at {found or 'nothing'}, not at {wanted}: pravesh db upgrade")
    return found if standing == migrations.OK else f"{found}, {standing}"


def redis_answers(redis: "Redis") -> str:
    """The server's version. Raises NotReady where it cannot be reached or does not let us in."""
    try:
        info = redis.info("server")
    except RedisError as problem:
        raise NotReady(f"REDIS_URL: Redis does not answer ({type(problem).__name__})") from None
    return str(info.get("valkey_version") or info.get("redis_version", "unknown"))


def redis_reached(redis: "Redis", settings: Settings) -> str:
    """The server's version. Raises NotReady where it does not answer; of our own server says what starts it."""
    try:
        return redis_answers(redis)
    except NotReady:
        if settings.redis_url:
            raise
        raise NotReady(f"`make run` does not run with this VAR_DIR ({settings.var_dir}); its Redis is away") from None


def clocks_agree(database: Database, redis: "Redis") -> str:
    """How far this machine's clock is from Redis' and the database's. Raises NotReady where one should be set."""
    redis_answers(redis)
    found = {"Redis": clocks.clock_offset(redis), **_database_clock_offset(database)}
    told = ", ".join(f"{name} {apart.total_seconds():+.1f} s" for name, apart in found.items())
    if any(abs(apart) > clocks.WARNING_OFFSET for apart in found.values()):
        raise NotReady(f"clocks are apart as seen from here ({told}): set them by NTP; Redis' counts meanwhile")
    return told


def connections_suffice(database: Database) -> str:
    """How many connections all processes that run now may open together, of how many. Raises NotReady where those
    are too few: the last processes would be refused in a rush.
    """
    if database.is_sqlite:
        return "SQLite has no limit"
    with database.engine.connect() as connection:
        processes, offered = connection.execute(_CONNECTIONS, {"own": process_name(), "ours": f"{APPLICATION} %"}).one()
    wanted = processes * MAX_CONNECTIONS
    if wanted > offered:
        raise NotReady(
            f"{processes} processes may open {wanted} connections, PostgreSQL has {offered} for us: raise its "
            f"max_connections by {wanted - offered} or more, or run fewer processes"
        )
    return f"{processes} processes may open {wanted} of {offered}"


_CONNECTIONS = text(
    """
    SELECT (SELECT count(DISTINCT application_name) FROM pg_stat_activity
            WHERE application_name LIKE :ours AND application_name <> :own),
           least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                   - coalesce(current_setting('reserved_connections', true), '0')::int,
                 (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
                 (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))
    """
)
"""The processes of all machines that have a connection, without this one; and how many connections we may have."""


def _database_clock_offset(database: Database) -> dict[str, timedelta]:
    """By how much the database server's clock is ahead of this machine's; empty for SQLite, which has no clock."""
    if database.engine.dialect.name == "sqlite":
        return {}
    with database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))  # connecting takes its time, which must not count
        before = clocks.utc_now()
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return {"database": theirs - (before + (clocks.utc_now() - before) / 2)}


def redis_keeps(redis: "Redis") -> str:
    """That Redis' data outlive its end, by its file or a replica. Raises NotReady where they do not."""
    redis_answers(redis)
    if not redis.info("persistence").get("aof_enabled"):
        # Hosted ones may keep no file; what their loss costs stands in docs/aws.md.
        if replicas := _replicas(redis):
            return f"no append-only file; replicas that have everything: {replicas}"
        raise NotReady("Redis forgets conversations when it ends: set appendonly yes")
    return "append-only file on"


def _replicas(redis: "Redis") -> int:
    told = redis.info("replication")
    each = (told.get(f"slave{number}") for number in range(told.get("connected_slaves", 0)))
    return sum(1 for replica in each if isinstance(replica, dict) and replica.get("state") == "online")


def workers_alive(redis: "Redis") -> str:
    """How many, and when one was last seen. Raises NotReady where there is none."""
    redis_answers(redis)
    seen = workers_seen(redis)
    if not seen.alive:
        raise NotReady(f"no worker runs{seen}: passes and OTPs wait; start `python -m bot.jobs.worker`")
    return f"{seen.alive}{seen}"


def workers_seen(redis: "Redis") -> "ProcessesSeen":
    """How many worker processes live. Raises RedisError."""
    workers = Worker.all(connection=redis)
    limits = [
        MAX_BUSY_HEARTBEAT_AGE if worker.get_state() == WorkerStatus.BUSY else MAX_HEARTBEAT_AGE for worker in workers
    ]
    return _processes_seen([worker.last_heartbeat for worker in workers], limits)


def workers_running(redis: "Redis") -> int:
    """How many worker processes live; 0 also where Redis is away."""
    with suppress(RedisError):
        return workers_seen(redis).alive
    return 0


def clock_alive(redis: "Redis") -> str:
    """How many, and when one was last seen. Raises NotReady where none has been heard of lately."""
    redis_answers(redis)
    beats = [clock.last_heartbeat for clock in CronScheduler.all(redis)]
    seen = _processes_seen(beats, [MAX_HEARTBEAT_AGE] * len(beats))
    if not seen.alive:
        raise NotReady(f"no clock runs{seen}: what was lost is not made up for; start `python -m bot.jobs.clock`")
    return f"{seen.alive}{seen}"


@dataclass(frozen=True, slots=True)
class ProcessesSeen:
    """How many processes of a kind live, and how long ago one of them, dead ones too, was last heard."""

    alive: int
    ago: timedelta | None

    def __str__(self) -> str:
        return "" if self.ago is None else f", last seen {max(0, round(self.ago.total_seconds()))} s ago"


def _processes_seen(beats: Sequence[datetime | None], limits: Sequence[timedelta]) -> ProcessesSeen:
    now = datetime.now(UTC)
    ages = [(now - beat, limit) for beat, limit in zip(beats, limits, strict=True) if beat]
    return ProcessesSeen(sum(age <= limit for age, limit in ages), min((age for age, _ in ages), default=None))


def codes_are_left(redis: "Redis", now: datetime) -> str:
    """That no budget of one-time codes is used up. Raises NotReady that names those which are."""
    redis_answers(redis)
    reached = otp.budgets_reached(redis, now)
    if reached:
        raise NotReady(f"used up until the hour or day (UTC) ends: {'; '.join(reached)}. Is it an attack, or a rush?")
    return "every budget has some left"


def messages_come_in(database: Database, redis: "Redis", settings: Settings, now: datetime) -> str:
    """That a message came in lately. Raises NotReady where none did for too long while an event is open."""
    migrations_at_head(database)
    redis_answers(redis)
    conversations = ConversationStore(redis, state_seconds=settings.conversation_hours * 3600)
    minutes = InboundWatchdog(database, redis, conversations, settings.silence).lasting(now)
    if minutes:
        raise NotReady(f"nothing for {minutes} minutes although an event is open: look at Twilio's error log (11200)")
    heard_ms = conversations.last_inbound_ms()
    return f"last at {datetime.fromtimestamp(heard_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC" if heard_ms else "none yet"


def keys_open(database: Database, settings: Settings) -> str:
    """That the pass-signing keys can be read with SECRET_KEY. Raises NotReady where they cannot."""
    migrations_at_head(database)
    pass_keys.open_ring(database, settings)
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


STOP_WORDS = """\
Where a sender stands in a Messaging Service with Advanced Opt-Out, Twilio itself takes STOP, CANCEL, END, QUIT and
the like as a wish for no more messages and answers in our place: after `cancel` a visitor would hear no more of us.
Switch it off: console, Messaging, Services, the service, Opt-Out Management, Advanced Opt-Out; where it must stay,
delete in it every word but STOP, START and HELP. Twilio's default words, meant for SMS, are switched off for an account
by Twilio Support. Simplest: let WhatsApp senders stand in no service. We honour `stop` and `start` ourselves."""
"""How to let Twilio leave these words to us (twilio.com/docs/messaging/tutorials/advanced-opt-out; 23002)."""
