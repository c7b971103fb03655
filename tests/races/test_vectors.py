"""Every captured body, twice and shuffled, from several processes: the same as once and in order."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from bot.database import Database
from bot.domain.models import Base
from bot.service import Service
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_TOKEN
from tests.paths import VECTORS
from tests.races.conftest import warm_processes
from tests.races.posts import Body, captured, ours, post, post_all
from webhooks import create_app

pytestmark = pytest.mark.race
PROCESSES = 3
CAPTURED = captured()
BODIES = ours()


@pytest.fixture
def edge(demo_service: Service) -> Iterator[Flask]:
    """The application over the demo event."""
    app = create_app(demo_service)
    yield app
    app.extensions["simulator"].courier.close()


def kept(redis: "Redis", database: Database) -> tuple[list[str], dict[str, int]]:
    """What everybody's conversation has come to, and how many rows there are of each kind.

    Without the moment at which a registration was begun, and without the changes of figures, which only grow:
    of these tests/bot/domain/stats/test_counters.py tells whether they come to the same sums.
    """
    states = [cast("bytes", redis.hget(key, "json")).decode() for key in cast("list[bytes]", redis.keys("c:state:*"))]
    with database.read() as db:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in ("figure_changes", "figures")]
        rows = {table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    return sorted(_timeless(state) for state in states), rows


def _timeless(state: str) -> str:
    told = json.loads(state)
    told.get("begun", {}).pop("at", None)
    return json.dumps(told, sort_keys=True)


def test_twice_shuffled_and_from_several_processes_they_come_to_the_same_as_once_in_order(
    edge: Flask, given_settings: dict[str, Any], redis: "Redis", database: Database
) -> None:
    for body in BODIES:
        assert post(edge, body)[0] in (200, 204), body.name
    wanted = kept(redis, database)
    assert wanted[0]
    redis.flushall()
    with database.write() as db:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in ("turns", "inbound_messages", "deliveries", "contact_aliases", "contacts", "beginnings"):
                db.execute(table.delete())

    with warm_processes().Pool(PROCESSES) as pool:
        answers: dict[str, set[tuple[int, str]]] = {}
        for heard in pool.starmap(post_all, [(given_settings, BODIES, seed) for seed in range(PROCESSES)]):
            for name, texts in heard.items():
                answers.setdefault(name, set()).update(texts)

    assert {status for texts in answers.values() for status, _ in texts} == {200, 204}
    assert {name: texts for name, texts in answers.items() if len(texts) != 1} == {}
    assert len(answers) == len(BODIES)
    assert kept(redis, database) == wanted
    assert redis.zcard("c:pending") == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body.name))
def test_what_is_not_signed_for_us_is_refused(edge: Flask, redis: "Redis", body: Body) -> None:
    assert post(edge, body, token="6789")[0] == 403
    assert post(edge, body, origin="https://elsewhere.example")[0] == 403
    other = dict(body.form) | {"AccountSid": "acctid"}
    assert post(edge, Body(body.name, body.door, tuple(other.items())))[0] == 403
    unsigned = edge.test_client().post(f"/webhooks/twilio/{body.door}", data=dict(body.form))
    assert unsigned.status_code == 403
    assert redis.keys("c:message:*") == []


SIGNED_OTHERWISE: dict[str, Callable[[str, dict[str, str]], tuple[str, dict[str, str]]]] = {
    "strip() a param value": lambda url, form: (url, {name: value.strip() for name, value in form.items()}),
    "drop an unknown param": lambda url, form: (url, {k: v for k, v in form.items() if k != "ChannelMetadata"}),
    "urllib.parse.parse_qsl without keep_blank_values=True": lambda url, form: (
        url,
        {k: v for k, v in form.items() if v},
    ),
    "request.url seen as http behind a TLS proxy": lambda url, form: (url.replace("https:", "http:"), form),
    "trailing slash added": lambda url, form: (f"{url}/", form),
    "query string on the status callback URL omitted": lambda url, form: (url.partition("?")[0], form),
}
"""The negative ones of tests/vectors/twilio_request_validator_cases.json: what a signature must not be made over."""


@pytest.mark.databases("sqlite")
def test_a_signature_over_anything_else_than_what_came_is_refused(edge: Flask) -> None:
    gotchas = json.loads((VECTORS / "twilio_request_validator_cases.json").read_text())["ours_gotchas"]
    negative = [gotcha["change"] for gotcha in gotchas if not gotcha["valid"]]
    assert all(any(change.startswith(ours) for ours in SIGNED_OTHERWISE) for change in negative)
    refused: Counter[str] = Counter()
    for body in BODIES:
        path = f"/webhooks/twilio/{body.door}" + ("?delivery=7" if body.door == "status" else "")
        url, form = f"https://localhost{path}", dict(body.form) | {"ProfileName": " Asha ", "Untold": ""}
        for change, otherwise in SIGNED_OTHERWISE.items():
            signed = otherwise(url, form)
            signature = RequestValidator(SIMULATED_TOKEN).compute_signature(*signed)
            status = edge.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code
            assert status == (403 if signed != (url, form) else 200 if body.door == "message" else 204), change
            refused[change] += status == 403
    assert set(refused) == set(SIGNED_OTHERWISE)
    assert min(refused.values()) > 0


@pytest.mark.databases("sqlite")
def test_as_they_were_captured_they_are_other_accounts_messages(edge: Flask) -> None:
    answers = {body.name: post(edge, body)[0] for body in CAPTURED}
    named = {
        body.name for body in CAPTURED if dict(body.form).get("AccountSid", SIMULATED_ACCOUNT) != SIMULATED_ACCOUNT
    }
    assert {name for name, status in answers.items() if status == 403} == named
    assert {status for name, status in answers.items() if name not in named} <= {204}
