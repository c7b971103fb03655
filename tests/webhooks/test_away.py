"""Redis, the database or Twilio away, at every door: what can go on goes on, all else says so in a plain sentence."""

import re
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.domain import passes, roster
from bot.domain.models import Checkin, Delivery, Pass, Registration
from bot.domain.passes import tokens
from bot.domain.roster import devices
from bot.service import Service, assemble
from bot.settings import Settings
from bot.timeouts import MAX_WEBHOOK_WAIT_MS
from tests.bot.delivery.draining import drain
from tests.test_structure import ROUTES
from tests.webhooks.staff.conftest import issue
from tests.webhooks.staff.sessions import sign_in
from tests.webhooks.test_odd_forms import Visitor
from tests.webhooks.visitor.browser import Browser
from tests.webhooks.visitor.conftest import make_event
from webhooks import create_app

GIVEN = {"slug": "fair", "event": "fair", "day": "2027-01-14", "path:name": "x", "digest": "x", "what": "close"}
ABOUT_ITSELF = ("/readyz", "/metrics")
"""They tell what is away: tests/webhooks/test_doors.py."""


class Gate:
    """The fair, a pass for today, a scanner's token and an admin's session, made while all was there."""

    def __init__(self, service: Service) -> None:
        today = (service.now() + timedelta(hours=5, minutes=30)).date()
        make_event(service, starts_on=today, ends_on=today, gates=["Main"])
        self.issued = issue(service, event="fair")
        with service.database.write() as db:
            self.pass_token = tokens.encode(tokens.token_of(passes.by_code(db, self.issued.code)), service.ring)
            _, self.token = devices.add(db, "fair", name="Scanner", gate="main", now=service.now())
            named: dict[str, Any] = {"name": "Omar", "role": "admin", "gate": "main", "region": "IN"}
            self.admin = roster.add(db, "fair", phone="+919811111111", **named, now=service.now()).id

    def path(self, rule: str) -> str:
        """An address of this route."""
        values = GIVEN | {"token": self.pass_token}
        return re.sub(r"<([\w:]+)>", lambda found: str(values.get(found[1], 1)), rule)

    def ask(self, client: FlaskClient, method: str, rule: str) -> TestResponse:
        """A request to it, by whoever may."""
        if rule.startswith("/api/"):
            body = {"pass": self.issued.code, "scan_id": str(uuid4())} if method == "POST" else None
            bearer = {"Authorization": f"Bearer {self.token}"}
            return client.open(self.path(rule), method=method, headers=bearer, json=body)
        form = {"phone": "98123 45678", "attempt": "once"} if method == "POST" else None
        return client.open(self.path(rule), method=method, data=form)

    def scan(self, client: FlaskClient) -> TestResponse:
        """The pass is shown to the scanner."""
        return self.ask(client, "POST", "/api/v1/checkins")


@pytest.fixture
def gate_away(service: Service) -> Gate:
    return Gate(service)


@pytest.fixture
def without_redis(gate_away: Gate, settings: Settings, tmp_path: Path) -> Iterator[Service]:
    """What has that database, and no Redis."""
    made = assemble(settings.model_copy(update={"redis_url": f"unix://{tmp_path / 'none.sock'}"}))
    yield made
    made.close()


@contextmanager
def away(service: Service) -> Iterator[None]:
    """The database cannot be opened meanwhile."""
    file = Path(service.settings.database.removeprefix("sqlite:///"))
    aside = file.with_name("aside.db")
    service.database.close()
    file.rename(aside)
    file.mkdir()
    yield
    service.database.close()
    file.rmdir()
    aside.rename(file)


def admins(app: Flask, service: Service, gate: Gate) -> FlaskClient:
    """A browser in which an admin is signed in, and whose forms need no token."""
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    client = app.test_client()
    sign_in(client, service, gate.admin)
    return client


