"""An event with its admins, and a browser in which one of them is signed in."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot.domain import events, people
from bot.domain import roster as event_roster
from bot.domain.models import AuditEntry, Event
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates, owners
from bot.service import Service
from flows.understanding.codes import shown
from tests.bot.domain.builders import asking
from tests.webhooks.staff.sessions import sign_in

ASHA = "+919812345678"
"""A visitor's, who holds a pass of four for today."""
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FORM = re.compile(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', re.DOTALL)
WRONG = re.compile(r'id="([\w-]+)-wrong"')
ROSTER = {
    "ravi": ("+919811111111", "volunteer", "fair"),
    "mira": ("+919822222222", "supervisor", "fair"),
    "anna": ("+919833333333", "admin", "fair"),
    "binod": ("+919844444444", "admin", "fair"),
    "chitra": ("+919855555555", "admin", "other"),
}
"""Who works where: phone, role, event."""
OWNER, OWNERS_PHONE = "olga", "+919866666666"
"""The owner, who is on no roster and looks at the fair."""


@dataclass(frozen=True)
class Office:
    """The fair and the other event, and whoever looks after them."""

    app: Flask
    service: Service
    staff: dict[str, int]
    code: str
    """Of Asha's pass of the fair."""
    today: date
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def of(self, who: str) -> FlaskClient:
        """Somebody's browser, signed in."""
        if who not in self.clients:
            self.clients[who] = self.app.test_client()
            if who == OWNER:
                sign_in(self.clients[who], self.service, 0, ".olga.1.1")
            else:
                sign_in(self.clients[who], self.service, self.staff[who])
        return self.clients[who]

    def get(self, path: str, who: str = "anna") -> str:
        """A page of the fair."""
        answer = self.of(who).get(f"/staff/manage/fair{path}")
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def form(self, path: str, to: str = "", who: str = "anna") -> dict[str, str]:
        """The hidden inputs of the page's form that goes to this path (of the fair); its own where none is said."""
        found = FORM.findall(self.of(who).get(f"/staff/manage/fair{path}").text)
        own = path.partition("?")[0]
        wanted = {f"/staff/manage/fair{to or own}", *([""] if (to or own) == own else [])}
        inside = next(inside for action, inside in found if action in wanted)
        return dict(HIDDEN.findall(inside))

    def post(self, path: str, who: str = "anna", *, on: str = "", to: str = "", **fields: Any) -> TestResponse:
        """Send the form of a page as it stands there, with these inputs changed."""
        return self.send(to or path, {**self.form(on or path, to, who), **fields}, who)

    def send(self, path: str, fields: dict[str, Any], who: str = "anna") -> TestResponse:
        """Send what a browser kept."""
        return self.of(who).post(f"/staff/manage/fair{path}", data=fields)

    def event(self) -> Event:
        """The fair as it is kept."""
        with self.service.database.read() as db:
            found = events.by_slug(db, "fair")
            assert found.days
            assert found.gates
            return found

    def acts(self) -> list[tuple[str, int | None]]:
        """The book of acts: what, and whose."""
        with self.service.database.read() as db:
            return [(row.what, row.staff_id) for row in db.scalars(select(AuditEntry).order_by(AuditEntry.id))]

    def last(self) -> AuditEntry:
        """The newest act."""
        with self.service.database.read() as db:
            return db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()

    def count(self, table: Any) -> int:
        """Rows of a table."""
        with self.service.database.read() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0


def office_of(service: Service, app: Flask) -> Office:
    """Both events, on since yesterday, with a gate, the roster, and Asha's pass for today at each."""
    now = service.now()
    today = (now + timedelta(hours=5, minutes=30)).date()
    codes: dict[str, str] = {}
    with service.database.write() as db:
        asha = people.find_or_make(db, phone=ASHA, now=now)
        for slug in ("fair", "other"):
            dates: dict[str, Any] = {"starts_on": today - timedelta(1), "ends_on": today + timedelta(3)}
            events.create(db, slug=slug, name=f"Book <{slug}>", capacity_per_day=50, **dates, now=now)
            events.open_event(db, slug)
            gates.add(db, slug, "Main")
            wish: dict[str, Any] = {"visit_date": today, "party_size": 4, "now": now, "event": slug}
            codes[slug] = shown(registrations.register(db, service.ring, **asking(asha, **wish)).code)
        roster = {
            name: event_roster.add(db, slug, phone=phone, name=name.title(), role=role, region="IN", now=now).id
            for name, (phone, role, slug) in ROSTER.items()
        }
        owners.add(db, phone=OWNERS_PHONE, name="Olga", region="IN", now=now)
    return Office(app, service, roster, codes["fair"], today)


def inputs(page: str) -> dict[str, str]:
    """What stands in the inputs and lists of the page's largest form."""
    inside = max((found for _, found in FORM.findall(page)), key=len)
    lines = dict(re.findall(r'<input id="[\w-]+" name="([\w-]+)"[^>]*? value="([^"]*)"', inside))
    chosen = dict(re.findall(r'<select id="\w+" name="(\w+)".*?value="(\w*)" selected', inside, re.DOTALL))
    return {**dict(HIDDEN.findall(inside)), **lines, **chosen}


def wrong(answer: TestResponse) -> list[str]:
    """The inputs at which the page says that something is wrong."""
    return sorted(set(WRONG.findall(answer.text)))
