"""How far each registration that was begun has come, for the funnel. Nothing here says whose it is.

Most turns of a registration write nothing to the database, and so it stays: how far somebody has come goes to a
hash in Redis, one command a question, and the clock puts what is there into rows, hundreds in one transaction.
The turn that registers writes its row itself, in its own transaction. What is lost with Redis are seconds.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Self, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Beginning, Event, table
from bot.domain.stats.funnel import DONE
from bot.domain.upserts import INTO
from bot.redis_client import Command, ask_all
from flows.shapes import Register, State, Turn, field_values
from flows.visitor.registration import REGISTRATION

log = structlog.get_logger(__name__)

REDIS_KEY = "beginnings"
"""The Redis hash of what is not in rows yet, by id."""
STATE_KEY = "begun"
"""Beside a conversation's state: the beginning that it goes on with."""
PAGE_MOVES = {"otp": 100, "agree": 200, DONE: 1000}
"""The moves of a form's pages; the questions of the first one come before."""
LAST_MOVE = PAGE_MOVES[DONE]
"""The number of the last move, DONE."""
MAX_ROWS_PER_RUN = 5_000
"""Beginnings that are written to the database at a time."""
REMOVE_SCRIPT = """
for at = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[at]) == ARGV[at + 1] then redis.call('HDEL', KEYS[1], ARGV[at]) end
end
"""
"""Only what has not moved on since it was read."""


@dataclass(frozen=True, slots=True)
class FunnelProgress:
    """A registration that has come so far."""

    id: str
    channel: str
    event: str
    """The event's slug; empty: none is chosen yet."""
    steps: tuple[str, ...]
    """The questions asked so far, each once: the last one is the furthest. DONE at the end."""
    moves: int
    """Grows with every move; a lower one that arrives late changes nothing."""
    at: str
    """When it was begun: ISO 8601."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The beginning from its JSON."""
        return cls(**{**stored, "steps": tuple(stored["steps"])})

    def to_json(self) -> dict[str, Any]:
        """The beginning as JSON."""
        return {**field_values(self), "steps": list(self.steps)}


def new_id(name: str) -> str:
    """The id of the beginning of this name. It is the same for the same name, and does not reveal the name."""
    return sha256(f"beginning {name}".encode()).hexdigest()[:32]


def progress_after_turn(
    stored: Mapping[str, Any] | None, turn: Turn, sid: str, channel: str, now: datetime
) -> FunnelProgress | None:
    """The beginning with which a conversation goes on after a turn; None: it is registering nobody.

    `stored` is what stood beside the state before, `sid` names the message that began it.
    """
    before = _stored_progress(stored)
    begun = before or FunnelProgress(new_id(sid), channel, "", (), 0, now.isoformat())
    if turn.flow == REGISTRATION.name and any(
        isinstance(effect, Register) and not effect.phone for effect in turn.effects
    ):
        return _moved_to(begun, DONE, turn.answers, LAST_MOVE)
    state = turn.state
    if state.flow == REGISTRATION.name:
        return _moved_to(begun, state.asked, state.answers, begun.moves + 1)
    beneath = (state.under or {}).get("flow") == REGISTRATION.name
    return before if beneath else None


def _stored_progress(stored: Mapping[str, Any] | None) -> FunnelProgress | None:
    """Whatever another version of this program may have kept."""
    found = stored.get(STATE_KEY) if isinstance(stored, Mapping) else None
    try:
        return FunnelProgress.from_json(found) if found else None
    except (KeyError, TypeError):
        return None


def progress_on_page(sid: str, channel: str, event: str, step: str, now: datetime) -> FunnelProgress:
    """A form that has come to this step; going back to an earlier page changes nothing. `sid` is its request's."""
    return FunnelProgress(new_id(sid), channel, event, (step,), PAGE_MOVES.get(step, 1), now.isoformat())


def _moved_to(progress: FunnelProgress, step: str, answers: Mapping[str, Any], moves: int) -> FunnelProgress:
    event = str(answers.get("event") or progress.event)
    if step in progress.steps and event == progress.event:
        return progress
    steps = progress.steps if step in progress.steps else (*progress.steps, step)
    return FunnelProgress(progress.id, progress.channel, event, steps, moves, progress.at)


def with_state(state: State | Mapping[str, Any], progress: FunnelProgress | None) -> dict[str, Any]:
    """The kept state together with the beginning, unless the registration is over."""
    whole = dict(cast("Mapping[str, Any]", state))
    if progress is not None and progress.moves < LAST_MOVE:
        whole[STATE_KEY] = progress.to_json()
    return whole


@dataclass(frozen=True, slots=True)
class FunnelTracker:
    """The beginnings that are noted in Redis and written to rows by the clock."""

    redis: "Redis" = field(repr=False)

    def record(self, progress: FunnelProgress) -> None:
        """Note how far one has come. Never raises: the funnel is not worth anybody's turn."""
        try:
            ask_all(self.redis, [noting_command(progress)])
        except RedisError as problem:
            log.warning("beginning_not_noted", problem=type(problem).__name__)

    def flush(self, database: Database) -> int:
        """Put what was noted into rows; how many. Twice does no harm. Raises RedisError. Run by the clock."""
        read = cast("tuple[int, dict[bytes, bytes]]", self.redis.hscan(REDIS_KEY, count=MAX_ROWS_PER_RUN))[1]
        if not read:
            return 0
        database.do(write_rows, *(FunnelProgress.from_json(json.loads(stored)) for stored in read.values()))
        self.redis.eval(REMOVE_SCRIPT, 1, REDIS_KEY, *(part for pair in read.items() for part in pair))
        return len(read)


def noting_command(progress: FunnelProgress) -> Command:
    """The command that notes how far one has come."""
    return "HSET", REDIS_KEY, progress.id, json.dumps(progress.to_json())


def write_rows(db: Session, *progress: FunnelProgress) -> None:
    """Keep how far these have come, in the caller's transaction."""
    rows = [
        {
            "id": progress.id,
            "slug": progress.event,
            "channel": progress.channel,
            "step": progress.steps[-1],
            "moves": progress.moves,
            "begun_at": datetime.fromisoformat(progress.at),
        }
        for progress in sorted(progress, key=lambda progress: progress.id)
    ]
    connection = db.connection()
    connection.execute(_WRITE[connection.dialect.name], rows)


def _write(into: Callable[[Any], Any]) -> Any:
    """Keep one unless it had come further already."""
    keeping = into(table(Beginning)).values(
        event_id=select(Event.id).where(Event.slug == bindparam("slug")).scalar_subquery()
    )
    new = {name: keeping.excluded[name] for name in ("event_id", "step", "moves")}
    later = table(Beginning).c.moves < keeping.excluded.moves
    return keeping.on_conflict_do_update(index_elements=["id"], set_=new, where=later)


_WRITE = {dialect: _write(into) for dialect, into in INTO.items()}
