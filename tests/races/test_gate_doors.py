"""One pass at every door at once: scanners over the API and volunteers by message, to four real web processes."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from bot.database import Database
from bot.domain import events, people, roster
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Checkin, Delivery, PassUse
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices, gates
from bot.service import utc_now
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_TOKEN, Settings
from tests.bot.domain.builders import asking
from tests.e2e import server
from tests.ports import free_port

pytestmark = pytest.mark.race
EACH = 32
"""Scanners, and volunteers with a phone."""
PROCESSES = "4"
PATIENCE = 60.0
"""Seconds until an answer that never comes fails the test."""


@dataclass(frozen=True)
class Fair:
    """What stands at the gates, and where the server is."""

    origin: str
    code: str
    tokens: tuple[str, ...]
    database: Database

    def scan(self, number: int) -> str:
        """A scanner's scan, tried again as long as the server is busy; what it hears."""
        said = {"pass": self.code, "scan_id": str(uuid4()), "gate": ("main", "north")[number % 2]}
        headers = {"Authorization": f"Bearer {self.tokens[number]}"}
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = requests.post(f"{self.origin}/api/v1/checkins", json=said, headers=headers, timeout=PATIENCE)
            if answer.status_code != 503 or time.monotonic() > deadline:
                return str(answer.json().get("result", answer.text))

    def write(self, number: int) -> str:
        """A volunteer's message; the sign that its answer begins with, in the response or by the outbox."""
        url = f"{self.origin}/webhooks/twilio/message"
        form = {
            **{"MessageSid": f"SM{number:032d}", "AccountSid": SIMULATED_ACCOUNT, "From": f"whatsapp:{_phone(number)}"},
            **{"To": SIMULATED_SENDER, "Body": self.code, "NumMedia": "0"},
        }
        signature = RequestValidator(SIMULATED_TOKEN).compute_signature(url, form)
        text = requests.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=PATIENCE).text
        said = text.partition("<Message>")[2] or self.late(form["MessageSid"])
        return said[:1] if said[:1] in "✅⛔" else text

    def late(self, sid: str) -> str:
        """The answer to a turn that took too long for the webhook."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with self.database.read() as db:
                if found := db.scalars(select(Delivery).where(Delivery.key == f"reply:{sid}")).first():
                    return str(found.payload["body"])
            time.sleep(0.1)
        return ""


@pytest.fixture
def running_fair(database: Database, given_settings: dict[str, Any], tmp_path: Path) -> Iterator[Fair]:
    """The fair is on, and four processes serve it."""
    with database.write() as db:
        code, tokens = _make(db, KeyRing.open(database, given_settings["secret_key"]))
    port = free_port()
    told = server.told(Settings(port=port, var_dir=tmp_path / "var", **given_settings)) | {
        **{"DATABASE_URL": given_settings["database_url"], "REDIS_URL": given_settings["redis_url"], "DEMO": ""},
        **{"SECRET_KEY": given_settings["secret_key"], "WEB_CONCURRENCY": PROCESSES},
    }
    home = server.place_without_settings(tmp_path)
    command = server.shell(server.procfile()["web"])
    with server.process("web", command, home, tmp_path, told):
        origin = f"http://127.0.0.1:{port}"
        server.until(partial(_all_answer, origin, tmp_path / "web.log"), "four processes answer", 90)
        yield Fair(origin, code, tokens, database)


def _all_answer(origin: str, log: Path) -> bool:
    if log.read_text().count("Booting worker") < int(PROCESSES):
        return False
    try:
        return requests.get(f"{origin}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _make(db: Session, ring: KeyRing) -> tuple[str, tuple[str, ...]]:
    now = utc_now()
    today = (now + timedelta(hours=5, minutes=30)).date()  # in Kolkata
    days: dict[str, Any] = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=1)}
    events.create(db, slug="fair", name="Book Fair", now=now, **days)
    events.open_event(db, "fair")
    for name in ("Main", "North"):
        gates.add(db, "fair", name)
    asha = people.find_or_make(db, phone="+919812345678", now=now)
    issued = registrations.register(db, ring, **asking(asha, visit_date=today, party_size=4, now=now))
    tokens = [devices.add(db, "fair", name=f"Scanner {number}", gate="main", now=now)[1] for number in range(EACH)]
    for number in range(EACH):
        roster.add(db, "fair", phone=_phone(number), name=f"Ravi {number}", gate="north", region="IN", now=now)
    return issued.code, tuple(tokens)


def _phone(number: int) -> str:
    return f"+9198111000{number:02}"


def test_64_at_every_door_are_one_admission(running_fair: Fair, database: Database) -> None:
    start = threading.Barrier(2 * EACH)

    def at_once(act: Callable[[int], str], number: int) -> str:
        start.wait(30)
        return act(number)

    with ThreadPoolExecutor(2 * EACH) as pool:
        asked = [
            pool.submit(at_once, act, number)
            for number in range(EACH)
            for act in (running_fair.scan, running_fair.write)
        ]
        heard = Counter(one.result(90) for one in asked)
    admitted = heard["admitted"] + heard["✅"]
    refused = heard["already_admitted"] + heard["⛔"]
    assert (admitted, refused) == (1, 2 * EACH - 1), heard
    with database.read() as db:
        kept = db.scalar(select(func.count(Checkin.id))), db.scalar(select(func.count(Attempt.id)))
        assert (*kept, db.scalars(select(PassUse.entered)).all()) == (1, 2 * EACH - 1, [4])
