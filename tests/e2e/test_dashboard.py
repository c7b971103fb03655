"""The dashboard in a real Chromium: open on a wall while people register and gates let them in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect
from sqlalchemy import func, select

from bot.domain import events
from bot.domain.models import Attempt, Checkin, Delivery, Pass
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.checks import jumped, watched
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.sign_in import signed_in
from tests.e2e.pages.visitor import MESSAGES, new_visitor
from tests.e2e.server import Running, until

pytestmark = pytest.mark.browser
MIRA, VISITOR, FIRST_VISITOR = "+918100000088", "+918100000099", "+918100000098"
WIDTHS = (360, 1280, 1920)
MOST_BYTES = 200_000
"""Over the wire, at the first visit."""
TILES = """() => Object.fromEntries([...document.querySelectorAll('[data-figure]')].map(one => [one.dataset.figure,
  Number(one.dataset.value)]))"""
CHARTS = """() => [...document.querySelectorAll('.chart')].map(place => {
  const chart = Chart.getChart(place.querySelector('canvas'))
  return chart ? [chart.data.labels, chart.data.datasets.map(one => one.data)] : [[], []]
})"""
TABLES = """() => [...document.querySelectorAll('.chart')].map(place => {
  const table = document.querySelector(`#${place.dataset.of} table`)
  if (!table || place.querySelector('canvas').hidden) return [[], []]
  const shown = [...table.tHead.rows[0].cells].flatMap((head, at) => head.dataset.colour ? [at] : [])
  const lines = [...table.tBodies[0].rows].map(row => [...row.cells])
  const number = text => /\\d/.test(text) ? Number(text.replaceAll(',', '')) : null
  return [lines.map(cells => cells[0].firstChild.textContent.trim()),
    shown.map(at => lines.map(cells => number(cells[at].textContent)))]
})"""
"""What a reader of the tables finds: the words of each line, and of each column that is drawn the numbers."""
WEIGHT = """() => JSON.stringify(['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
  .map(one => [one.transferSize, one.decodedBodySize]))"""
CUT = """() => [...document.querySelectorAll('.card .data, #tiles dd, #tiles dt, #hero, .legend')]
  .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth).map(one => one.id || one.className)"""
"""What is wider than its place."""
EMPTY = """() => [...document.querySelectorAll('.card')].filter(one => one.checkVisibility()).map(card => {
  const ends = [...card.querySelectorAll('*')].filter(one => one.checkVisibility())
    .map(one => one.getBoundingClientRect().bottom)
  return [card.className, card.getBoundingClientRect().bottom - Math.max(...ends)]
})"""
"""Of each card how much stands empty below what it holds."""
MOST_EMPTY_PX = 80
FIRST = "Math.round(performance.getEntriesByType('paint').find(one => one.name === 'first-contentful-paint').startTime)"


ASK = "dispatchEvent(new Event('online'))"
"""The page asks at once when it hears that there is a network, so that nobody has to wait for its next turn."""


@pytest.fixture(scope="module")
def dashboard_session(browser: Browser, gate: Gate) -> StorageState:
    """Mira's, who supervises the demo event: somebody has come in already, so that all charts are there."""
    visitor = new_visitor(gate.origin, FIRST_VISITOR)
    for words in MESSAGES:
        visitor.say(words)
    gate.admit(gate.issue(1))
    gate.add_staff(MIRA, "supervisor")
    return signed_in(browser, gate.origin, MIRA, "/staff/dashboard")


@contextmanager
def wall(browser: Browser, running: Running, session: StorageState, **context: Any) -> Iterator[Page]:
    """The dashboard on a screen."""
    with watched(browser, running, storage_state=session, **context) as page:
        page.goto(f"{running.origin}/staff/dashboard")
        yield page


def truth(gate: Gate) -> dict[str, int]:
    """The large numbers of the demo event, counted from the database's rows."""
    with gate.database.read() as db:
        mine = events.by_slug(db, "demo").id
        entries = select(func.sum(Checkin.people)).where(Checkin.event_id == mine, Checkin.day == gate.today())
        refused = select(func.count()).select_from(Attempt).where(Attempt.event_id == mine)
        messages = select(func.count()).select_from(Delivery).join(Pass, Pass.id == Delivery.pass_id)
        arrived = Delivery.kind == "pass", Delivery.status.in_(("delivered", "read"))
        wanted = {
            "admitted": entries.where(Checkin.result != "left", Checkin.undone_at.is_(None)),
            "registered": select(func.sum(Pass.party_size)).where(Pass.event_id == mine, Pass.status == "valid"),
            "passes": messages.where(Pass.event_id == mine, *arrived),
            "refused": refused.where(Attempt.day == gate.today()),
        }
        return {name: int(db.scalar(query) or 0) for name, query in wanted.items()}


