"""What came of deliveries, and how it is noted: many together, in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import failures, text_fallback
from bot.delivery.dispatch.parts import LeasedDelivery, SendDeps
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import leases
from bot.delivery.twilio.error_codes import Class, class_of
from bot.errors import SendFailed

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one delivery. Its note changes nothing where the lease has been lost."""

    leased: LeasedDelivery

    def note(self, db: Session, now: datetime) -> None:
        """Note it in the row and give the row back."""


@dataclass(frozen=True, slots=True)
class Sent(Outcome):
    """Twilio has it; noted for all together by `note`."""

    sid: str
    status: str = "queued"
    refused_template: str = ""
    """The code with which its template was refused, where it went as plain text."""


@dataclass(frozen=True, slots=True)
class Found(Outcome):
    """An unclear try went out, by Twilio's list; noted as sent by `note`."""

    update: StatusUpdate

    def note(self, db: Session, now: datetime) -> None:
        """Note how it fares."""
        failures.record_status(db, self.update, self.leased.row.id, now)


@dataclass(frozen=True, slots=True)
class NotFound(Outcome):
    """An unclear try did not go out: the row is due again at once."""

    def note(self, db: Session, now: datetime) -> None:
        """Give the row back; for good where it is too late."""
        row, token = self.leased.row, self.leased.token
        delivery_history.record(db, row.id, delivery_history.LOOKED_UP, now, reason="not_found")
        if now >= row.give_up_at:
            leases.end(db, row.id, token, "failed", at=now, reason="gave_up")
        else:
            leases.defer(db, row.id, token, now, at=now, tried_at=None, attempts=row.attempts - 1)


@dataclass(frozen=True, slots=True)
class NotListed(Outcome):
    """Twilio's list could not be had."""

    failure: SendFailed

    def note(self, db: Session, now: datetime) -> None:
        """Look again later, and never send blindly."""
        failures.record_unknown(db, self.leased.row, self.leased.token, self.failure, now)


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """Twilio did not take it, or nobody knows."""

    failure: SendFailed
    refused_template: str = ""

    def note(self, db: Session, now: datetime) -> None:
        """Another try later, or the end."""
        failures.record_failure(db, self.leased.row, self.leased.token, self.failure, now)


@dataclass(frozen=True, slots=True)
class PutOff(Outcome):
    """No call was made, or none that was heard."""

    until: datetime
    reason: str | None
    counts: bool = True
    """Whether it was a try."""
    refused_template: str = ""

    def note(self, db: Session, now: datetime) -> None:
        """Give the row back until then."""
        row = self.leased.row
        notes = {"reason": self.reason, "tried_at": None, "attempts": row.attempts - (not self.counts)}
        leases.defer(db, row.id, self.leased.token, self.until, at=now, **notes)


@dataclass(frozen=True, slots=True)
class Ended(Outcome):
    """It may not be sent any more."""

    status: str
    reason: str

    def note(self, db: Session, now: datetime) -> None:
        """Give the row back for good."""
        row = self.leased.row
        leases.end(db, row.id, self.leased.token, self.status, at=now, reason=self.reason)
        log.warning("delivery_ended", delivery=row.id, kind=row.kind, status=self.status, reason=self.reason)


def note(deps: SendDeps, outcomes: Sequence[Outcome]) -> None:
    """Note all of these in one transaction; where that fails, each in one of its own."""
    try:
        _note(deps, outcomes)
    except Exception:
        if len(outcomes) == 1:
            raise
        log.warning("outcomes_noted_singly", number=len(outcomes))
        for outcome in outcomes:
            _note_one(deps, outcome)


def _note_one(deps: SendDeps, outcome: Outcome) -> None:
    """Note it; where that fails its lease runs out, and it is looked up."""
    try:
        _note(deps, [outcome])
    except Exception as problem:
        log.error("outcome_not_noted", delivery=outcome.leased.row.id, problem=type(problem).__name__)


def _note(deps: SendDeps, outcomes: Sequence[Outcome]) -> None:
    now = deps.now()
    with deps.database.write() as db:
        held = leases.held(db, {outcome.leased.row.id: outcome.leased.token for outcome in outcomes})
        leases.mark_sent(db, [sent for one in outcomes if (sent := _as_sent(one)) and sent[0] in held], now)
        for outcome in outcomes:
            if isinstance(outcome, Found):
                delivery_history.record(db, outcome.leased.row.id, delivery_history.LOOKED_UP, now, reason="found")
            if isinstance(outcome, Sent | Failed | PutOff) and outcome.refused_template and outcome.leased.message:
                text_fallback.record_text_fallback(db, outcome.leased.row, outcome.refused_template, now)
            if outcome.leased.row.id in held:
                outcome.note(db, now)
    _tell(deps, outcomes, held)


def _as_sent(outcome: Outcome) -> tuple[int, str, str, str] | None:
    row, token = outcome.leased.row, outcome.leased.token
    if isinstance(outcome, Sent):
        return row.id, token, outcome.sid, outcome.status
    return (row.id, token, outcome.update.message_sid, "queued") if isinstance(outcome, Found) else None


def _tell(deps: SendDeps, outcomes: Sequence[Outcome], held: set[int]) -> None:
    """After the commit: the log, the senders' rates, and the readers for whom something waits."""
    for outcome in outcomes:
        row = outcome.leased.row
        if isinstance(outcome, Sent | Found) and row.id in held:
            log.info("delivery_sent", delivery=row.id, kind=row.kind, attempt=row.attempts)
        elif isinstance(outcome, Sent | Found):
            # A callback or another worker was first, and has noted the current status.
            log.warning("delivery_outcome_late", delivery=row.id, kind=row.kind)
        elif isinstance(outcome, Failed) and closes_window(outcome.failure.code):
            wait_for_reader(deps, row.lane, outcome.leased.sender)
    for sender, number in Counter(one.leased.sender for one in outcomes if isinstance(one, Sent)).items():
        deps.rate_limiter.taken(sender, number)


def closes_window(code: str) -> bool:
    """Whether a refusal says that the person must write first."""
    return code.isdigit() and class_of(int(code)) is Class.WINDOW


def wait_for_reader(deps: SendDeps, lane: str, sender: str) -> None:
    """Leave word that something waits until somebody writes; who has written meanwhile gets it now. After the commit
    that lets the row wait.
    """
    deps.windows.mark_waiting(lane)
    if deps.windows.is_open(lane, sender, deps.now()):
        deps.database.do(leases.open_window, lane, deps.now())
