"""An admission by the API, beside one INSERT with its commit by psycopg behind the same gunicorn."""

import itertools
import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from bot.domain.passes import tokens
from bot.domain.roster import devices
from bot.service import utc_now
from tests.bench.table import load
from tests.bench.table.load import Talk
from tests.bench.table.plan import LINES, WARM_SCANS, Plan
from tests.bench.table.rounds import Rounds, answer_times
from tests.bench.table.rows import Row
from tests.bench.table.stack import Stack
from tests.bot.domain import rush

DEVICES = 32
"""A device may scan 50 a second."""
PATH, BARE_PATH = "/api/v1/checkins", "/row"
ADMITTED = b'"result":"admitted"'
FIRST = 1_000_000
"""The first id of the people whose passes are made without a conversation."""
JSON = {"Content-Type": "application/json"}


class Scanning:
    """Rounds in which scanners let people in, each with a pass of today that nobody has used."""

    def __init__(self, stack: Stack, plan: Plan, most: int) -> None:
        self._stack, self._plan = stack, plan
        self.rounds = Rounds()
        with closing(Database(stack.settings.database)) as database:
            ring = KeyRing.open(database, stack.settings.secret_key)
            with database.write() as db:
                rows = _passes_of_today(db, ring, most)
                texts = [
                    tokens.qr_text(stack.settings.origin, tokens.encode(tokens.token_of(row), ring)) for row in rows
                ]
                self._tokens = [_device(db, number) for number in range(DEVICES)]
        self._scans = self._requests(texts)

    def warm(self) -> None:
        """Let every process and its connections do their first work."""
        load.flat_out(self._stack.bare_port, self._inserts(WARM_SCANS), LINES)
        load.flat_out(self._stack.settings.port, self._talks(WARM_SCANS), LINES)

    def turn(self) -> None:
        """Let the bare application and ours take a turn."""
        self.rounds.bare(self._stack, self._inserts(self._plan.bare // 2))
        self.rounds.ours(self._stack, self._talks(self._plan.scans))

    def rows(self) -> list[Row]:
        """Of all turns so far."""
        return self.rounds.rows("an admission by API", "admissions")

    def at_half_rate(self) -> list[Row]:
        """Answer times while scans come at half of the rate that was the most."""
        rate, bare_rate = (each * self._plan.paced_seconds for each in self.rounds.half_rates)
        ours = self.rounds.paced(self._stack, self._talks(int(rate)))
        bare = self.rounds.bare_paced(self._stack, self._inserts(int(bare_rate)))
        return answer_times("an answer at half of that rate", ours.all_took, bare.all_took)

    def _requests(self, texts: list[str]) -> Iterator[bytes]:
        for place, text in enumerate(texts):
            token = {"Authorization": f"Bearer {self._tokens[place % DEVICES]}"}
            yield load.post(self._stack.settings.port, PATH, _scan(text), JSON | token)

    def _talks(self, number: int) -> list[Talk]:
        return [Talk((request,), ADMITTED) for request in itertools.islice(self._scans, number)]

    def _inserts(self, number: int) -> list[Talk]:
        port = self._stack.bare_port
        return [Talk((load.post(port, BARE_PATH, _scan("0123-4567"), JSON),), b"admitted") for _ in range(number)]


def _scan(text: str) -> bytes:
    """What a scanner posts."""
    return json.dumps({"pass": text, "scan_id": str(uuid4())}).encode()


def _passes_of_today(db: Session, ring: KeyRing, number: int) -> list[Pass]:
    demo = events.by_slug(db, "demo")
    today = utc_now().astimezone(ZoneInfo(demo.timezone)).date()
    rush.issued(db, demo, ring.current, number, first=FIRST)
    db.execute(update(Pass).where(Pass.holder_id >= FIRST).values(day=today))
    return list(db.scalars(select(Pass).where(Pass.holder_id >= FIRST)))


def _device(db: Session, number: int) -> str:
    """A scanner's token."""
    return devices.add(db, "demo", name=f"Scanner {number}", gate="main", now=utc_now())[1]
