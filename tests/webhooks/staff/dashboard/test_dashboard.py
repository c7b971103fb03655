"""The dashboard's page and its fragment: who may see them, what they say, and that many screens cost one look."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot.domain import checkins, events, people
from bot.domain import roster as event_roster
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from bot.service import Service
from flows.shapes.scans import Scan
from tests.bot.domain.builders import asking
from tests.webhooks.staff.sessions import sign_in
from webhooks.staff import dashboard as page

DASHBOARD, FIGURES = "/staff/dashboard", "/staff/dashboard/figures"
PART = re.compile(r'<div id="(\w+)" hx-swap-oob="innerHTML">')
TILE = re.compile(r'data-figure="(\w+)" data-value="(\d*)"')
TABLE = re.compile(r'<table data-name="(\w+)".*?</table>', re.DOTALL)
CELL = re.compile(r'data-value="(\d+)"')


@dataclass(frozen=True)
class Wall:
    """A screen that shows the dashboard, and the fair behind it."""

    client: FlaskClient
    service: Service
    staff: Mapping[str, int]

    def sign_in(self, who: str) -> "Wall":
        """Begin a session."""
        sign_in(self.client, self.service, self.staff[who])
        return self

    def figures(self, **headers: str) -> TestResponse:
        """The fragment, as the open page asks for it."""
        return self.client.get(FIGURES, headers={"HX-Request": "true", **headers})

    def register(self, phone: str, size: int) -> str:
        """A pass for today; its code."""
        now = self.service.now()
        with self.service.database.write() as db:
            asker = people.find_or_make(db, phone=phone, now=now)
            wish: dict[str, Any] = {"visit_date": _today(self.service), "party_size": size, "now": now}
            return registrations.register(db, self.service.ring, **asking(asker, **wish)).code

    def scan(self, code: str, gate: str) -> str:
        """Scan a pass at a gate; the result."""
        scan = Scan(scan_id=f"{code} {gate}", event="fair", text=code, channel="api", gate=gate)
        with self.service.database.write() as db:
            return checkins.admit(db, self.service.ring, scan, self.service.now()).result


def _phone(db: Session) -> str:
    """Mira's."""
    return next(one.phone for one in event_roster.list_staff(db, "fair") if one.name == "Mira")


def _today(service: Service) -> Any:
    return (service.now() + timedelta(hours=5, minutes=30)).date()


