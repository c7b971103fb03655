"""Codes that somebody tries are counted at every door; what a camera reads is not, and what has happened is kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.domain.checkins import code_guessing
from bot.domain.models import Checkin, Delivery, Pass
from bot.domain.passes import tokens
from flows.understanding import codes
from tests.bot.domain.builders import refused
from tests.webhooks.api.conftest import Gate, problem
from tests.webhooks.api.test_batches import scan, upload

FEW = 6
PAUSED = (403, "paused")


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, unhurried: None) -> None:
    monkeypatch.setattr(code_guessing, "MAX_GUESSES", FEW)


def made_up(number: int = FEW) -> Iterator[str]:
    """Codes of no pass, each with its check character."""
    bodies = (f"ZZZZZ{one:02}" for one in range(number))
    return (body + codes.check_character(body) for body in bodies)


def guesses(gate: Gate, number: int = FEW, **changes: Any) -> list[dict[str, Any]]:
    return [scan(gate, **changes) | {"pass": code} for code in made_up(number)]


def told(gate: Gate) -> int:
    """Messages to supervisors."""
    with gate.service.database.read() as db:
        return db.scalar(select(func.count(Delivery.id))) or 0


@pytest.mark.parametrize("who", ["", "ravi"])
@pytest.mark.parametrize("door", ["single", "look", "batch"])
def test_every_door_counts(api_gate: Gate, who: str, door: str) -> None:
    if who:
        api_gate.sign_in(who)
    *first, last = guesses(api_gate)
    if door == "batch":
        assert {one["result"] for one in upload(api_gate, *first, last)} == {"unknown"}
    else:
        for one in (*first, last):
            assert api_gate.result(one["pass"], simulate=door == "look") == "unknown"
    refused = api_gate.scan()
    assert problem(refused) == PAUSED
    assert 590 < int(refused.headers["Retry-After"]) <= 601
    assert told(api_gate) == 1
    assert api_gate.traces()[0] == 0


def test_doors_count_together(api_gate: Gate) -> None:
    one, two, *more = guesses(api_gate)
    assert api_gate.result(one["pass"]) == api_gate.result(two["pass"], simulate=True) == "unknown"
    upload(api_gate, *more[:-1])
    assert api_gate.result(count=1) == "admitted"
    upload(api_gate, more[-1])
    assert problem(api_gate.scan()) == PAUSED


def test_who_guesses_in_a_batch_learns_nobodys_name_but_what_happened_is_kept(api_gate: Gate) -> None:
    *_, found = upload(api_gate, *guesses(api_gate), scan(api_gate, count=1))
    assert (found["result"], found["pass"], found["first_entry"]) == ("admitted", None, None)
    typed, scanned = upload(api_gate, scan(api_gate, count=1), scan(api_gate, count=1) | {"pass": _qr(api_gate)})
    assert (typed["result"], typed["pass"]) == ("admitted", None)
    assert (scanned["result"], scanned["pass"]["name"]) == ("admitted", "Asha Verma")
    upload(api_gate, *guesses(api_gate, 1))
    assert told(api_gate) == 1  # once, although they go on
    with api_gate.service.database.read() as db:
        assert db.scalar(select(func.sum(Checkin.people))) == 3


def test_what_a_camera_reads_pauses_nobody(api_gate: Gate) -> None:
    false = [
        _qr(api_gate)[:-3] + "AAA",
        "upi://pay?pa=somebody",
        "https://elsewhere.example",
        "x" * 130,
        "7-Eleven",
        "PEPSI123",
    ]
    for text in false * FEW:
        assert api_gate.result(text) in ("forged", "unreadable")
    upload(api_gate, *(scan(api_gate) | {"pass": text} for text in false * FEW))
    assert api_gate.result() == "admitted"
    api_gate.sign_in("ravi")
    for text in false[:-2] * FEW:
        api_gate.result(text)
    assert api_gate.result() == "already_admitted"


def test_an_honest_upload_of_codes_that_were_shown_as_unknown_pauses_nobody(api_gate: Gate) -> None:
    batch = guesses(api_gate, 2 * FEW, shown="unknown")
    assert {one["result"] for one in upload(api_gate, *batch)} == {"unknown"}
    assert api_gate.result() == "admitted"


def test_the_same_batch_again_counts_nothing_twice(api_gate: Gate) -> None:
    batch = guesses(api_gate, FEW - 1)
    for _ in range(3):
        upload(api_gate, *batch)
    assert api_gate.result() == "admitted"


def test_a_supervisor_ends_the_pause_of_a_scanner(api_gate: Gate) -> None:
    upload(api_gate, *guesses(api_gate))
    now = api_gate.service.now() + timedelta(minutes=6)  # what was tried before counts no more
    with api_gate.service.database.write() as db:
        [found] = code_guessing.resume(db, api_gate.issued.event_id, "scanner  1", now)
        assert found.paused_until is None
    with api_gate.service.database.write() as db, refused("nobody_paused"):
        code_guessing.resume(db, api_gate.issued.event_id, "Scanner 1", now)
    assert api_gate.result() == "admitted"


def test_a_volunteer_who_mistypes_counts(api_gate: Gate) -> None:
    api_gate.sign_in("ravi")
    wrong = [code[:-1] + ("0" if code[-1] != "0" else "1") for code in made_up()]
    assert {api_gate.result(one) for one in wrong} == {"unreadable"}
    assert problem(api_gate.scan(scan_id=str(uuid4()))) == PAUSED


def _qr(gate: Gate) -> str:
    with gate.service.database.read() as db:
        token = tokens.encode(tokens.token_of(db.get_one(Pass, gate.issued.id)), gate.service.ring)
    return tokens.qr_text("https://pass.example", token)
