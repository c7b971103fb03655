"""Scans: one now, or many that were made without a network."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot import guessers
from bot.domain import checkins, gates, guessing, offline
from bot.domain.models import Staff
from bot.errors import Refused
from bot.service import Service
from flows import admissions
from flows.scans import ADMITTED, IN, Admission, Scan
from flows.texts import _
from webhooks import wording
from webhooks.api import bodies, values
from webhooks.api.answers import BatchAnswer, CheckinAnswer, ScanProblem
from webhooks.api.callers import Caller
from webhooks.api.doors import LARGE, SCANS, Door
from webhooks.api.problems import Problem, bad_field, said
from webhooks.api.requests import BatchRequest, BatchScan, CheckinRequest

FIELDS = {
    "no_such_gate": "gate",
    "no_such_kind": "kind",
    "bad_count": "count",
    "reason_missing": "reason",
    "bad_name": "full_name",
    "not_a_phone": "phone",
    "party_too_large": "party_size",
}
"""The field of which a refusal speaks."""
SUPERVISORS = ("supervisor", "admin")
HAPPENED = _("A batch tells what has happened: that cannot be tried out.")


def doors(service: Service) -> Sequence[Door]:
    """`POST /checkins` and `POST /checkins/batch`."""

    def check_in(caller: Caller, asked: CheckinRequest) -> CheckinAnswer:
        caller.at(asked.event).at_work(service.now())
        scan = scan_of(caller, asked, caller.channel, asked.gate or own_gate(service, caller))
        if scan.force and caller.role not in SUPERVISORS:
            raise Problem("supervisors_only")
        try:
            with service.database.write() as db:
                done = checkins.admit(db, service.ring, scan, service.now())
                owed = [] if done.again else heed_guesses(service, db, scan, done)
        except Refused as no:
            raise problem_of(no) from None
        service.outbox.enqueue(owed)
        return answer(done, scan)

    def check_in_batch(caller: Caller, asked: BatchRequest) -> BatchAnswer:
        gate = own_gate(service, caller)
        read = [_read(caller, one, gate) for one in asked.scans]
        scans = [one for one in read if isinstance(one, Scan)]
        done = iter(offline.record(service.database, service.ring, scans, service.now()))
        results = [_answer(next(done), one) if isinstance(one, Scan) else one for one in read]
        return BatchAnswer(results=results)

    return (
        Door(
            method="POST",
            path="/checkins",
            summary="Judge a scan and do what the result says",
            body=CheckinRequest,
            answer=CheckinAnswer,
            view=check_in,
            limit=SCANS,
        ),
        Door(
            method="POST",
            path="/checkins/batch",
            summary="Record what was done without a network",
            body=BatchRequest,
            answer=BatchAnswer,
            view=check_in_batch,
            limit=LARGE,
        ),
    )


def own_gate(service: Service, caller: Caller) -> str | None:
    """The caller's gate; of who has none the event's only open one."""
    if caller.gate:
        return caller.gate
    with service.database.read() as db:
        only = gates.only_open(db, caller.event_id)
    return only.slug if only else None


def scan_of(caller: Caller, asked: CheckinRequest, channel: str, gate: str | None, shown: str = ADMITTED) -> Scan:
    """The request as the domain takes it."""
    return Scan(
        text=asked.pass_,
        scan_id=asked.scan_id,
        event=caller.event,
        channel=channel,
        gate=gate,
        staff_id=caller.staff_id,
        device_id=caller.device_id,
        scanned_at=asked.scanned_at,
        direction=asked.direction or IN,
        count=asked.count,
        simulate=bool(asked.simulate),
        force=bool(asked.force),
        reason=asked.reason or "",
        shown=shown,
    )


def answer(done: Admission, scan: Scan) -> CheckinAnswer:
    """What came of a scan, with its headline in the reader's language; of a repeat that of the first."""
    scan = replace(scan, simulate=False) if done.again else scan
    return CheckinAnswer.of(done, wording.say(admissions.headline(done, scan)))


def heed_guesses(service: Service, db: Session, scan: Scan, done: Admission) -> list[int]:
    """Pause a volunteer who tries too many codes; the deliveries to their supervisors, to be enqueued."""
    if guessing.heed(db, scan.staff_id, done.result, service.now(), looked=scan.simulate) is None:
        return []
    last_sender = partial(service.outbox.windows.last, senders=service.settings.twilio_whatsapp_from)
    guesser = db.get_one(Staff, scan.staff_id)
    key = f"guessing:{scan.scan_id}"
    return guessers.tell(db, guesser, key=key, now=service.now(), sender_of=last_sender)


def problem_of(no: Refused) -> Problem:
    """A refusal of the domain that is no check-in result."""
    if no.code == "supervisors_only":
        return Problem("supervisors_only")
    if field := FIELDS.get(no.code):
        return bad_field(field, no.code, said(no.code, **no.params))
    return Problem("refused", code=no.code, detail=said(no.code, **no.params))


def _read(caller: Caller, value: Any, gate: str | None) -> Scan | ScanProblem:
    try:
        asked = bodies.checked(BatchScan, value)
        caller.at(asked.event)
        if asked.simulate:
            raise bad_field("simulate", "happened_already", wording.say(HAPPENED))
    except Problem as problem:
        return _in_place(problem, _scan_id(value))
    channel = "late" if asked.late else "batch"
    scan = scan_of(caller, asked, channel, asked.gate or gate, asked.shown or ADMITTED)
    # It has happened all the same; only as what it is told, a supervisor must say.
    return scan if caller.role in SUPERVISORS else replace(scan, force=False)


def _answer(done: Admission | Refused, scan: Scan) -> CheckinAnswer | ScanProblem:
    return _in_place(problem_of(done), scan.scan_id) if isinstance(done, Refused) else answer(done, scan)


def _in_place(problem: Problem, scan_id: str | None) -> ScanProblem:
    return ScanProblem(**problem.body(), scan_id=scan_id)


def _scan_id(value: Any) -> str | None:
    with suppress(ValueError):
        return values.uuid(value.get("scan_id") if isinstance(value, dict) else None)
    return None
