"""Time-outs, retries and breakers: in one place, true in the document, and in step with one another."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import timeouts
from tests.paths import ROOT

ROOMS = ("bot", "webhooks", "admin_cli")
WORDS = re.compile(r"(?:^|_)(?:TIMEOUTS?|RETRY|RETRIES|BACKOFF|LEASE|PATIENCE)(?:_(?!CODES)|$)")
NOT_THESE = ("simulator", "timeouts.py")
"""The simulator plays Twilio, whose time-outs are no choice of ours."""
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([\d., ]+) (\w+) \| .+ \|$", re.MULTILINE)
UNITS = {"MS": "ms", "TRIES": "tries", "ONCE": "tries", "DEATHS": "deaths"}
"""By the last word of a name; all others are seconds."""
TWILIO_HANGS_UP = 15.0
"""Seconds (docs/field-notes.md#webhook-timing)."""


def constants() -> dict[str, Any]:
    """Every constant by its name."""
    return {name: value for name, value in vars(timeouts).items() if name.isupper()}


def written(value: Any) -> str:
    """A constant as the document writes it."""
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return ", ".join(f"{one:g}" for one in (value if isinstance(value, tuple) else (value,)))


def test_the_document_has_each_with_its_value_and_unit() -> None:
    rows = ROW.findall((ROOT / "docs/timeouts.md").read_text("utf-8"))
    units = {name: UNITS.get(name.rpartition("_")[2], "s") for name in constants()}
    assert rows == [(name, written(value), units[name]) for name, value in constants().items()]


def test_each_says_what_it_is_for() -> None:
    body = ast.parse(Path(timeouts.__file__).read_text("utf-8")).body
    after = zip(body, [*body[1:], None], strict=True)
    bare = [node for node, following in after if isinstance(node, ast.Assign) and not isinstance(following, ast.Expr)]
    assert [ast.unparse(node) for node in bare] == []


def test_none_stands_elsewhere() -> None:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py") if not {*NOT_THESE} & {*file.parts}]
    assert [(str(file.relative_to(ROOT)), stray) for file in files for stray in strays(file.read_text("utf-8"))] == []


def strays(code: str) -> Iterator[str]:
    """Numbers that are called, or given as, a time-out."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Assign) and is_number(node.value):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from (name for name in names if name.isupper() and WORDS.search(name))
        if isinstance(node, ast.Call):
            words = [word for word in node.keywords if (word.arg or "").endswith("timeout")]
            yield from (ast.unparse(word) for word in words if is_number(word.value))


def is_number(value: ast.expr) -> bool:
    """Whether the code says a number, a pair of them or a sum."""
    if isinstance(value, ast.Tuple):
        return all(is_number(part) for part in value.elts)
    if isinstance(value, ast.BinOp):
        return is_number(value.left) and is_number(value.right)
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def test_a_stray_is_found() -> None:
    code = "RETRY_SECONDS = 3\nget(timeout=(1, 2))\nget(socket_timeout=5)\nget(timeout=HERE)\nPOLL_TIMEOUTS = HERE\n"
    assert list(strays(code)) == ["RETRY_SECONDS", "timeout=(1, 2)", "socket_timeout=5"]


def test_they_are_in_step() -> None:
    answer = timeouts.MAX_TURN_WAIT_SECONDS
    assert timeouts.REDIS_TIMEOUT_SECONDS < answer < timeouts.MAX_WEBHOOK_WAIT_MS / 1000 < TWILIO_HANGS_UP
    assert timeouts.LEASE_RENEWAL_SECONDS * 3 < timeouts.CONVERSATION_LEASE_MS / 1000 < answer
    assert timeouts.DATABASE_POOL_WAIT_SECONDS >= timeouts.DATABASE_CONNECT_TIMEOUT_SECONDS
    # Two calls to Twilio, a look-up and the message, fit into the lease of a delivery.
    assert 2 * sum(timeouts.TWILIO_TIMEOUTS_SECONDS) < timeouts.DELIVERY_LEASE_TTL.total_seconds()
    assert timeouts.REPLAY_RUN_LIMIT_SECONDS < timeouts.JOB_TIMEOUT_SECONDS
    assert timeouts.PHOTO_DELETION_RUN_LIMIT_SECONDS < timeouts.JOB_TIMEOUT_SECONDS
    assert timeouts.MAX_BUSY_HEARTBEAT_AGE.total_seconds() > timeouts.JOB_TIMEOUT_SECONDS
    assert answer <= timeouts.WEB_STOP_SECONDS
