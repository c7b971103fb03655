"""Counts, figures, walk-ups, and what scanners take along, over HTTP."""

import gzip
import json
from typing import Any

from sqlalchemy import func, select

from bot.domain import events
from bot.domain.models import Delivery, HeadCount, Registration
from bot.domain.roster import devices
from bot.usecases import stop_entry
from flows.understanding import codes
from tests.bot.domain.offline_reader import look_up, rows
from tests.webhooks.api.conftest import Gate, problem

WALKUP: dict[str, Any] = {
    "request_id": "desk-1",
    "full_name": "Meera Nair",
    "party_size": 3,
    "consent_version": 1,
    "consent_read": True,
}


def test_thirty_unknown_codes_pause_a_scanner_or_a_volunteer(api_gate: Gate, unhurried: None) -> None:
    unknown = "0000000" + codes.check_character("0000000")
    assert {api_gate.result(unknown) for _ in range(30)} == {"unknown"}
    assert problem(api_gate.scan()) == (403, "paused")
    api_gate.sign_in("ravi")
    for number in range(30):
        assert api_gate.result("nothing" if number % 2 else unknown, simulate=number % 3 == 0) in (
            "unknown",
            "unreadable",
        )
    assert problem(api_gate.scan()) == (403, "paused")
    api_gate.sign_in("mira")
    assert api_gate.result() == "admitted"
    with api_gate.service.database.read() as db:
        told = db.scalars(select(Delivery)).all()
    assert [one.lane for one in told] == ["whatsapp:+919822222222"] * 2


def test_a_count_is_kept_once(api_gate: Gate) -> None:
    asked = {"request_id": "c-1", "direction": "in", "count": 5, "gate": "north"}
    first: Any = api_gate.ask("/counts", asked).json
    assert (first["request_id"], first["direction"], first["count"]) == ("c-1", "in", 5)
    assert api_gate.ask("/counts", asked | {"count": 9, "direction": "out"}).json == first
    bad: list[dict[str, Any]] = [{"count": 0}, {"count": 10_001}, {"direction": "up"}, {"request_id": "a b"}]
    for changed in [*bad, {"gate": "south"}, {"counted_at": "noon"}]:
        answer = api_gate.ask("/counts", asked | changed)
        assert problem(answer) == (422, "invalid"), changed
        assert [one["field"] for one in json.loads(answer.data)["errors"]] == list(changed)
    with api_gate.service.database.read() as db:
        kept = db.scalars(select(HeadCount)).one()
    assert (kept.people, kept.device_id, kept.channel) == (5, api_gate.device_id, "api")


def test_the_figures_of_the_day(api_gate: Gate) -> None:
    api_gate.result(count=3)
    api_gate.result(gate="north", count=9)
    answer = api_gate.ask("/events/fair/stats")
    found: Any = answer.json
    assert (found["admitted"], found["last_15_minutes"], found["inside"]) == (3, 3, None)
    assert found["refused"] == {"too_many": 1}
    assert [(one["gate"], one["admitted"], one["refused"]) for one in found["gates"]] == [
        ("main", 3, 0),
        ("north", 0, 1),
    ]
    assert (found["volunteers"], found["scanners"]) == ([], [{"name": "Scanner 1", "admitted": 3, "refused": 1}])
    same = api_gate.ask("/events/fair/stats", **{"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    api_gate.result(direction="out", count=1)
    with api_gate.service.database.write() as db:
        stop_entry.set_entry_stopped(db, "fair", "north", stopped=True, key="k", now=api_gate.service.now())
    later: Any = api_gate.ask("/events/fair/stats", **{"If-None-Match": answer.headers["ETag"]}).json
    assert (later["inside"], later["left"]) == (2, 1)
    assert [(one["paused_at"] is not None, one["notice_seen"]) for one in later["gates"]] == [
        (False, None),
        (True, False),
    ]


def test_what_is_taken_along_offline(api_gate: Gate) -> None:
    plain = api_gate.ask("/events/fair/offline")
    packed = api_gate.ask("/events/fair/offline", **{"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    document: Any = json.loads(gzip.decompress(packed.data))
    assert document["passes"] == json.loads(plain.data)["passes"]
    assert look_up(document, api_gate.issued.code) == api_gate.issued.id
    tag = {"If-None-Match": packed.headers["ETag"]}
    assert api_gate.ask("/events/fair/offline", **tag).status_code == 304
    api_gate.result()
    answer: Any = api_gate.ask(f"/events/fair/offline?since={document['next']}", **tag).json
    assert answer["since"] == document["next"]
    assert rows(answer)[api_gate.issued.id].used == 4
    assert api_gate.ask("/events/fair/offline", **tag).status_code == 200
    with api_gate.service.database.write() as db:
        devices.revoke(db, "fair", "Scanner 1", api_gate.service.now())
    assert problem(api_gate.ask("/events/fair/offline", **tag)) == (401, "bad_token")


def test_a_walk_up_is_registered_once_and_admitted(api_gate: Gate) -> None:
    with api_gate.service.database.write() as db:
        events.close_event(db, "fair")  # for the public
    made: Any = api_gate.ask("/walkups", WALKUP | {"admit": True, "phone": "98765 43210"}).json
    assert (made["name"], made["party_size"], made["kind"], made["sent"]) == ("Meera Nair", 3, "visitor", "sms")
    assert (made["admission"]["result"], made["admission"]["admitted_now"]) == ("admitted", 3)
    again: Any = api_gate.ask("/walkups", WALKUP | {"admit": True, "full_name": "Somebody Else"}).json
    assert (again["code"], again["name"], again["sent"]) == (made["code"], "Meera Nair", "")
    assert again["admission"] == made["admission"]
    assert api_gate.result(made["code"]) == "already_admitted"
    with api_gate.service.database.read() as db:
        assert db.scalar(select(func.count(Registration.id)).where(Registration.channel == "walkup")) == 1
        assert db.scalars(select(Delivery.lane)).all() == ["+919876543210"]


def test_a_walk_up_that_cannot_be(api_gate: Gate) -> None:
    fields: dict[str, Any] = {"full_name": "9", "phone": "12", "party_size": 11, "kind": "press", "gate": "south"}
    for field, value in {**fields, "consent_read": False, "request_id": "", "language": "tlh"}.items():
        answer = api_gate.ask("/walkups", WALKUP | {field: value})
        assert problem(answer) == (422, "invalid"), field
        assert [one["field"] for one in json.loads(answer.data)["errors"]] == [field]
    assert problem(api_gate.ask("/walkups", WALKUP | {"consent_version": 2})) == (409, "consent_changed")
    assert problem(api_gate.ask("/walkups", WALKUP | {"overbook": True})) == (403, "supervisors_only")
    phone = {"phone": "+91 98765 43210"}
    assert api_gate.ask("/walkups", WALKUP | phone).status_code == 200
    other = WALKUP | phone | {"request_id": "desk-2"}
    assert problem(api_gate.ask("/walkups", other)) == (409, "already_registered")
    assert api_gate.ask("/walkups", other | {"anyway": True}).status_code == 200
    assert api_gate.traces() == (0, [])
