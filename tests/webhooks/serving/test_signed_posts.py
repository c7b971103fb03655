"""Twilio's usual forms pass by Flask: nothing about their answers shows it, and all that is unusual goes to Flask."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from bot.conversation.dialogue import Dialogue
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN
from webhooks.serving.signed_posts import FORM_TYPE, SignedPosts, parsed

FORM = {"MessageSid": "SM1", "AccountSid": SIMULATED_ACCOUNT, "From": "whatsapp:+919810000001", "To": SIMULATED_SENDER}
DOORS = {
    "/webhooks/twilio/message": {**FORM, "Body": "नमस्ते & hi+there", "NumMedia": "0"},
    "/webhooks/twilio/status?delivery=7": {**FORM, "MessageStatus": "delivered"},
    "/webhooks/twilio/fallback": {**FORM, "MessageSid": "SM2", "Body": ""},
}
OWN = ("X-Request-ID",)
"""Headers that are each answer's own."""


def post(client: FlaskClient, door: str, form: Mapping[str, str], **headers: str) -> TestResponse:
    signature = RequestValidator(SIMULATED_TOKEN).compute_signature(f"https://localhost{door}", form)
    return client.post(door, data=form, headers={"X-Twilio-Signature": signature, **headers})


def by_flask(client: FlaskClient, door: str, form: Mapping[str, str], **headers: str) -> TestResponse:
    """The answer where nothing is usual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SignedPosts, "_is_usual", lambda *_: False)
        return post(client, door, form, **headers)


def no_flask(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("Flask was asked")


@pytest.mark.parametrize("proxy", [{}, {"X-Forwarded-Proto": "http"}])
@pytest.mark.parametrize("door", DOORS)
def test_the_answer_is_that_of_flask(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, door: str, proxy: dict[str, str]
) -> None:
    expected = by_flask(client, door, DOORS[door], **proxy)
    monkeypatch.setattr(Flask, "request_context", no_flask)
    answer = post(client, door, DOORS[door], **proxy)
    assert (answer.status, answer.data) == (expected.status, expected.data)
    assert expected.status_code in (200, 204)
    headers = [sorted(pair for pair in one.headers if pair[0] not in OWN) for one in (answer, expected)]
    assert headers[0] == headers[1]
    assert answer.headers["X-Request-ID"] != expected.headers["X-Request-ID"]


def test_a_proxys_id_is_kept_and_the_answer_counted(client: FlaskClient) -> None:
    door = next(iter(DOORS))
    assert post(client, door, DOORS[door], **{"X-Request-ID": "of-the-proxy"}).headers["X-Request-ID"] == "of-the-proxy"
    by_flask(client, door, DOORS[door])
    counted = client.get("/metrics").text
    assert 'pravesh_http_answers_total{door="twilio.message",method="POST",status="200"} 2.0' in counted
    assert 'pravesh_http_answer_seconds_count{door="twilio.message"} 2.0' in counted


@pytest.mark.parametrize("door", DOORS)
def test_what_is_not_signed_or_of_another_account_is_refused(client: FlaskClient, door: str) -> None:
    assert client.post(door, data=DOORS[door]).status_code == 403
    assert post(client, door, DOORS[door], **{"X-Twilio-Signature": "bm90IGl0"}).status_code == 403
    assert post(client, door, {**DOORS[door], "AccountSid": "AC" + "0" * 32}).status_code == 403


def test_the_simulators_secrets_are_of_no_use_from_elsewhere(client: FlaskClient) -> None:
    door = next(iter(DOORS))
    assert post(client, door, DOORS[door], **{"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_an_error_is_told_once_under_the_requests_id(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def broken(_: Dialogue, inbound: object) -> NoReturn:
        calls.append(inbound)
        raise ValueError("of somebody")

    door = next(iter(DOORS))
    monkeypatch.setattr(Dialogue, "handle", broken)
    with capture_logs() as logs:
        answer = post(client, door, DOORS[door], **{"X-Request-ID": "of-the-proxy"})
    assert (answer.status_code, len(calls)) == (500, 1)
    assert [(line["event"], line["request_id"]) for line in logs] == [("broken", "of-the-proxy")]
    assert "of somebody" not in answer.text + str(logs)


TEXTS = st.text(st.sampled_from("ab&=+%4e9;é\x00 "), max_size=20)


@given(st.one_of(st.binary(max_size=30), TEXTS.map(str.encode)))
def test_a_form_is_read_as_flask_reads_it_or_not_at_all(body: bytes) -> None:
    form = parsed(body)
    if form is not None:
        environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": FORM_TYPE, "CONTENT_LENGTH": str(len(body))}
        read = Request({**environ, "wsgi.input": BytesIO(body)}).form
        assert dict(form) == read.to_dict()
        assert all(form.getall(name) == read.getlist(name) for name in form)


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=%ff", b"\xff=1"])
def test_a_form_that_is_not_quite_one_is_for_flask(body: bytes) -> None:
    assert parsed(body) is None
