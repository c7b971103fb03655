"""`POST /checkins` and `/checkins/batch`: one scan now, or many that were made without a network."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from bot.domain import checkins
from bot.domain.checkins import code_guessing, scan_input
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.roster import gates
from bot.errors import Refused
from bot.service import Service
from bot.usecases import report_guessing
from flows.gate import answers as gate_answers
from flows.shapes.duty import SUPERVISOR_ROLES
from flows.shapes.scans import ADMITTED, BATCH, IN, LATE, Admission, Scan
from flows.text import _
from webhooks import i18n
from webhooks.api import parse_json, values
from webhooks.api.answers import BatchAnswer, CheckinAnswer, ScanProblem
from webhooks.api.auth import Caller
from webhooks.api.problems import Problem, bad_field, problem_from
from webhooks.api.requests import BatchRequest, BatchScan, CheckinRequest
from webhooks.api.routes import LARGE_LIMIT, SCAN_LIMIT, Route

NOT_IN_BATCH = _("A batch records what has happened, so it cannot be simulated.")


def routes(service: Service) -> Sequence[Route]:
    """`POST /checkins` and `POST /checkins/batch`."""

    def check_in(caller: Caller, asked: CheckinRequest) -> CheckinAnswer:
        caller.at(asked.event).at_work(service.now())
        scan = scan_of(caller, asked, caller.channel, asked.gate or own_gate(service, caller))
        if scan.force and caller.role not in SUPERVISOR_ROLES:
            raise Problem("supervisors_only")
        with service.database.transaction() as db:
            done = checkins.admit(db, service.ring, scan, service.now())
            owed = report_guessing.report_guessing(db, [(scan, done.result)], **_logged(service, scan.scan_id))
        service.outbox.dispatch(owed)
        return answer(done, scan)

    def check_in_batch(caller: Caller, asked: BatchRequest) -> BatchAnswer:
        gate = own_gate(service, caller)
        read = [_read(caller, raw_scan, gate) for raw_scan in asked.scans]
        scans = [parsed for parsed in read if isinstance(parsed, Scan)]
        done = offline_upload.record(service.database, service.ring, scans, service.now())
        if _is_guessing(service, caller, scans, done):
            done = [_without_holder(answered, scan) for answered, scan in zip(done, scans, strict=True)]
        told = iter(done)
        results = [_answer(next(told), parsed) if isinstance(parsed, Scan) else parsed for parsed in read]
        return BatchAnswer(results=results)

    return (
        Route(
            method="POST",
            path="/checkins",
            summary="Judge a scan and do what the result says",
            body=CheckinRequest,
            answer=CheckinAnswer,
            view=check_in,
            limit=SCAN_LIMIT,
            without_flask=True,
        ),
        Route(
            method="POST",
            path="/checkins/batch",
            summary="Record what was done without a network",
            body=BatchRequest,
            answer=BatchAnswer,
            view=check_in_batch,
            limit=LARGE_LIMIT,
        ),
    )


def _is_guessing(
    service: Service, caller: Caller, scans: Sequence[Scan], outcomes: Sequence[offline_upload.BatchResult]
) -> bool:
    """Whether the caller is paused for guessing codes, or from now on is: a batch is taken all the same."""
    results = [(scan, got.result) for scan, got in zip(scans, outcomes, strict=True) if isinstance(got, Admission)]
    paused = caller.is_paused(service.now())
    if not any(code_guessing.is_guess(*scan_and_result) for scan_and_result in results):
        return paused
    with service.database.write() as db:
        guesser = code_guessing.count_guesses(db, results, service.now())
        news = guesser is not None and not paused
        owed = (
            report_guessing.notify_supervisors(db, guesser, **_logged(service, results[0][0].scan_id))
            if guesser and news
            else []
        )
    service.outbox.dispatch(owed)
    return paused or guesser is not None


def _without_holder(answered: offline_upload.BatchResult, scan: Scan) -> offline_upload.BatchResult:
    """An answer to who guesses codes: of a typed one it does not say whose it is."""
    if isinstance(answered, Refused) or not scan_input.is_code(scan.text):
        return answered
    return replace(answered, pass_=None, first_entry=None)


def own_gate(service: Service, caller: Caller) -> str | None:
    """The caller's gate; of who has none the event's only open one, or a closed one where all are."""
    if caller.gate:
        return caller.gate
    with service.database.read() as db:
        only = gates.clear_chosen_gate(db, caller.event_id)
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
        anchored_at=asked.anchored_at,
        elapsed_ms=asked.elapsed_ms,
        direction=asked.direction or IN,
        count=asked.count,
        simulate=bool(asked.simulate),
        force=bool(asked.force),
        reason=asked.reason or "",
        shown=shown,
    )


def answer(admission: Admission, scan: Scan) -> CheckinAnswer:
    """What came of a scan, with its headline in the reader's language; of a repeat that of the first."""
    scan = replace(scan, simulate=False) if admission.again else scan
    return CheckinAnswer.from_admission(admission, i18n.say(gate_answers.headline(admission, scan)))


def _logged(service: Service, scan_id: str) -> dict[str, Any]:
    """How supervisors are told of who is paused by this scan."""
    last_sender = partial(service.outbox.windows.last, senders=service.settings.twilio_whatsapp_from)
    return {"key": f"guessing:{scan_id}", "now": service.now(), "sender_of": last_sender}


def _read(caller: Caller, value: Any, gate: str | None) -> Scan | ScanProblem:
    try:
        asked = parse_json.checked(BatchScan, value)
        caller.at(asked.event)
        if asked.simulate:
            raise bad_field("simulate", "happened_already", i18n.say(NOT_IN_BATCH))
    except Problem as problem:
        return _in_place(problem, _scan_id(value))
    channel = LATE if asked.late else BATCH
    scan = scan_of(caller, asked, channel, asked.gate or gate, asked.shown or ADMITTED)
    # It happened all the same, but only a supervisor may say that it was forced.
    return scan if caller.role in SUPERVISOR_ROLES else replace(scan, force=False)


def _answer(outcome: Admission | Refused, scan: Scan) -> CheckinAnswer | ScanProblem:
    return _in_place(problem_from(outcome), scan.scan_id) if isinstance(outcome, Refused) else answer(outcome, scan)


def _in_place(problem: Problem, scan_id: str | None) -> ScanProblem:
    return ScanProblem(**problem.body(), scan_id=scan_id)


def _scan_id(value: Any) -> str | None:
    with suppress(ValueError):
        return values.uuid(value.get("scan_id") if isinstance(value, dict) else None)
    return None
