"""A fair that is on now, its gates, its people, and a scanner with a token."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.domain import events, people
from bot.domain import roster as event_roster
from bot.domain.models import Attempt, Checkin, Pass
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices, gates
from bot.service import Service
from tests.bot.domain.builders import asking
from webhooks import limits

BASE = "/api/v1"


@dataclass
class Gate:
    """One scanner at the fair's main gate, and what it says to the server."""

    service: Service
    client: FlaskClient
    issued: Pass
    token: str = field(repr=False)
    device_id: int
    staff: dict[str, int] = field(default_factory=dict)
    """Ids on the roster: `ravi` a volunteer, `mira` a supervisor."""

    def ask(self, path: str, body: Any = None, method: str = "", **headers: str) -> TestResponse:
        """A request with the scanner's token; `body` as JSON, bytes as they are."""
        data = body if isinstance(body, bytes | None) else json.dumps(body)
        given = ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | headers
        return self.client.open(
            BASE + path,
            method=method or ("GET" if body is None else "POST"),
            data=data,
            headers=given,
            content_type=None if body is None else headers.get("Content-Type", "application/json"),
            buffered=True,  # until the answer has left, and what is done after it
        )

    def scan(self, text: str | None = None, **changes: Any) -> TestResponse:
        """Scan something, by default the pass."""
        return self.ask(
            "/checkins", {"pass": self.issued.code if text is None else text, "scan_id": str(uuid4())} | changes
        )

    def result(self, text: str | None = None, **changes: Any) -> str:
        """What came of it."""
        answer = self.scan(text, **changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json["result"])  # type: ignore[index]  # JSON by its content type

    def sign_in(self, who: str) -> None:
        """From now on ask with somebody's session instead of the token."""
        with self.client.session_transaction() as kept:
            kept["_user_id"] = f"{self.staff[who]}.0.{int(self.service.now().timestamp())}"
        self.token = ""

    def traces(self) -> tuple[int, list[str]]:
        """Entries and exits, and refused attempts."""
        with self.service.database.read() as db:
            entries = db.scalar(select(func.count(Checkin.id))) or 0
            return entries, list(db.scalars(select(Attempt.result).order_by(Attempt.id)))


def problem(answer: TestResponse) -> tuple[int, str]:
    """Status and code of an answer that is a problem."""
    assert answer.mimetype == "application/problem+json", answer.text
    body: Any = answer.json
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert body["title"]
    assert body["type"]
    return answer.status_code, str(body["code"])


@pytest.fixture
def api_gate(service: Service, client: FlaskClient) -> Gate:
    """The fair, on since yesterday; a pass of four for today; the scanner at the main gate. All made two days ago."""
    now = service.now() - timedelta(days=2)
    with service.database.write() as db:
        today = (service.now() + timedelta(hours=5, minutes=30)).date()  # in Kolkata
        first, last = today - timedelta(days=1), today + timedelta(days=3)
        event = events.create(db, slug="fair", name="Book Fair", starts_on=first, ends_on=last, now=now)
        events.create(db, slug="other", name="Other", starts_on=first, ends_on=last, now=now)
        events.open_event(db, "fair")
        for name in ("Main", "North"):
            gates.add(db, "fair", name)
        gates.add(db, "other", "Main")
        asha = people.find_or_make(db, phone="+919812345678", now=now)
        issued = registrations.register(db, service.ring, **asking(asha, visit_date=today, party_size=4, now=now))
        device, token = devices.add(db, "fair", name="Scanner 1", gate="main", now=now)
        roster = {
            name: event_roster.add(
                db, "fair", phone=phone, name=name.title(), role=role, gate="main", region="IN", now=now
            ).id
            for name, phone, role in (
                ("ravi", "+919811111111", "volunteer"),
                ("mira", "+919822222222", "supervisor"),
            )
        }
        assert event.slug == "fair"
    return Gate(service, client, issued, token, device.id, roster)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limits: for a test that asks many times."""
    monkeypatch.setattr(limits, "spend", lambda *_: None)