def unplain(client: FlaskClient, gate: Gate) -> list[tuple[str, str, int]]:
    """Routes that answer with an error that is no plain sentence and no wish to come again."""
    found = []
    for method, rule in sorted(ROUTES):
        if rule in ABOUT_ITSELF or rule.startswith("/webhooks/"):
            continue
        answer = gate.ask(client, method, rule)
        said = answer.json.get("title") if answer.is_json and answer.json else re.search(b"<h1>.+</h1>", answer.data)
        if answer.status_code >= 500 and not (answer.status_code == 503 and answer.headers.get("Retry-After") and said):
            found.append((method, rule, answer.status_code))
    return found


def count(service: Service, table: Any) -> int:
    with service.database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


# --- Redis ----------------------------------------------------------------------------------------


def test_without_redis_no_page_breaks(
    without_redis: Service, gate_away: Gate, compiled: FileSystemBytecodeCache
) -> None:
    app = create_app(without_redis)
    app.jinja_env.bytecode_cache = compiled
    assert unplain(admins(app, without_redis, gate_away), gate_away) == []
    app.extensions["simulator"].courier.close()


def test_without_redis_the_gate_goes_on(without_redis: Service, gate_away: Gate) -> None:
    app = create_app(without_redis)
    client = admins(app, without_redis, gate_away)
    assert gate_away.scan(client).get_json()["result"] == "admitted"
    assert gate_away.scan(client).get_json()["result"] == "already_admitted"
    for path in (f"/p/{gate_away.pass_token}", "/staff/scan", "/staff/desk", "/staff/dashboard", "/staff/manage/fair"):
        assert client.get(path, follow_redirects=True).status_code == 200, path
    assert gate_away.ask(client, "GET", "/api/v1/events/<event>/offline").status_code == 200
    assert client.get("/register/fair").status_code == 503
    app.extensions["simulator"].courier.close()


# --- the database ---------------------------------------------------------------------------------


def test_without_the_database_no_page_breaks_and_nobody_is_let_in(
    app: Flask, service: Service, gate_away: Gate
) -> None:
    client = admins(app, service, gate_away)
    with away(service):
        assert unplain(client, gate_away) == []
        answer = gate_away.scan(client)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert count(service, Checkin) == 0
    assert gate_away.scan(client).get_json()["result"] == "admitted"


@pytest.mark.usefixtures("gate_away")
def test_without_the_database_a_yes_confirms_nothing_and_is_kept(app: Flask, service: Service) -> None:
    visitor = Visitor(app.test_client())
    for said in ("hi", "1", "Asha Verma", "1", "2", "skip"):
        visitor.hears(visitor.send(Body=said))
    before = count(service, Registration)
    with away(service):
        assert not re.search(r"\b\w{4}-\w{4}\b", visitor.hears(visitor.send(Body="yes")))
    assert count(service, Registration) == before
    later = service.dialogue._now_ms() + MAX_WEBHOOK_WAIT_MS + 1
    [waiting] = service.conversations.abandoned(later)
    service.dialogue._serve_all(service.conversations.take_over(waiting, later), "", Future())
    assert count(service, Registration) == before + 1
    with service.database.read() as db:
        [told] = db.scalars(select(Delivery).where(Delivery.kind == "reply"))
        code = db.scalars(select(Pass.code).order_by(Pass.id.desc())).first()
    assert code
    assert f"{code[:4]}-{code[4:]}" in told.payload["body"]


# --- Twilio ---------------------------------------------------------------------------------------


def test_without_twilio_somebody_registers_and_has_the_pass_on_its_page(app: Flask, service: Service) -> None:
    make_event(service)
    browser = Browser(app.test_client(), service)
    browser.details()
    browser.prove()
    drain(service.outbox)  # nobody answers at the simulator's address
    browser.post("/register/fair/review", agree="yes")
    assert browser.status == 200
    [picture] = set(re.findall(r'"(/passes/\d+/picture\.png)"', browser.page))
    assert browser.client.get(picture).mimetype == "image/png"
    drain(service.outbox)
    with service.database.read() as db:
        assert set(db.scalars(select(Delivery.status))) == {"owed"}
