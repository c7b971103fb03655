"""Scans over the API: the answers of docs/contract.md#check-in-results, who may ask, and what bad input gets."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from bot.domain.checkins import code_guessing
from bot.domain.models import Checkin, Device, Pass, Staff
from bot.domain.passes import tokens
from bot.domain.roster import devices, gates, offline_staff
from bot.settings import Settings
from flows.understanding import codes
from tests.webhooks.api.conftest import Gate, problem

ID = "0b9e5a1c-0000-4000-8000-000000000001"
HINDI = {"Accept-Language": "hi-IN,hi;q=0.9"}


def test_an_admission_and_a_repeat(api_gate: Gate) -> None:
    first: Any = api_gate.scan(scan_id=ID.upper()).json
    shown = {"code": codes.shown(api_gate.issued.code), "name": "Asha Verma", "party_size": 4, "kind": "visitor"}
    assert first.pop("message").startswith("✅")
    assert first == {
        "result": "admitted",
        "admitted_now": 4,
        "remaining": 0,
        "pass": shown | {"days": [api_gate.issued.day.isoformat()]},
        "first_entry": None,
        "scan_id": ID,
        "forced": False,
    }
    again: Any = api_gate.scan(gate="north").json
    assert (again["result"], again["first_entry"]["gate"], again["first_entry"]["by"]) == (
        *("already_admitted", "main", "Scanner 1"),
    )
    assert again["message"].startswith("⛔")
    assert again["first_entry"]["at"].endswith("Z")
    assert api_gate.traces() == (1, ["already_admitted"])


def test_a_scan_id_is_answered_once_and_for_ever(api_gate: Gate) -> None:
    assert api_gate.result("nothing", scan_id=ID) == "unreadable"
    assert api_gate.result(scan_id=ID, simulate=True) == "admitted"
    first = api_gate.scan(scan_id=ID, count=1).json
    for changed in ({}, {"gate": "north"}, {"direction": "out"}, {"count": 200}, {"simulate": True}, {"pass": "x"}):
        assert api_gate.scan(**{"scan_id": ID} | changed).json == first
    assert api_gate.traces() == (1, ["unreadable"])


def test_in_parts_out_and_what_is_left(api_gate: Gate) -> None:
    steps: list[tuple[dict[str, Any], str, int, int]] = [
        ({"count": 3}, "admitted", 3, 1),
        ({"count": 2}, "too_many", 0, 1),
        ({"count": 2.0, "direction": "out", "gate": None}, "left", 2, 1),
        ({"direction": "in"}, "admitted", 1, 0),
        ({"direction": "out"}, "left", 2, 0),
        ({"direction": "out"}, "not_inside", 0, 0),
    ]
    told: list[Any] = [api_gate.scan(**asked).json for asked, *_ in steps]
    assert [(one["result"], one["admitted_now"], one["remaining"]) for one in told] == [tuple(one[1:]) for one in steps]


def test_gates_and_events(api_gate: Gate) -> None:
    answer = api_gate.scan(gate="south")
    assert problem(answer) == (422, "invalid")
    assert [one["field"] for one in _errors(answer)] == ["gate"]
    assert api_gate.result(event="fair", count=1) == "admitted"
    for event in ("other", "nowhere"):
        assert problem(api_gate.scan(event=event)) == (403, "other_event")
        assert problem(api_gate.ask(f"/events/{event}/stats")) == (403, "other_event")
    with api_gate.service.database.write() as db:
        gates.pause_entry(db, api_gate.issued.event_id, "main", api_gate.service.now())
    assert api_gate.result() == "entry_paused"
    assert api_gate.result(gate="north", count=1) == "admitted"
    assert api_gate.result("not one of ours") == "unreadable"


def test_force_is_for_supervisors(api_gate: Gate) -> None:
    forced: dict[str, Any] = {"force": True, "reason": "the minister's \x00 \ud800 guest"}
    api_gate.result()
    assert problem(api_gate.scan(**forced)) == (403, "supervisors_only")
    api_gate.sign_in("ravi")
    assert problem(api_gate.scan(**forced)) == (403, "supervisors_only")
    api_gate.sign_in("mira")
    assert [one["field"] for one in _errors(api_gate.scan(force=True))] == ["reason"]
    answer: Any = api_gate.scan(**forced).json
    assert (answer["result"], answer["forced"], answer["admitted_now"]) == ("admitted", True, 4)
    assert api_gate.result("0000000" + codes.check_character("0000000"), **forced) == "unknown"
    with api_gate.service.database.read() as db:
        row = db.scalars(select(Checkin).where(Checkin.forced)).one()
    assert (row.forced_over, row.staff_id, row.channel) == ("already_admitted", api_gate.staff["mira"], "page")


def test_the_message_is_in_the_readers_language(api_gate: Gate) -> None:
    body = {"pass": api_gate.issued.code, "scan_id": ID, "simulate": True}
    said = [api_gate.ask("/checkins", body, **headers).json for headers in ({}, HINDI)]
    assert said[0]["message"] != said[1]["message"]  # type: ignore[index]  # JSON by its content type
    assert problem(api_gate.ask("/nowhere", **HINDI)) == (404, "not_found")


# --- who asks --------------------------------------------------------------------------------------


def test_who_may_not_ask(api_gate: Gate) -> None:
    token = api_gate.token
    for header in ("Bearer wrong", "Bearer", "Bearer \xfft", f"Basic {token}", token, ""):
        answer = api_gate.ask("/events/fair/stats", Authorization=header)
        assert answer.status_code == 401, header
        assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert api_gate.ask("/events/fair/stats", Authorization=f"bearer  {token}").status_code == 200
    other = api_gate.service.now() - offline_staff.SEEN_RESOLUTION
    with api_gate.service.database.write() as db:
        assert db.get_one(Device, api_gate.device_id).seen_at
        devices.revoke(db, "fair", "Scanner 1", other)
    assert problem(api_gate.scan()) == (401, "bad_token")
    assert api_gate.traces() == (0, [])


def test_a_volunteer_who_may_not_work_any_more(api_gate: Gate) -> None:
    api_gate.sign_in("ravi")
    assert api_gate.result(count=1) == "admitted"
    with api_gate.service.database.write() as db:
        code_guessing.pause(db, db.get_one(Staff, api_gate.staff["ravi"]), api_gate.service.now())
    answer = api_gate.scan()
    assert problem(answer) == (403, "paused")
    assert 590 < int(answer.headers["Retry-After"]) <= 601
    assert api_gate.ask("/events/fair/stats").status_code == 200
    with api_gate.service.database.write() as db:
        db.get_one(Staff, api_gate.staff["ravi"]).enabled = False
    assert api_gate.scan().status_code in (401, 403)
    assert api_gate.traces() == (1, [])


def test_no_other_site_can_ask_with_a_session(api_gate: Gate) -> None:
    api_gate.sign_in("ravi")
    body = {"pass": api_gate.issued.code, "scan_id": ID}
    assert problem(api_gate.ask("/checkins", body, **{"Sec-Fetch-Site": "cross-site"})) == (403, "cross_site")
    assert problem(api_gate.ask("/checkins", body, **{"Content-Type": "text/plain"})) == (415, "not_json")
    preflight = api_gate.ask("/checkins", method="OPTIONS", Origin="https://elsewhere.example")
    assert problem(preflight) == (405, "method_not_allowed")
    assert "Access-Control-Allow-Origin" not in preflight.headers
    assert api_gate.ask("/checkins", body, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


# --- what bad input gets ---------------------------------------------------------------------------


def _token(gate: Gate, **changes: Any) -> str:
    with gate.service.database.read() as db:
        return tokens.encode(tokens.token_of(db.get_one(Pass, gate.issued.id)), gate.service.ring)


def _flipped(gate: Gate) -> str:
    text = _token(gate)
    return text[:60] + ("B" if text[60] == "A" else "A") + text[61:]


def _mistyped(gate: Gate) -> str:
    code = gate.issued.code
    return code[:-1] + ("0" if code[-1] != "0" else "1")


INPUTS: dict[str, tuple[Callable[[Gate], str], str]] = {
    "code": (lambda gate: gate.issued.code, "admitted"),
    "small letters, spaces": (lambda gate: f" {codes.shown(gate.issued.code).lower()} ", "admitted"),
    "zero-width": (lambda gate: "\u200b".join(gate.issued.code), "admitted"),
    "ECI": (lambda gate: f"\\000026{gate.issued.code}", "admitted"),
    "QR text": (lambda gate: tokens.qr_text("https://elsewhere.example", _token(gate)), "admitted"),
    "truncated": (lambda gate: _token(gate)[:-3], "unreadable"),
    "reversed": (lambda gate: "7" + _token(gate)[:0:-1], "unreadable"),
    "flipped": (_flipped, "forged"),
    "mistyped": (_mistyped, "unreadable"),
    "empty": (lambda gate: "", "unreadable"),
    "10,000 characters": (lambda gate: "A" * 10_000, "unreadable"),
    "half characters": (lambda gate: "\ud800\udfff\x00", "unreadable"),
}


def test_whatever_is_scanned_has_its_result(api_gate: Gate) -> None:
    found = {name: api_gate.result(make(api_gate), simulate=True) for name, (make, _) in INPUTS.items()}
    assert found == {name: result for name, (_, result) in INPUTS.items()}
    assert api_gate.traces() == (0, [])
    # A code of digits in other scripts, and the clock of a scanner that is wrong either way.
    digits = api_gate.issued.code.translate({0x30 + n: 0x966 + n for n in range(10)})
    now = api_gate.service.now()
    for said in (now + timedelta(days=1), now - timedelta(days=7)):
        assert api_gate.result(digits, scanned_at=said.isoformat(), count=1) == "admitted"
    with api_gate.service.database.read() as db:
        assert all(abs(at - now) < timedelta(minutes=1) for at in db.scalars(select(Checkin.scanned_at)))


GOOD: dict[str, Any] = {"pass": "x", "scan_id": ID}
BODIES: dict[str, tuple[bytes, int, list[str]]] = {
    "nothing": (b"", 400, []),
    "no JSON": (b"{", 400, []),
    "nested 5,000 deep": (b"[" * 5000 + b"]" * 5000, 400, []),
    "nested within": (b'{"pass": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, []),
    "NaN": (b'{"count": NaN}', 400, []),
    "a number of 10,000 digits": (b'{"count": ' + b"1" * 10_000 + b"}", 400, []),
    "a name twice": (b'{"pass": "a", "pass": "b"}', 400, []),
    "not UTF-8": (b'{"pass": "\xff"}', 400, []),
    "a list": (b"[]", 422, [""]),
    "null": (b"null", 422, [""]),
    "an empty object": (b"{}", 422, ["pass", "scan_id"]),
    "beyond all numbers": (b'{"pass": "x", "scan_id": "%b", "count": 1e999}' % ID.encode(), 422, ["count"]),
    "too large": (b'{"pass": "' + b"x" * 1_000_000 + b'"}', 413, []),
}
FIELDS: dict[str, tuple[Any, ...]] = {
    "pass": (None, 1, [], {}),
    "scan_id": (None, "", "x", "0" * 36, 7, ID + "\n"),
    "gate": ("", "Main Gate", 3, "a\x00", "x" * 41),
    "event": ("", "../", []),
    "scanned_at": ("yesterday", "2027-01-14", "2027-01-14T12:00:00", 1, "2027-13-14T12:00:00Z", "0000-01-01T00:00:00Z"),
    "direction": ("up", 1),
    "count": (0, -1, 256, "2", True, 1.5),
    "simulate": ("yes", 1),
    "force": (1,),
    "reason": (3,),
    "simulat": (True,),
}


def test_a_body_that_is_no_request_has_its_problem(api_gate: Gate, unhurried: None) -> None:
    for name, (body, status, fields) in BODIES.items():
        answer = api_gate.ask("/checkins", body)
        assert problem(answer)[0] == status, name
        assert [one["field"] for one in _errors(answer)] == fields, name
    for field, values in FIELDS.items():
        for value in values:
            answer = api_gate.ask("/checkins", GOOD | {field: value})
            assert problem(answer) == (422, "invalid"), (field, value)
            assert [one["field"] for one in _errors(answer)] == [field], value
    said = {
        field: _errors(api_gate.ask("/checkins", GOOD | {field: FIELDS[field][-1]}))[0]["detail"] for field in FIELDS
    }
    # Each kind of value has its own sentence: two names, two flags and two texts share theirs.
    assert len(set(said.values())) == len(said) - 3
    for type_ in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert problem(api_gate.ask("/checkins", GOOD, **{"Content-Type": type_})) == (415, "not_json")
    assert api_gate.traces() == (0, [])


def test_times_at_the_ends_of_the_calendar_are_times(api_gate: Gate) -> None:
    for said in ("0001-01-01T00:00:00+23:59", "9999-12-31 23:59:60.123456789123-23:59", "2016-12-31t23:59:60z"):
        assert api_gate.result(scanned_at=said, simulate=True) == "admitted"


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/", "/api/v1/checkins/", "/api/v1/events//stats"])
def test_there_is_nothing_else(api_gate: Gate, path: str) -> None:
    assert problem(api_gate.client.get(path)) == (404, "not_found")
    assert api_gate.client.get("/nowhere").mimetype == "text/html"


def test_a_wrong_method_says_the_right_one(api_gate: Gate) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = api_gate.ask("/checkins", method=method)
        assert problem(answer) == (405, "method_not_allowed")
        assert "POST" in answer.headers["Allow"]


def _errors(answer: Any) -> list[dict[str, str]]:
    return list(json.loads(answer.data).get("errors", []))


# --- limits ----------------------------------------------------------------------------------------


def test_a_scanner_may_scan_fifty_times_a_second(api_gate: Gate) -> None:
    now, again = api_gate.service.now(), str(uuid4())
    with time_machine.travel(now, tick=False) as clock:
        answers = [api_gate.scan("nothing", scan_id=again) for _ in range(52)]
        assert [one.status_code for one in answers] == [200] * 50 + [429] * 2
        assert problem(answers[-1]) == (429, "too_fast")
        assert answers[-1].headers["Retry-After"] in ("1", "2")
        clock.shift(timedelta(seconds=1.1))
        assert api_gate.result(scan_id=again, count=1) == "admitted"
    assert api_gate.traces() == (1, ["unreadable"] * 50)


@pytest.fixture
def no_redis(settings: Settings, tmp_path: Path) -> None:
    """The service is put together with a Redis that is away."""
    settings.redis_url = f"unix://{tmp_path}/nowhere.sock"


def test_without_redis_the_gate_goes_on(no_redis: None, api_gate: Gate) -> None:
    assert api_gate.result(count=1) == "admitted"
    assert api_gate.ask("/counts", {"request_id": "a", "direction": "in", "count": 1}).status_code == 200
    assert api_gate.ask("/checkins/batch", {"scans": []}).json == {"results": []}
    assert api_gate.ask("/events/fair/stats").status_code == 200


def test_a_database_that_is_away_is_asked_again_later(api_gate: Gate) -> None:
    with api_gate.service.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE passes RENAME TO elsewhere")
    answer = api_gate.scan()
    assert problem(answer) == (503, "busy")
    assert answer.headers["Retry-After"]
