"""Our table of codes against the facts that were gathered."""

import json
from pathlib import Path

import pytest

from bot.delivery.twilio_codes import CLASSES, HTTP_RETRY, Class, class_of, least_wait, may_retry

FACTS = json.loads((Path(__file__).parent.parent / "vectors" / "twilio_error_codes.json").read_text())
NAMES = {
    "retry_backoff": Class.RETRY,
    "retry_once_then_fail": Class.ONCE,
    "switch_to_template": Class.WINDOW,
    "stop_contact": Class.STOPPED,
    "bad_recipient": Class.RECIPIENT,
    "bug_or_config_permanent": Class.OURS,
    "pause_sender": Class.SENDER,
    "verify": Class.OURS,
}
OUTBOUND = [(fact["code"], fact["class"]) for fact in FACTS["codes"] if fact["class"] in NAMES]


@pytest.mark.parametrize(("code", "name"), OUTBOUND)
def test_every_code_has_its_class(code: int, name: str) -> None:
    assert class_of(code) is NAMES[name]


def test_no_code_is_made_up() -> None:
    assert set(CLASSES) == {code for code, _ in OUTBOUND}


def test_http_answers_that_may_be_tried_again() -> None:
    assert {int(status) for status in FACTS["http_level"]["retry"] if status.isdigit()} == HTTP_RETRY


def test_an_unknown_code_is_lasting() -> None:
    assert not may_retry(99999)
    assert not may_retry(None)


def test_pair_rate_waits_six_seconds() -> None:
    assert least_wait(63018) >= 6
    assert may_retry(63018)
