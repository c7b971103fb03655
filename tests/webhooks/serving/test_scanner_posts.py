"""Scans with a token pass by Flask: nothing about their answers shows it, and all that is unusual goes to Flask."""

import json
from typing import Any, NoReturn
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from bot.domain import checkins
from bot.domain.models import Device
from tests.webhooks.api.conftest import Gate, problem
from tests.webhooks.api.conftest import api_gate as api_gate
from webhooks.serving.scanner_posts import ScannerPosts

OWN = ("X-Request-ID", "Content-Length")
"""Headers that are each answer's own."""
HINDI = {"Accept-Language": "hi-IN,hi;q=0.9"}
REFUSED: tuple[tuple[Any, dict[str, str], int, str], ...] = (
    (b"{", {}, 400, "bad_json"),
    (b'{"pass": "a", "pass": "b"}', {}, 400, "bad_json"),
    ({"pass": "a"}, HINDI, 422, "invalid"),
    ({"pass": "a", "scan_id": str(uuid4()), "gate": "moon"}, {}, 422, "invalid"),
    ({"pass": "a", "scan_id": str(uuid4()), "event": "other"}, {}, 403, "other_event"),
    ({"pass": "a", "scan_id": str(uuid4()), "force": True}, {}, 403, "supervisors_only"),
    ({"pass": "a", "scan_id": str(uuid4())}, {"Authorization": "Bearer nothing"}, 401, "bad_token"),
    ({"pass": "a", "scan_id": str(uuid4())}, {"Authorization": "Bearer"}, 401, "bad_token"),
    ({"pass": "a", "scan_id": str(uuid4())}, {"Authorization": "Basic YTpi"}, 401, "not_signed_in"),
    ({"pass": "a", "scan_id": str(uuid4())}, {"Content-Type": "text/plain"}, 415, "not_json"),
)
"""Requests that get no answer: body, headers, status and code."""


def by_flask(gate: Gate, body: Any, **headers: str) -> TestResponse:
    """The answer where nothing is usual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScannerPosts, "_is_usual", lambda *_: False)
        return gate.ask("/checkins", body, **headers)


def no_flask(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("Flask was asked")


def headers_of(answer: TestResponse) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers if pair[0] not in OWN)


@pytest.mark.parametrize(
    "headers", [{}, HINDI, {"X-Forwarded-Proto": "http"}, {"Content-Type": "Application/JSON; a=b"}]
)
def test_the_answer_is_that_of_flask(api_gate: Gate, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    scan = {"pass": api_gate.issued.code, "scan_id": str(uuid4()), "count": 1}
    expected = by_flask(api_gate, scan, **headers)
    assert expected.status_code == (308 if "X-Forwarded-Proto" in headers else 200)
    if expected.status_code == 200:
        monkeypatch.setattr(Flask, "request_context", no_flask)
    answer = api_gate.ask("/checkins", scan, **headers)
    assert (answer.status, answer.data, headers_of(answer)) == (expected.status, expected.data, headers_of(expected))
    assert answer.headers.get("Content-Length") == expected.headers.get("Content-Length")
    assert answer.headers["X-Request-ID"] != expected.headers["X-Request-ID"]


@pytest.mark.parametrize(("body", "headers", "status", "code"), REFUSED)
def test_what_is_refused_is_refused_in_flasks_words(
    api_gate: Gate, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    answer, expected = api_gate.ask("/checkins", body, **headers), by_flask(api_gate, body, **headers)
    assert problem(answer) == (status, code)
    said = [{**one.get_json(), "request_id": ""} for one in (answer, expected)]
    assert said[0] == said[1]
    assert headers_of(answer) == headers_of(expected)


def test_one_limit_counts_both_ways(api_gate: Gate) -> None:
    with time_machine.travel(api_gate.service.now(), tick=False):
        answers = [api_gate.scan("nothing") for _ in range(25)]
        answers += [by_flask(api_gate, {"pass": "nothing", "scan_id": str(uuid4())}) for _ in range(25)]
        late = api_gate.scan("nothing")
    assert {answer.status_code for answer in answers} == {200}
    assert problem(late) == (429, "too_fast")
    assert int(late.headers["Retry-After"]) >= 1


def test_a_proxys_id_is_kept_and_the_answer_counted(api_gate: Gate) -> None:
    scan = {"pass": api_gate.issued.code, "scan_id": str(uuid4())}
    assert api_gate.ask("/checkins", scan, **{"X-Request-ID": "of-the-proxy"}).headers["X-Request-ID"] == "of-the-proxy"
    by_flask(api_gate, scan)
    api_gate.ask("/checkins", b"{")
    counted = api_gate.client.get("/metrics").text
    assert 'pravesh_http_answers_total{door="api.check_in",method="POST",status="200"} 2.0' in counted
    assert 'pravesh_http_answers_total{door="api.check_in",method="POST",status="400"} 1.0' in counted
    assert 'pravesh_http_answer_seconds_count{door="api.check_in"} 3.0' in counted


def test_that_a_scanner_is_at_work_is_kept_when_its_answer_has_left(api_gate: Gate) -> None:
    scan = json.dumps({"pass": api_gate.issued.code, "scan_id": str(uuid4())})
    token = {"Authorization": f"Bearer {api_gate.token}"}
    answer = api_gate.client.post("/api/v1/checkins", data=scan, headers=token, content_type="application/json")
    with api_gate.service.database.read() as db:
        assert db.get_one(Device, api_gate.device_id).seen_at is None
    answer.close()
    with api_gate.service.database.read() as db:
        assert db.get_one(Device, api_gate.device_id).seen_at is not None


def test_a_token_that_is_revoked_is_of_no_use_from_the_next_scan_on(api_gate: Gate) -> None:
    assert api_gate.result(count=1) == "admitted"
    with api_gate.service.database.write() as db:
        db.get_one(Device, api_gate.device_id).revoked_at = api_gate.service.now()
    assert problem(api_gate.scan(count=1)) == (401, "bad_token")


def test_an_error_is_told_once_under_the_requests_id(api_gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def broken(*given: object) -> NoReturn:
        calls.append(given)
        raise ValueError("of somebody")

    monkeypatch.setattr(checkins, "admit", broken)
    with capture_logs() as logs:
        answer = api_gate.ask("/checkins", {"pass": "a", "scan_id": str(uuid4())}, **{"X-Request-ID": "of-the-proxy"})
    assert (problem(answer), len(calls)) == ((500, "broken"), 1)
    assert [(line["event"], line["request_id"]) for line in logs] == [("broken", "of-the-proxy")]
    assert "of somebody" not in answer.text + str(logs)
