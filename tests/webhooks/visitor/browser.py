"""A visitor's browser: it follows links and sends forms back with what stood in them."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.messaging.otp import OwnOtps
from bot.service import Service
from flows.visitor.web_registration import PURPOSE

PHONE = "+919876543210"
DETAILS = {
    "language": "en",
    "full_name": "Asha Verma",
    "party_size": "3",
    "city": "",
    "phone_country": "IN",
    "phone": "98765 43210",
}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
WRONG = re.compile(r'id="(\w+)-error" data-code="(\w+)"')


@dataclass
class Browser:
    client: FlaskClient
    service: Service
    language: str = "en"
    page: str = ""
    answer: TestResponse | None = None

    def get(self, path: str) -> str:
        return self._read(self.client.get(path, headers=self._headers(), follow_redirects=True))

    def post(self, path: str, **inputs: str) -> str:
        """Send the form of the page that is open."""
        form = {**dict(HIDDEN.findall(self.page)), **inputs}
        return self._read(self.client.post(path, data=form, headers=self._headers(), follow_redirects=True))

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.request.path

    @property
    def header(self) -> Any:
        assert self.answer is not None
        return self.answer.headers

    @property
    def wrong(self) -> dict[str, str]:
        """What the page says is wrong: codes by slot."""
        return dict(WRONG.findall(self.page))

    @property
    def visit(self) -> str:
        with self.client.session_transaction() as session:
            return str(session["visit"])

    def otp(self, phone: str = PHONE) -> str:
        """What the worker would have sent."""
        assert isinstance(self.service.otps, OwnOtps)
        return self.service.otps.make(PURPOSE, phone, f"web:{self.visit}", self.service.now())

    def details(self, slug: str = "fair", **changes: str) -> str:
        """Open the form and send it with these answers."""
        day = re.search(r'<option value="(\d{4}-\d\d-\d\d)"', self.get(f"/register/{slug}"))
        return self.post(f"/register/{slug}", **{**DETAILS, "visit_date": day[1] if day else "", **changes})

    def prove(self, slug: str = "fair", phone: str = PHONE) -> str:
        """Type the code that came."""
        return self.post(f"/register/{slug}/code", otp=self.otp(phone))

    def register(self, slug: str = "fair", **changes: str) -> str:
        """All of it, to the pass."""
        self.details(slug, **changes)
        self.prove(slug)
        return self.post(f"/register/{slug}/review", agree="yes")

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": f"{self.language}-IN,{self.language};q=0.9"}

    def _read(self, answer: TestResponse) -> str:
        self.answer = answer
        self.page = unescape(answer.text) if answer.mimetype == "text/html" else ""
        return self.page
