"""Logs: one line an event, everybody's through ours, and nothing that names a person."""

import json
import logging
import sys
import threading
from typing import Any

import pytest
import sentry_sdk
import structlog

from bot import logs
from bot.settings import Settings
from webhooks.app_setup import App

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


def test_an_error_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    log = _configured()
    try:
        try:
            raise KeyError("Asha Verma")
        except KeyError as first:
            raise ValueError(f"no such person: {PHONE}, Asha Verma") from first
    except ValueError:
        log.exception("turn_failed")
        logging.getLogger("gunicorn.error").exception("Error handling request %s", "/p/secret?name=Asha")
    ours, theirs = _lines(capsys)
    assert ours["exception"].startswith("ValueError at test_logs.py:")
    assert "< KeyError at test_logs.py:" in ours["exception"]
    assert theirs["event"] == f"Error handling request {logs.REDACTED}"
    assert not {"Asha", PHONE, "secret"} & set(str([ours, theirs]).replace("'", " ").split())


def test_a_bug_that_ends_a_thread_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    hooks = sys.excepthook, threading.excepthook
    _configured()

    def bug() -> None:
        raise ValueError("Asha Verma")

    thread = threading.Thread(target=bug)
    thread.start()
    thread.join()
    sys.excepthook, threading.excepthook = hooks
    (line,) = _lines(capsys)
    assert (line["event"], "Asha" in str(line)) == ("crashed", False)


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
    logging.getLogger("rq.worker").info("Worker %d for %s: %s", 7, "Asha", ValueError("Asha"))
    (line,) = _lines(capsys)
    assert line["event"] == f"Worker 7 for {logs.REDACTED}: ValueError"
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


MARKED = "Asha Verma +919876543210 42-secret"


def test_sentry_hears_what_is_allowed_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way: a real client, real log lines and a real exception; what would be sent is looked at."""
    sent: list[dict[str, Any]] = []

    class Kept(sentry_sdk.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.extend(item.payload.json for item in envelope.items)

    begin = sentry_sdk.init
    monkeypatch.setattr("sentry_sdk.init", lambda **options: begin(**options, transport=Kept))
    log = _configured(sentry_dsn="https://key@sentry.example.org/1")
    try:
        with sentry_sdk.isolation_scope() as scope:
            scope.set_user({"id": MARKED, "username": MARKED})
            scope.set_extra("said", MARKED)
            scope.set_tag("name", MARKED)
            scope.set_context("form", {"full_name": MARKED})
            logging.getLogger("some.library").error("cannot send to %s", MARKED)
            try:
                name = MARKED
                raise ValueError(f"no such person: {name}")
            except ValueError:
                log.exception("turn_failed", sid="SM1", problem="ValueError", said=MARKED)
            broken = App("broken")

            @broken.post("/register/<who>")
            def door(who: str) -> str:
                raise RuntimeError(who)

            sent_form = {"full_name": MARKED}
            broken.test_client().post(f"/register/{MARKED}?q={MARKED}", data=sent_form, headers={"X-Name": MARKED})
    finally:
        sentry_sdk.flush()
        begin(auto_enabling_integrations=False)  # what integrations have put into libraries stays there
    told = json.dumps(sent)
    for part in MARKED.split():
        assert part not in told
    said = [one.get("logentry", {}).get("message") for one in sent]
    assert said == [None, "turn_failed", None, "broken"]
    assert sent[1]["tags"] == {"sid": "SM1", "problem": "ValueError", "process": "test"}
    assert sent[1]["exception"]["values"][0]["type"] == "ValueError"
    assert sent[2]["transaction"] == "door"