@pytest.fixture
def wall(service: Service, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The fair on its second day, with two gates and one of each role; Devi supervises another event."""
    monkeypatch.setattr(page, "CACHE_SECONDS", 0.0)
    now, today = service.now(), _today(service)
    roster = {}
    with service.database.write() as db:
        for slug, name in (("fair", "Book <Fair>"), ("other", "Flower Show")):
            first, last = today - timedelta(1), today + timedelta(3)
            events.create(db, slug=slug, name=name, starts_on=first, ends_on=last, capacity_per_day=200_000, now=now)
            events.open_event(db, slug)
            gates.add(db, slug, "Main")
        gates.add(db, "fair", "Side & River")
        people_of = (("ravi", "fair", "volunteer"), ("mira", "fair", "supervisor"), ("asha", "fair", "admin"))
        for place, (who, slug, role) in enumerate((*people_of, ("devi", "other", "supervisor"))):
            phone = f"+9198111111{place}1"
            roster[who] = event_roster.add(db, slug, phone=phone, name=who.title(), role=role, region="IN", now=now).id
    return Wall(client, service, roster)


def tiles(html: str) -> dict[str, int | None]:
    """The large numbers by name."""
    return {name: int(value) if value else None for name, value in TILE.findall(html)}


def numbers(html: str, table: str) -> list[list[int]]:
    """The numbers of a table, line by line; lines without any are left out."""
    [found] = [match[0] for match in TABLE.finditer(html) if match[1] == table]
    lines = [[int(value) for value in CELL.findall(line)] for line in found.split("<tr>")]
    return [line for line in lines if line]


@pytest.mark.parametrize(("who", "status"), [("ravi", 403), ("mira", 200), ("asha", 200)])
def test_the_role_decides(wall: Wall, who: str, status: int) -> None:
    wall.sign_in(who)
    assert [wall.client.get(path).status_code for path in (DASHBOARD, FIGURES)] == [status, status]


def test_a_volunteer_is_shown_the_way_on(wall: Wall) -> None:
    refusal = wall.sign_in("ravi").client.get(DASHBOARD).text
    assert 'href="/staff/desk"' in refusal
    assert 'href="/staff/scan"' in refusal
    assert f'href="{DASHBOARD}"' not in refusal


def test_without_a_session_the_page_leads_to_the_sign_in_and_the_fragment_says_so(wall: Wall) -> None:
    asked = wall.client.get(DASHBOARD)
    assert (asked.status_code, asked.location) == (302, "/staff/login?next=%2Fstaff%2Fdashboard")
    assert wall.figures().status_code == 401


def test_the_numbers_are_those_of_the_look(wall: Wall) -> None:
    first, second = wall.register("+919811110001", 3), wall.register("+919811110002", 2)
    results = [wall.scan(first, "main"), wall.scan(first, "side-river"), wall.scan(second, "side-river")]
    assert results == ["admitted", "already_admitted", "admitted"]
    html = wall.sign_in("mira").figures().text
    assert tiles(html) == {"admitted": 5, "registered": 5, "passes": 0, "refused": 1, "conflicts": 0}
    assert [sum(column) for column in zip(*numbers(html, "entries"), strict=True)] == [3, 2]
    assert numbers(html, "gates") == [[3, 3, 0], [2, 2, 1]]
    assert sum(map(sum, numbers(html, "registrations"))) == 2
    assert [line for line in numbers(html, "days") if line[0]] == [[5, 199_995, 200_000]]


def test_another_day_is_chosen_on_the_page(wall: Wall) -> None:
    wall.scan(wall.register("+919811110001", 3), "main")
    client, today = wall.sign_in("mira").client, _today(wall.service)
    yesterday = str(today - timedelta(1))
    page_of_today = client.get(DASHBOARD).text
    assert [f'<option value="{today + timedelta(one)}"' in page_of_today for one in (-1, 0, 3, 4)] == [
        *(True, True, True, False),
    ]
    html = client.get(f"{DASHBOARD}?day={yesterday}").text
    assert (tiles(html)["admitted"], tiles(html)["registered"]) == (0, 3)
    assert f'<option value="{yesterday}" selected' in html
    assert f'hx-get="{FIGURES}?day={yesterday}"' in html
    assert tiles(client.get(f"{FIGURES}?day={yesterday}").text)["admitted"] == 0
    for day in (str(today), "2020-01-01", "soon", ""):
        assert tiles(client.get(f"{DASHBOARD}?day={day}").text)["admitted"] == 3


def test_the_page_has_every_part_of_the_fragment_in_its_place(wall: Wall) -> None:
    wall.sign_in("mira").register("+919811110001", 3)
    parts = PART.findall(wall.figures().text)
    assert set(page.TABLE_ORDER) - {"needs"} < set(parts)  # that one only where the event asks
    for address in (DASHBOARD, f"{DASHBOARD}?tables"):
        html = wall.client.get(address).text
        assert [html.count(f'id="{part}"') for part in parts] == [1] * len(parts)
        assert tiles(html)["registered"] == 3
        assert "Book &lt;Fair&gt;" in html


def test_what_has_not_changed_is_not_sent_again(wall: Wall) -> None:
    wall.sign_in("mira")
    first = wall.figures()
    again = wall.figures(**{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers[page.MOMENT_HEADER] > first.headers[page.MOMENT_HEADER]
    wall.register("+919811110001", 3)
    assert wall.figures(**{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_screens_that_ask_within_two_seconds_share_a_look(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "CACHE_SECONDS", 60.0)
    wall.sign_in("mira")
    first = wall.figures()
    wall.register("+919811110001", 3)
    assert wall.figures().headers[page.MOMENT_HEADER] == first.headers[page.MOMENT_HEADER]
    assert "गेट" in wall.client.get(f"{FIGURES}?lang=hi").text
    assert "गेट" not in wall.client.get(f"{FIGURES}?lang=en").text


def test_everybody_sees_the_own_event_alone(wall: Wall) -> None:
    wall.register("+919811110001", 3)
    wall.sign_in("devi")
    html = wall.client.get(DASHBOARD).text
    assert tiles(html)["registered"] == 0
    assert "Flower Show" in html
    assert "Side &amp; River" not in html


def test_both_languages_and_their_grouping(wall: Wall) -> None:
    english, hindi = (wall.sign_in("mira").client.get(f"{DASHBOARD}?lang={one}").text for one in ("en", "hi"))
    assert "2,00,000" in english
    assert "2,00,000" in hindi
    assert len(re.findall("[\u0900-\u097f]", english)) < 20
    assert len(re.findall("[\u0900-\u097f]", hindi)) > 400


def test_the_figures_say_for_which_page_they_are(wall: Wall) -> None:
    keys = {}
    for who, language in (("mira", "en"), ("mira", "hi"), ("devi", "hi")):
        html = wall.sign_in(who).client.get(f"{DASHBOARD}?lang={language}").text
        keys[who, language] = wall.figures().headers[page.PAGE_HEADER]
        assert f'data-page="{keys[who, language]}"' in html
    assert len(set(keys.values())) == 3


def test_without_javascript_there_are_only_tables(wall: Wall) -> None:
    wall.sign_in("mira").scan(wall.register("+919811110001", 3), "main")
    assert re.search(r'<noscript><meta http-equiv="refresh" content="0; url=([^"]+)">', wall.client.get(DASHBOARD).text)
    plain = wall.client.get(f"{DASHBOARD}?tables").text
    assert [plain.count(part) for part in ("<canvas", "dashboard.js", "http-equiv", "chart.js")] == [0, 0, 0, 0]
    assert {match[1] for match in TABLE.finditer(plain)} >= {"entries", "registrations", "days", "gates"}


def test_who_asks_without_end_is_asked_to_wait(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "RATE_LIMIT", "2 per minute")
    wall.sign_in("mira")
    assert [wall.figures().status_code for _ in range(3)] == [200, 200, 429]
    assert wall.sign_in("asha").figures().status_code == 200


def test_who_serves_several_events_may_choose(wall: Wall) -> None:
    choice = 'href="/staff/events?next=/staff/dashboard"'
    assert choice not in wall.sign_in("mira").client.get(DASHBOARD).text
    with wall.service.database.write() as db:
        event_roster.add(
            db, "other", phone=_phone(db), name="Mira", role="supervisor", region="IN", now=wall.service.now()
        )
    assert choice in wall.client.get(DASHBOARD).text


def test_whoever_is_disabled_sees_no_more(wall: Wall) -> None:
    wall.sign_in("mira")
    with wall.service.database.write() as db:
        event_roster.set_enabled(db, _phone(db), False, region="IN")
    assert wall.figures().status_code == 401
