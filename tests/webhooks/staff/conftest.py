import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain import events, people, roster
from bot.domain.messaging import otp
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from bot.domain.roster import sessions as staff_sessions
from bot.service import Service
from tests.bot.domain.builders import asking
from tests.webhooks.staff.manage.pages import Office, office_of

RAVI = "+919811111111"
STRANGER = "+919800000001"
ATTEMPTS = count()
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Browser:
    """Somebody's browser, which fills in forms as they stand on the page."""

    client: FlaskClient
    service: Service

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form of a page; the attempt is a new one unless it is given."""
        page = self.client.get(path).text
        found = TOKEN.search(page)
        form = {"csrf_token": found[1] if found else "", "attempt": f"try {next(ATTEMPTS)}", **fields}
        return self.client.post(path, data=form)

    def ask(self, phone: str, path: str = "/staff/login") -> TestResponse:
        """Ask for a code."""
        return self.send(path, phone=phone)

    def code(self, phone: str) -> str:
        """The code that the worker makes for this browser."""
        with self.client.session_transaction() as kept:
            asker = kept["sign_in"]
        assert isinstance(self.service.otps, otp.OwnOtps)
        return self.service.otps.make(staff_sessions.PURPOSE, phone, asker, self.service.now())

    def sign_in(self, phone: str = RAVI, path: str = "/staff/login") -> TestResponse:
        """The whole way in."""
        self.ask(phone, path)
        return self.send(path, otp=self.code(phone))

    def sign_out(self) -> None:
        """By the button that stands on every page."""
        found = TOKEN.search(self.client.get("/staff/login").text)
        self.client.post("/staff/logout", data={"csrf_token": found[1] if found else ""})

    def who(self) -> str | None:
        """Who the scanner is told that it is; None where nobody is signed in."""
        who: str | None = self.client.get("/staff/scan/state").get_json()["who"]
        return who


def issue(service: Service, **changes: Any) -> Pass:
    """Asha's pass for two, for today."""
    now = service.now()
    today = (now + timedelta(hours=5, minutes=30)).date()
    with service.database.write() as db:
        asha = people.find_or_make(db, phone="+919812345678", now=now)
        return registrations.register(db, service.ring, **asking(asha, visit_date=today, now=now, **changes))


@pytest.fixture
def staffed_gate(service: Service) -> None:
    """The fair with a gate and Ravi at it."""
    now = service.now()
    with service.database.write() as db:
        first, last = now.date() - timedelta(days=1), now.date() + timedelta(days=3)
        events.create(db, slug="fair", name="Book Fair", starts_on=first, ends_on=last, now=now)
        events.open_event(db, "fair")
        gates.add(db, "fair", "Main")
        roster.add(db, "fair", phone=RAVI, name="Ravi", gate="main", region="IN", now=now)


@pytest.fixture
def office(service: Service, app: Flask) -> Office:
    """The pages of the team, with an admin who is signed in at the fair."""
    return office_of(service, app)


@pytest.fixture
def new_browser(app: Flask, service: Service) -> Callable[[], Browser]:
    """A browser that nobody has used yet."""
    return lambda: Browser(app.test_client(), service)


@pytest.fixture
def staff_browser(staffed_gate: None, new_browser: Callable[[], Browser]) -> Browser:
    """One browser, and an event to work at."""
    return new_browser()
