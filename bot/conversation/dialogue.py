"""The path of a message: hold the person's lease, run the turn, keep it, answer."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.conversation.lease_renewal import LeaseRenewer
from bot.conversation.store import (
    AcceptResult,
    AlreadyAnswered,
    ClaimedMessage,
    Committed,
    ConversationStore,
    LeaseLost,
    NobodyWaiting,
)
from bot.conversation.turn import TurnResult, TurnRunner
from bot.database import Database
from bot.delivery import dispatch
from bot.delivery.dispatch import Outbox
from bot.inbound import Inbound
from bot.timeouts import MAX_TURN_WAIT_SECONDS, TURN_RETRY_DELAYS_SECONDS
from bot.tracing import traced
from flows import engine
from flows.shapes import State
from flows.text import phrases, render, sentence_for
from flows.text.sentences import in_every_language

log = structlog.get_logger(__name__)

MAX_POLL_SECONDS = 0.1
"""Seconds at most between two looks at a turn that another process runs."""
TURN_THREADS = 32
"""Turns that one process runs at once. They run apart from the requests, which may stop waiting for them."""


@dataclass(frozen=True, slots=True)
class ServedMessage:
    """The result of working on one message of somebody's list."""

    answer: str | None
    """None where the person was lost to another process: the answer is then in the store."""
    next_message: ClaimedMessage | None = None
    taken: TurnResult | None = None
    """The turn; None where the database was away."""


