"""What scanners did without a network comes up in batches: each scan is answered, none is lost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bot.domain.checkins import code_guessing
from bot.domain.models import Attempt, Checkin, Pass, Staff
from bot.domain.roster import devices
from tests.webhooks.api.conftest import Gate, problem


def scan(at_gate: Gate, minutes: int = 10, **changes: Any) -> dict[str, Any]:
    """The pass, scanned some minutes ago."""
    at = at_gate.service.now() - timedelta(minutes=minutes)
    return {"pass": at_gate.issued.code, "scan_id": str(uuid4()), "scanned_at": at.isoformat()} | changes


def upload(gate: Gate, *scans: Any) -> list[Any]:
    answer: Any = gate.ask("/checkins/batch", {"scans": scans})
    assert answer.status_code == 200, answer.text
    return list(answer.json["results"])


def test_each_is_answered_in_its_place(api_gate: Gate) -> None:
    good, late = scan(api_gate, 20), scan(api_gate, 10, gate="north", late=True)
    batch: list[Any] = [
        late,
        good,
        good,
        {"pass": 3},
        scan(api_gate, gate="south"),
        scan(api_gate, event="other"),
        scan(api_gate, simulate=True),
        scan(api_gate, shown="wrong_day"),
        scan(api_gate, shown="green"),
        "x",
        None,
        scan(api_gate) | {"pass": "no pass"},
    ]
    first = upload(api_gate, *batch)
    assert [one.get("result") or f"{one['status']} {one['code']}" for one in first] == [
        *("conflict", "admitted", "admitted", "422 invalid", "422 invalid", "403 other_event", "422 invalid"),
        *("wrong_day", "422 invalid", "422 invalid", "422 invalid", "unreadable"),
    ]
    assert [one["scan_id"] for one in first[:3]] == [late["scan_id"], good["scan_id"], good["scan_id"]]
    assert (first[4]["scan_id"], first[3]["scan_id"], first[9]["scan_id"]) == (batch[4]["scan_id"], None, None)
    assert [one["field"] for one in first[4]["errors"]] == ["gate"]
    assert [one.get("result") for one in upload(api_gate, *batch)] == [one.get("result") for one in first]
    assert api_gate.traces() == (2, ["wrong_day", "unreadable"])
    with api_gate.service.database.read() as db:
        assert sorted(db.scalars(select(Checkin.channel))) == ["batch", "late"]


def test_a_batch_that_is_none(api_gate: Gate) -> None:
    bodies: tuple[Any, ...] = ({}, {"scans": {}}, {"scans": [None] * 501}, [], {"scans": [], "more": 1})
    for body in bodies:
        assert problem(api_gate.ask("/checkins/batch", body)) == (422, "invalid")
    deep = b'{"scans": [' + b"[" * 400 + b"]" * 400 + b"]}"
    assert api_gate.ask("/checkins/batch", deep).status_code == 200
    assert problem(api_gate.ask("/checkins/batch", b'{"scans": ' + b"[" * 100_000)) == (400, "bad_json")


def test_many_scans_of_one_pass(api_gate: Gate) -> None:
    results = upload(api_gate, *(scan(api_gate, number % 60, count=1) for number in range(80)))
    assert [one["result"] for one in results].count("admitted") == 4
    assert {one["result"] for one in results} == {"admitted", "conflict"}
    assert api_gate.traces() == (80, [])


def test_the_queue_of_a_revoked_scanner_goes_up_after_a_sign_in(api_gate: Gate) -> None:
    queued = scan(api_gate, late=True)
    with api_gate.service.database.write() as db:
        devices.revoke(db, "fair", "Scanner 1", api_gate.service.now())
        code_guessing.pause(db, db.get_one(Staff, api_gate.staff["ravi"]), api_gate.service.now())
    assert problem(api_gate.ask("/checkins/batch", {"scans": [queued]})) == (401, "bad_token")
    api_gate.sign_in("ravi")
    assert upload(api_gate, queued)[0]["result"] == "admitted"
    with api_gate.service.database.read() as db:
        row = db.scalars(select(Checkin)).one()
        assert not db.scalars(select(Attempt)).all()
    assert (row.staff_id, row.channel, row.scanned_at.isoformat()) == (
        *(api_gate.staff["ravi"], "late", queued["scanned_at"]),
    )


def test_the_servers_time_and_what_has_passed_since_are_believed(api_gate: Gate) -> None:
    now = api_gate.service.now()
    anchor = {"anchored_at": (now - timedelta(hours=1)).isoformat(), "elapsed_ms": 600_000}
    odd = scan(api_gate, count=1, scanned_at=(now + timedelta(days=1)).isoformat())
    ahead, behind = odd | anchor, odd | {"scan_id": str(uuid4()), "scanned_at": "2001-01-01T00:00:00Z"}
    answers = upload(api_gate, ahead, behind)
    assert [one.get("clock") for one in answers] == [None, True]
    assert [one.get("clock") for one in upload(api_gate, ahead, behind)] == [None, True]
    with api_gate.service.database.read() as db:
        kept = db.execute(select(Checkin.scanned_at, Checkin.clock).order_by(Checkin.scanned_at)).all()
    assert [row.clock for row in kept] == [False, True]
    assert abs(now - timedelta(minutes=50) - kept[0].scanned_at) < timedelta(seconds=1)


def test_an_anchor_that_is_none(api_gate: Gate) -> None:
    bad: tuple[dict[str, Any], ...] = (
        {"anchored_at": "yesterday"},
        {"anchored_at": 7},
        *({"elapsed_ms": one} for one in (-1, 0.5, "1", True, 10**18)),
    )
    answers = upload(api_gate, *(scan(api_gate, **one) for one in bad))
    assert [(one["code"], *(error["field"] for error in one["errors"])) for one in answers] == [
        ("invalid", next(iter(one))) for one in bad
    ]
    assert api_gate.traces() == (0, [])


def test_what_was_shown_as_refused_says_not_whose_pass_it_is(api_gate: Gate) -> None:
    assert api_gate.result() == "admitted"
    shown = ("wrong_day", "unknown", "revoked", "already_admitted", "too_many")
    answers = upload(api_gate, *(scan(api_gate, shown=one) for one in shown))
    assert [(one["result"], one["pass"]) for one in answers] == [(one, None) for one in shown]
    assert answers[3]["first_entry"]["gate"] == "main"


def test_only_a_supervisor_can_say_that_an_entry_was_forced(api_gate: Gate) -> None:
    forced: dict[str, Any] = {"force": True, "reason": "the minister's guest", "count": 4}
    with api_gate.service.database.write() as db:
        db.get_one(Pass, api_gate.issued.id).status = "revoked"
    first = upload(api_gate, scan(api_gate, **forced))[0]
    assert (first["result"], first["forced"]) == ("admitted", False)
    api_gate.sign_in("mira")
    again = upload(api_gate, scan(api_gate, **forced))[0]
    assert (again["result"], again["forced"]) == ("conflict", True)
