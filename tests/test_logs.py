"""Logs: one line an event, everybody's through ours, and nothing that names a person."""

import json
import logging
from typing import Any

import pytest
import structlog

from bot import logs
from bot.settings import Settings

PHONE = "+919876543210"


pytestmark = pytest.mark.usefixtures("logs_as_before")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def _configured(**settings: Any) -> Any:
    logs.configure(Settings(secret_key="x" * 16, log_format="json", **settings), "test")
    return structlog.get_logger()


def test_an_event_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    _configured().info("delivery_sent", delivery=7, reason="no_answer", error_code=63016)
    (line,) = _lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        **{"event": "delivery_sent", "delivery": 7, "reason": "no_answer", "error_code": 63016},
        **{"level": "info", "process": "test"},
    }


def test_a_traceback_is_still_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log = _configured()
    try:
        raise ValueError(f"no such person: {PHONE}")
    except ValueError:
        log.exception("turn_failed")
    (line,) = _lines(capsys)
    assert "ValueError" in line["exception"]
    assert PHONE not in line["exception"]


@pytest.mark.parametrize(
    "key", ["phone", "full_name", "profile_name", "body", "Body", "otp", "token", "auth_token", "From", "To", "lane"]
)
def test_telling_keys_are_hidden(capsys: pytest.CaptureFixture[str], key: str) -> None:
    log = _configured()
    log.info("something", **{key: "Asha"})
    log.info("something", inner={key: "Asha"}, more=[{key: "Asha"}])
    assert "Asha" not in capsys.readouterr().err


def test_numbers_are_hidden_in_any_text(capsys: pytest.CaptureFixture[str]) -> None:
    log = _configured()
    log.info(f"asked by {PHONE}", seen=f"whatsapp:{PHONE}", user_id="whatsapp:IN.2081978709342")
    said = capsys.readouterr().err
    assert PHONE not in said
    assert "IN.208" not in said


def test_libraries_speak_through_ours(capsys: pytest.CaptureFixture[str]) -> None:
    _configured()
    logging.getLogger("rq.worker").info("Worker %s for %s: started", "w1", PHONE)
    (line,) = _lines(capsys)
    assert line["event"] == f"Worker w1 for {logs.HIDDEN}: started"
    assert line["process"] == "test"


def test_the_level_holds_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    log = _configured(log_level="WARNING")
    log.info("quiet")
    logging.getLogger("rq.worker").info("quiet")
    logging.getLogger("urllib3").info("quiet")
    log.warning("loud")
    assert [line["event"] for line in _lines(capsys)] == ["loud"]


def test_configuring_again_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    _configured()
    _configured().info("once")
    assert len(_lines(capsys)) == 1


def test_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(secret_key="x" * 16, log_format="text"), "test")
    structlog.get_logger().info("delivery_sent", delivery=7, phone=PHONE)
    said = capsys.readouterr().err
    assert "delivery_sent" in said
    assert PHONE not in said


def test_sentry_hears_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: dict[str, Any] = {}
    monkeypatch.setattr("sentry_sdk.init", lambda **options: heard.update(options))
    logs.configure(Settings(secret_key="x" * 16, sentry_dsn="https://key@sentry.example.org/1"), "test")
    assert heard["send_default_pii"] is False
    assert heard["include_local_variables"] is False
    report = heard["before_send"]({"exception": {"values": [{"value": f"no {PHONE}"}]}}, {})
    assert PHONE not in json.dumps(report)