class Dialogue:
    """Hears messages and answers them, each once and in order."""

    def __init__(
        self,
        conversations: ConversationStore,
        turns: TurnRunner,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._turns = turns
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._pool = ThreadPoolExecutor(TURN_THREADS, thread_name_prefix="turn")
        self._leases = LeaseRenewer(conversations)

    @traced("message")
    def handle(self, inbound: Inbound, wait: float = MAX_TURN_WAIT_SECONDS) -> str:
        """The text that answers this message; empty where none is due here.

        A repeat gets the answer of the first. Where the turn takes longer than `wait` seconds the
        answer is empty for every copy and goes by the outbox. Raises redis.RedisError while the
        conversation store is down: nothing is taken then.
        """
        deadline = time.monotonic() + wait
        pause = MAX_POLL_SECONDS / 8
        while True:
            # At every look again: a Redis that lost its last writes would otherwise never learn of the message.
            found = self._accept(inbound)
            answer = self._answer_in_time(found, inbound.sid, deadline)
            if answer is not None:
                return answer
            if time.monotonic() >= deadline:
                last = self._conversations.stop_waiting(inbound.sid, self._now_ms())
                return str(last.answer["text"]) if last else ""
            time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
            pause = min(pause * 1.5, MAX_POLL_SECONDS)

    @traced("message")
    def handle_found(self, inbound: Inbound, sent_at: datetime) -> bool:
        """Take a message that was found after the fact; whether its answer is on its way, by the outbox.

        False: try again later. `sent_at` is when Twilio got it: where a newer one of the person was
        taken meanwhile, they are told that it came late. Raises redis.RedisError.
        """
        found = self._accept(inbound, int(sent_at.timestamp() * 1000))
        if isinstance(found, ClaimedMessage):
            self._serve_all(found, "", Future())
        last = self._conversations.stop_waiting(inbound.sid, self._now_ms())
        if last is None:
            return False
        if last.answer["text"]:  # the webhook took it after all, but Twilio did not get the answer
            self._conversations.mark_in_outbox(inbound.sid)
            self._outbox.dispatch(self._enqueue_answer(inbound, TurnResult({}, str(last.answer["text"]))).delivery_ids)
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
                self._serve_all(held, "", Future())
                served += 1
        return served

    def close(self) -> None:
        """Let every turn that is running end."""
        self._pool.shutdown(wait=True)
        self._leases.close()

    def _accept(self, inbound: Inbound, sent_ms: int | None = None) -> AcceptResult:
        message, now_ms = inbound.to_json(), self._now_ms()
        return self._conversations.accept(
            inbound.sid, inbound.conversation_addresses, message, now_ms, inbound.lane, sent_ms
        )

    def _answer_in_time(self, accepted: AcceptResult, sid: str, deadline: float) -> str | None:
        if isinstance(accepted, AlreadyAnswered):
            return str(accepted.answer["text"])
        if not isinstance(accepted, ClaimedMessage):
            return None
        mine: Future[str | None] = Future()
        # With the request's id for the log, and its span.
        self._pool.submit(copy_context().run, self._serve_all, accepted, sid, mine)
        try:
            return mine.result(timeout=max(deadline - time.monotonic(), 0))
        except TooLate:
            return None

    def _serve_all(self, claimed: ClaimedMessage | None, sid: str, promised: "Future[str | None]") -> None:
        """Take the person's messages until the list is empty; `promised` gets the answer to `sid`.

        It gets None when this process lost the person: the truth is then in the store.
        """
        try:
            while claimed:
                with self._leases.renewing(claimed):
                    served = self._serve_next(claimed)
                if claimed.sid == sid:
                    promised.set_result(served.answer)
                self._follow_up(claimed, served)
                claimed = served.next_message
        except RedisError as problem:
            log.error("conversation_store_failed", problem=type(problem).__name__)
        except Exception as bug:
            log.exception("serving_failed", sid=claimed.sid if claimed else "", problem=type(bug).__name__)
        finally:
            if not promised.done():
                promised.set_result(None)

    def _follow_up(self, held: ClaimedMessage, served: ServedMessage) -> None:
        """What comes after the answer: one that names a pass should be read before the pass's picture comes."""
        inbound = _read_inbound(held)
        if served.taken:
            self._outbox.dispatch(served.taken.delivery_ids)
        self._outbox.record_inbound(
            inbound.lanes,
            inbound.sender,
            answered=bool(served.answer),
            afterwards=held.found_later,
            more=self._turns.noting_commands(served.taken) if served.taken else (),
        )

    def _serve_next(self, claimed: ClaimedMessage) -> "ServedMessage":
        """Take one message. A database that stumbles is asked again; one that is down lets the message wait."""
        inbound = _read_inbound(claimed)
        for pause in (*TURN_RETRY_DELAYS_SECONDS, None):
            try:
                return self._persist(claimed, inbound, self._run_turn(claimed, inbound))
            except (OperationalError, InterfaceError) as problem:
                log.warning("database_failed_in_turn", sid=claimed.sid, cause=_cause(problem), again=pause is not None)
            if pause is not None:
                time.sleep(pause)
        promise = deferred_answer((claimed.state or {}).get("language"))
        self._conversations.defer(claimed, {"text": promise}, self._now_ms())
        return ServedMessage(promise)

    def _run_turn(self, claimed: ClaimedMessage, inbound: Inbound) -> TurnResult:
        """The turn, or after a bug of ours the unchanged state and an apology."""
        try:
            return self._turns.run(
                inbound, claimed.state, self._clock(), news=claimed.identity_change, late=claimed.late
            )
        except (OperationalError, InterfaceError):
            raise
        except Exception as bug:
            log.exception("turn_failed", sid=claimed.sid, problem=type(bug).__name__)
            return TurnResult(claimed.state or engine.to_json(State()), _apology(claimed), broken=True)

    def _persist(self, claimed: ClaimedMessage, inbound: Inbound, result: TurnResult) -> "ServedMessage":
        in_outbox = result.question is not None or claimed.by_outbox or self._has_unsent_answer(claimed, inbound)
        if in_outbox:
            result = self._enqueue_answer(inbound, result)
        kept = self._commit(claimed, result, in_outbox=in_outbox)
        if isinstance(kept, NobodyWaiting):
            in_outbox, result = True, self._enqueue_answer(inbound, result)
            kept = self._commit(claimed, result, in_outbox=True)
        if not isinstance(kept, Committed):
            return ServedMessage(None, taken=result)
        return ServedMessage("" if in_outbox else result.text, kept.next_message, result)

    def _commit(
        self, claimed: ClaimedMessage, result: TurnResult, *, in_outbox: bool
    ) -> Committed | LeaseLost | NobodyWaiting:
        answer = {"text": "" if in_outbox else result.text}
        return self._conversations.commit(
            claimed, result.state, answer, self._now_ms(), in_outbox=in_outbox, keep_message=result.broken
        )

    def _enqueue_answer(self, inbound: Inbound, result: TurnResult) -> TurnResult:
        """Put the answer into the outbox; once, however often the turn is kept."""
        if not result.text:
            return result
        row = self._database.do(
            dispatch.enqueue_reply,
            message_sid=inbound.sid,
            address=inbound.lane,
            sender=inbound.sender,
            body=result.text,
            question=result.question,
            others=inbound.lanes,
            now=self._clock(),
        )
        return replace(result, delivery_ids=(*result.delivery_ids, row))

    def _has_unsent_answer(self, claimed: ClaimedMessage, inbound: Inbound) -> bool:
        """Whether an earlier answer is still in the outbox, which this one must not overtake."""
        if not claimed.has_unsent_answer and claimed.state is not None:
            return False
        if dispatch.has_unsent_replies(self._database, *inbound.lanes):
            return True
        self._conversations.clear_unsent_mark(claimed)
        return False

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)


def _read_inbound(claimed: ClaimedMessage) -> Inbound:
    """The message, with every name that its person is known by."""
    inbound = Inbound.from_json(claimed.message)
    if claimed.found_later and inbound.phone and inbound.user:
        inbound = replace(inbound, lent="phone")
    return inbound.also_known_as(claimed.phone or None, claimed.user or None)


def _cause(problem: DBAPIError) -> str:
    """The driver's own name for what failed: it holds nobody's data, as the message might."""
    for name in ("sqlite_errorname", "sqlstate"):
        if cause := getattr(problem.orig, name, None):
            return str(cause)
    return type(problem.orig).__name__


def deferred_answer(language: str | None) -> str:
    """What is said to a message that is kept for later: that the answer will come. In every language where none is
    known.
    """
    return render(phrases.MESSAGE_KEPT if language else in_every_language(phrases.MESSAGE_KEPT), language or "en")


def _apology(claimed: ClaimedMessage) -> str:
    language = (claimed.state or {}).get("language") or "en"
    return render(sentence_for("broken"), str(language))
