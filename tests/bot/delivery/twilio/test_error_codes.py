"""Our table of codes against the facts that were gathered."""

import json
import re

import pytest

from bot.delivery.outbox import explanations
from bot.delivery.twilio.error_codes import CLASSES, HTTP_RETRY, REASONS, Class, class_of, least_wait, may_retry
from tests.paths import ROOT, VECTORS

FACTS = json.loads((VECTORS / "twilio_error_codes.json").read_text())
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


NEWER = {63049: Class.CAPPED}
"""Codes that the facts do not have yet: WhatsApp's limit of marketing messages to one person (Meta's 131049)."""


def test_no_code_is_made_up() -> None:
    assert {code: kind for code, kind in CLASSES.items() if code in NEWER} == NEWER
    assert set(CLASSES) - set(NEWER) == {code for code, _ in OUTBOUND}


def test_every_reason_is_explained_and_stands_in_the_document() -> None:
    told = {name.rstrip("_…") for name in re.findall(r"`([a-z_]+…?)`", _table())}
    assert {str(name).rstrip("_") for name in explanations.MEANINGS} - told == set()
    assert {one.value for one in Class} | set(REASONS.values()) <= {str(name) for name in explanations.MEANINGS}
    assert explanations.meaning("media_http_502") == explanations.MEANINGS["media_http_"]


def _table() -> str:
    """The rows of docs/operating.md that begin with a reason."""
    lines = (ROOT / "docs/operating.md").read_text("utf-8").splitlines()
    return "\n".join(line.split("|")[1] for line in lines if line.startswith("| `"))


def test_http_answers_that_may_be_tried_again() -> None:
    assert {int(status) for status in FACTS["http_level"]["retry"] if status.isdigit()} == HTTP_RETRY


def test_an_unknown_code_is_lasting() -> None:
    assert not may_retry(99999)
    assert not may_retry(None)


def test_pair_rate_waits_six_seconds() -> None:
    assert least_wait(63018) >= 6
    assert may_retry(63018)
