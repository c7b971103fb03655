"""The path of a message: hold the person's lease, run the turn, keep it, answer."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.conversation.lease_renewal import Leases
from bot.conversation.store import Answered, Conversations, Done, Found, Held, Lost, Unheard
from bot.conversation.turn import Taken, Turns
from bot.database import Database
from bot.delivery import dispatch
from bot.delivery.dispatch import Outbox
from bot.inbound import Inbound
from flows import engine
from flows.shapes import State
from flows.text import render, sentence_for

log = structlog.get_logger(__name__)

WAIT_SECONDS = 10.0
"""How long a webhook waits for its turn: Twilio hangs up after 15 s (docs/field-notes.md#webhook-timing)."""
LONGEST_PAUSE = 0.1
"""Seconds at most between two looks at a turn that another process runs."""
THREADS = 32
"""Turns that one process runs at once. They run apart from the requests, which may stop waiting for them."""
SECOND_TRIES = (0.1, 0.5)
"""Seconds to wait before each further try of a turn whose database call failed: a lock or a failover passes."""


@dataclass(frozen=True, slots=True)
class Served:
    """The result of working on one message of somebody's list."""

    answer: str | None
    """None where the person was lost to another process: the answer is then in the store."""
    following: Held | None = None
    taken: Taken | None = None
    """The turn; None where the database was away."""


class Dialogue:
    """Hears messages and answers them, each once and in order."""

    def __init__(
        self,
        conversations: Conversations,
        turns: Turns,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._turns = turns
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="turn")
        self._leases = Leases(conversations)

    def hear(self, inbound: Inbound, wait: float = WAIT_SECONDS) -> str:
        """The text that answers this message; empty where none is due here.

        A repeat gets the answer of the first. Where the turn takes longer than `wait` seconds the
        answer is empty for every copy and goes by the outbox. Raises redis.RedisError while the
        conversation store is down: nothing is taken then.
        """
        deadline = time.monotonic() + wait
        pause = LONGEST_PAUSE / 8
        while True:
            # At every look again: a Redis that lost its last writes would otherwise never learn of the message.
            found = self._accept(inbound)
            answer = self._answer_now(found, inbound.sid, deadline)
            if answer is not None:
                return answer
            if time.monotonic() >= deadline:
                last = self._conversations.give_up(inbound.sid, self._now_ms())
                return str(last.answer["text"]) if last else ""
            time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def hear_found(self, inbound: Inbound, sent_at: datetime) -> bool:
        """Take a message that was found after the fact; whether its answer is on its way, by the outbox.

        False: try again later. `sent_at` is when Twilio got it: where a newer one of the person was
        taken meanwhile, they are told that it came late. Raises redis.RedisError.
        """
        found = self._accept(inbound, int(sent_at.timestamp() * 1000))
        if isinstance(found, Held):
            self._serve(found, "", Future())
        last = self._conversations.give_up(inbound.sid, self._now_ms())
        if last is None:
            return False
        if last.answer["text"]:  # the webhook took it after all, but Twilio did not get the answer
            self._conversations.fall_behind(inbound.sid)
            self._outbox.enqueue(self._owe(inbound, Taken({}, str(last.answer["text"]))).owed)
        return True

    def take_over(self) -> int:
        """Take the messages of people whom nobody serves any more; how many people. Run by the clock.

        Their answers go by the outbox, for no request waits for them.
        """
        served = 0
        for conversation in self._conversations.abandoned(self._now_ms()):
            held = self._conversations.take_over(conversation, self._now_ms())
            if held:
                log.info("conversation_taken_over", sid=held.sid)
                self._serve(held, "", Future())
                served += 1
        return served

    def close(self) -> None:
        """Let every turn that is running end."""
        self._pool.shutdown(wait=True)
        self._leases.close()

    def _accept(self, inbound: Inbound, sent_ms: int | None = None) -> Found:
        message, now_ms = inbound.to_json(), self._now_ms()
        return self._conversations.accept(inbound.sid, inbound.talks_as, message, now_ms, inbound.lane, sent_ms)

    def _answer_now(self, found: Found, sid: str, deadline: float) -> str | None:
        if isinstance(found, Answered):
            return str(found.answer["text"])
        if not isinstance(found, Held):
            return None
        mine: Future[str | None] = Future()
        self._pool.submit(self._serve, found, sid, mine)
        try:
            return mine.result(timeout=max(deadline - time.monotonic(), 0))
        except TooLate:
            return None

    def _serve(self, held: Held | None, sid: str, mine: "Future[str | None]") -> None:
        """Take the person's messages until the list is empty; `mine` gets the answer to `sid`.

        It gets None when this process lost the person: the truth is then in the store.
        """
        try:
            while held:
                with self._leases.kept(held):
                    served = self._serve_one(held)
                if held.sid == sid:
                    mine.set_result(served.answer)
                self._follow_up(held, served)
                held = served.following
        except RedisError as problem:
            log.error("conversation_store_failed", problem=type(problem).__name__)
        except Exception as bug:
            log.exception("serving_failed", sid=held.sid if held else "", problem=type(bug).__name__)
        finally:
            if not mine.done():
                mine.set_result(None)

    def _follow_up(self, held: Held, served: Served) -> None:
        """What comes after the answer: one that names a pass should be read before the pass's picture comes."""
        inbound = _inbound(held)
        if served.taken:
            self._outbox.enqueue(served.taken.owed)
            self._turns.note(served.taken)
        self._outbox.heard(inbound.lanes, inbound.sender, answered=bool(served.answer), afterwards=held.found)

    def _serve_one(self, held: Held) -> "Served":
        """Take one message. A database that stumbles is asked again; one that is down lets the message wait."""
        inbound = _inbound(held)
        for pause in (*SECOND_TRIES, None):
            try:
                return self._keep(held, inbound, self._take(held, inbound))
            except (OperationalError, InterfaceError) as problem:
                log.warning("database_failed_in_turn", sid=held.sid, cause=_cause(problem), again=pause is not None)
            if pause is not None:
                time.sleep(pause)
        apology = _broken(held)
        self._conversations.put_off(held, {"text": apology}, self._now_ms())
        return Served(apology)

    def _take(self, held: Held, inbound: Inbound) -> Taken:
        """The turn, or after a bug of ours the unchanged state and an apology."""
        try:
            return self._turns.take(inbound, held.state, self._clock(), news=held.news, late=held.late)
        except (OperationalError, InterfaceError):
            raise
        except Exception as bug:
            log.exception("turn_failed", sid=held.sid, problem=type(bug).__name__)
            return Taken(held.state or engine.to_json(State()), _broken(held), broken=True)

    def _keep(self, held: Held, inbound: Inbound, taken: Taken) -> "Served":
        in_outbox = taken.question is not None or held.owed or self._still_behind(held, inbound)
        if in_outbox:
            taken = self._owe(inbound, taken)
        kept = self._commit(held, taken, in_outbox=in_outbox)
        if isinstance(kept, Unheard):
            in_outbox, taken = True, self._owe(inbound, taken)
            kept = self._commit(held, taken, in_outbox=True)
        if not isinstance(kept, Done):
            return Served(None, taken=taken)
        return Served("" if in_outbox else taken.text, kept.following, taken)

    def _commit(self, held: Held, taken: Taken, *, in_outbox: bool) -> Done | Lost | Unheard:
        answer = {"text": "" if in_outbox else taken.text}
        return self._conversations.commit(
            held, taken.state, answer, self._now_ms(), in_outbox=in_outbox, keep_message=taken.broken
        )

    def _owe(self, inbound: Inbound, taken: Taken) -> Taken:
        """Put the answer into the outbox; once, however often the turn is kept."""
        if not taken.text:
            return taken
        with self._database.write() as db:
            row = dispatch.owe_reply(
                db,
                message_sid=inbound.sid,
                lane=inbound.lane,
                sender=inbound.sender,
                body=taken.text,
                question=taken.question,
                others=inbound.lanes,
                now=self._clock(),
            )
        return replace(taken, owed=(*taken.owed, row))

    def _still_behind(self, held: Held, inbound: Inbound) -> bool:
        """Whether an earlier answer is still in the outbox, which this one must not overtake."""
        if not held.behind and held.state is not None:
            return False
        with self._database.read() as db:
            if dispatch.unsent_replies(db, *inbound.lanes):
                return True
        self._conversations.clear_behind(held)
        return False

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)


def _inbound(held: Held) -> Inbound:
    """The message, with every name that its person is known by."""
    inbound = Inbound.from_json(held.message)
    if held.found and inbound.phone and inbound.user:
        inbound = replace(inbound, lent="phone")
    return inbound.also_known_as(held.phone or None, held.user or None)


def _cause(problem: DBAPIError) -> str:
    """The driver's own name for what failed: it holds nobody's data, as the message might."""
    for name in ("sqlite_errorname", "sqlstate"):
        if cause := getattr(problem.orig, name, None):
            return str(cause)
    return type(problem.orig).__name__


def _broken(held: Held) -> str:
    language = (held.state or {}).get("language") or "en"
    return render(sentence_for("broken"), str(language))