def shows(page: Page, gate: Gate) -> bool:
    """Whether the page says what the database does."""
    known = truth(gate)
    return {name: page.evaluate(TILES)[name] for name in known} == known


def test_the_wall_keeps_up_with_the_gates(
    browser: Browser, running: Running, gate: Gate, dashboard_session: StorageState
) -> None:
    size: ViewportSize = {"width": 1920, "height": 1080}
    with wall(browser, running, dashboard_session, viewport=size, locale="en-IN") as page:
        table = page.locator("details", has=page.locator("#entries"))
        table.locator("summary").click()
        before = page.evaluate(TILES)
        visitor = new_visitor(running.origin, VISITOR)
        for words in MESSAGES:
            visitor.say(words)
        come = [gate.issue(size) for size in (1, 4, 2)]
        assert [gate.admit(one) for one in (*come, come[1])] == ["admitted"] * 3 + ["already_admitted"]
        until(lambda: shows(page, gate), "the page's numbers are the database's")
        after = page.evaluate(TILES)
        assert (after["admitted"] - before["admitted"], after["registered"] - before["registered"]) == (7, 10)
        assert page.evaluate(CHARTS) == page.evaluate(TABLES)
        assert sum(sum(line) for line in page.evaluate(CHARTS)[0][1]) == after["admitted"]
        expect(table).to_have_attribute("open", "")
        expect(table.locator("summary")).to_be_focused()
        assert jumped(page) < 0.02
        table.locator("summary").click()
        accessible(page, "dashboard-en", WIDTHS)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 1080})
            assert page.evaluate(CUT) == []
            assert [name for name, empty in page.evaluate(EMPTY) if empty > MOST_EMPTY_PX] == []
        page.set_viewport_size(size)
        weight = json.loads(page.evaluate(WEIGHT))
        wire, whole = (sum(part) for part in zip(*weight, strict=True))
        print(f"\ndashboard: {wire / 1000:.0f} kB over the wire, {whole / 1000:.0f} kB; first numbers after", end=" ")
        print(f"{page.evaluate(FIRST)} ms; a look {weight[-1][0] / 1000:.1f} kB")
        assert wire < MOST_BYTES


def test_an_alert_is_read_out_once_and_what_somebody_copies_stays(
    browser: Browser, running: Running, gate: Gate, dashboard_session: StorageState
) -> None:
    with wall(browser, running, dashboard_session, locale="en-IN") as page:
        title, heard, main = page.title(), page.locator("#heard"), page.locator("#gates td").first
        before = int(main.get_attribute("data-value") or 0)
        page.locator("#gates table").select_text()
        chosen = page.evaluate("getSelection().toString()")
        raised = gate.raise_alert(waited=75)
        page.evaluate(ASK)
        expect(heard).to_contain_text("75")
        expect(page.locator("#alerts li")).to_contain_text("75")
        assert page.title() == f"(1) {title}"
        gate.admit(gate.issue(1))
        gate.raise_alert(waited=76, of=raised)
        expect(page.locator("#alerts li")).to_contain_text("76")
        expect(heard).to_contain_text("75")
        assert page.evaluate("getSelection().toString()") == chosen
        page.evaluate("getSelection().removeAllRanges()")
        page.evaluate(ASK)
        expect(main).to_have_attribute("data-value", str(before + 1))
        gate.end_alert(raised)


def test_in_hindi_in_the_dark_and_as_tables(
    browser: Browser, running: Running, dashboard_session: StorageState
) -> None:
    with wall(
        browser, running, dashboard_session, locale="hi-IN", color_scheme="dark", reduced_motion="reduce"
    ) as page:
        accessible(page, "dashboard-hi", WIDTHS)
        assert page.evaluate(CHARTS) == page.evaluate(TABLES)
        page.request.get(f"{running.origin}/staff/desk?lang=en")  # in another window
        page.evaluate(ASK)
        expect(page.locator("html")).to_have_attribute("lang", "en")
    with watched(browser, running, storage_state=dashboard_session, java_script_enabled=False, locale="en-IN") as page:
        page.goto(f"{running.origin}/staff/dashboard")
        page.wait_for_url("**/staff/dashboard?tables=")
        expect(page.locator("#days table")).to_be_visible()


def test_it_says_when_its_figures_are_old_and_goes_on(
    browser: Browser, running: Running, gate: Gate, dashboard_session: StorageState
) -> None:
    context = browser.new_context(
        storage_state=dashboard_session, locale="en-IN", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.goto(f"{running.origin}/staff/dashboard")
    trouble = page.locator("#trouble")
    expect(trouble).to_be_hidden()
    context.set_offline(True)
    page.evaluate(ASK)
    expect(trouble).to_be_visible()
    context.set_offline(False)
    expect(trouble).to_be_hidden()
    gate.disable(MIRA)
    page.evaluate(ASK)
    expect(trouble.get_by_role("link")).to_be_visible()
    accessible(page, "dashboard-signed-out")
    context.close()
