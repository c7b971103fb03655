"""How far each registration that was begun has come, for the funnel. Nothing here says whose it is.

Most turns of a registration write nothing to the database, and so it stays: how far somebody has come goes to a
hash in Redis, one command a question, and the clock puts what is there into rows, hundreds in one transaction.
The turn that registers writes its row itself, in its own transaction. What is lost with Redis are seconds.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
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
from flows.shapes import Register, State, Turn
from flows.visitor.registration import REGISTRATION

log = structlog.get_logger(__name__)

KEY = "beginnings"
"""The Redis hash of what is not in rows yet, by id."""
KEPT = "begun"
"""Beside a conversation's state: the beginning that it goes on with."""
PAGES = {"otp": 100, "agree": 200, DONE: 1000}
"""The moves of a form's pages; the questions of the first one come before."""
LAST = PAGES[DONE]
"""The number of the last move, DONE."""
MOST = 5_000
"""Beginnings that are written to the database at a time."""
REMOVE = """
for at = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[at]) == ARGV[at + 1] then redis.call('HDEL', KEYS[1], ARGV[at]) end
end
"""
"""Only what has not moved on since it was read."""


@dataclass(frozen=True, slots=True)
class Begun:
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
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The beginning from its JSON."""
        return cls(**{**kept, "steps": tuple(kept["steps"])})

    def kept(self) -> dict[str, Any]:
        """The beginning as JSON."""
        return {**asdict(self), "steps": list(self.steps)}


def new_id(name: str) -> str:
    """The id of the beginning of this name. It is the same for the same name, and does not reveal the name."""
    return sha256(f"beginning {name}".encode()).hexdigest()[:32]


def follow(kept: Mapping[str, Any] | None, turn: Turn, sid: str, channel: str, now: datetime) -> Begun | None:
    """The beginning with which a conversation goes on after a turn; None: it is registering nobody.

    `kept` is what stood beside the state before, `sid` names the message that began it.
    """
    before = _before(kept)
    begun = before or Begun(new_id(sid), channel, "", (), 0, now.isoformat())
    if turn.flow == REGISTRATION.name and any(isinstance(one, Register) and not one.phone for one in turn.effects):
        return _moved(begun, DONE, turn.answers, LAST)
    state = turn.state
    if state.flow == REGISTRATION.name:
        return _moved(begun, state.asked, state.answers, begun.moves + 1)
    beneath = (state.under or {}).get("flow") == REGISTRATION.name
    return before if beneath else None


def _before(kept: Mapping[str, Any] | None) -> Begun | None:
    """Whatever another version of this program may have kept."""
    found = kept.get(KEPT) if isinstance(kept, Mapping) else None
    try:
        return Begun.of(found) if found else None
    except (KeyError, TypeError):
        return None


def on_page(sid: str, channel: str, event: str, step: str, now: datetime) -> Begun:
    """A form that has come to this step; going back to an earlier page changes nothing. `sid` is its request's."""
    return Begun(new_id(sid), channel, event, (step,), PAGES.get(step, 1), now.isoformat())


def _moved(begun: Begun, step: str, answers: Mapping[str, Any], moves: int) -> Begun:
    event = str(answers.get("event") or begun.event)
    if step in begun.steps and event == begun.event:
        return begun
    steps = begun.steps if step in begun.steps else (*begun.steps, step)
    return Begun(begun.id, begun.channel, event, steps, moves, begun.at)


def with_state(state: State | Mapping[str, Any], begun: Begun | None) -> dict[str, Any]:
    """The kept state together with the beginning, unless the registration is over."""
    whole = dict(cast("Mapping[str, Any]", state))
    if begun is not None and begun.moves < LAST:
        whole[KEPT] = begun.kept()
    return whole


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The beginnings that are noted in Redis and written to rows by the clock."""

    redis: "Redis" = field(repr=False)

    def note(self, begun: Begun) -> None:
        """Note how far one has come. Never raises: the funnel is not worth anybody's turn."""
        try:
            self.redis.hset(KEY, begun.id, json.dumps(begun.kept()))
        except RedisError as problem:
            log.warning("beginning_not_noted", problem=type(problem).__name__)

    def put_down(self, database: Database) -> int:
        """Put what was noted into rows; how many. Twice does no harm. Raises RedisError. Run by the clock."""
        read = cast("tuple[int, dict[bytes, bytes]]", self.redis.hscan(KEY, count=MOST))[1]
        if not read:
            return 0
        with database.write() as db:
            write(db, *(Begun.of(json.loads(one)) for one in read.values()))
        self.redis.eval(REMOVE, 1, KEY, *(part for pair in read.items() for part in pair))
        return len(read)


def write(db: Session, *begun: Begun) -> None:
    """Keep how far these have come, in the caller's transaction."""
    rows = [
        {
            "id": one.id,
            "slug": one.event,
            "channel": one.channel,
            "step": one.steps[-1],
            "moves": one.moves,
            "begun_at": datetime.fromisoformat(one.at),
        }
        for one in sorted(begun, key=lambda one: one.id)
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
