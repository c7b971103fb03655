"""The scanner and a phone's clock that somebody sets, in a real Chromium: what counts is the server's time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from bot.service import utc_now
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.scanner import Phone
from tests.e2e.server import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]
DAY = timedelta(days=1)
SETTABLE = """
  const moved = () => Number(localStorage.getItem('moved') || 0)
  const real = Date
  Date = class extends real {
    constructor(...given) { super(...(given.length ? given : [real.now() + moved()])) }
    static now() { return real.now() + moved() }
  }
  window.seen_as = 'visible'
  Object.defineProperty(document, 'visibilityState', { get: () => window.seen_as })
"""
"""A clock that a test sets, also for pages that are loaded later, and a screen that it turns off."""
MODULES = """
  const modules = name => import(document.querySelector('script[type=module]').src.replace('main.js', name))
  const names = ['clock.js', 'store.js', 'bar.js', 'background.js']
  const [clock, store, bar, background] = await Promise.all(names.map(modules))
"""
COUNTED = f"""async ([at, seen]) => {{
  {MODULES}
  const day = background.known().book.head.days[0]
  const moment = (said) => Date.parse(day[said[0]]) + said[1] * 60000
  const row = {{ order: moment(at), at: new Date(moment(at)).toISOString(), state: 'sent', acked: 0 }}
  await store.drop('one', 'two')
  await store.put({{ ...row, scan_id: 'one', text: 'x', result: 'admitted', people: 3, answer: null }})
  await store.put({{ ...row, scan_id: 'two', people_counted: 2, direction: 'in' }})
  clock.heard(moment(seen))
  await bar.draw()
  return ['figures', 'counted'].map(id => document.getElementById(id).textContent.match(/\\d+/)[0])
}}"""


@pytest.fixture
def settable_phone(new_phone: Callable[..., Phone]) -> Phone:
    """A phone whose clock can be set."""
    made = new_phone()
    made.context.add_init_script(SETTABLE)
    return made


def set_clock(phone: Phone, by: timedelta) -> None:
    """Put the phone's clock so much ahead of the true time."""
    phone.page.evaluate("by => localStorage.setItem('moved', by)", by / timedelta(milliseconds=1))


def stamp(phone: Phone) -> Any:
    """When a scan of this moment would be made."""
    return phone.page.evaluate(f"async () => {{ {MODULES} return clock.stamp() }}")


@pytest.mark.parametrize("by", [-DAY, DAY], ids=["back", "ahead"])
def test_a_clock_that_is_set_without_a_network_changes_nothing(
    settable_phone: Phone, gate: Gate, by: timedelta
) -> None:
    days = [gate.today() + one * DAY for one in range(3)]
    several, of_today = gate.issue(kind=gate.kind(f"days-{by.days + 1}", days=days)), gate.issue()
    settable_phone.open(gate.scanner(f"Set {by.days}"))
    settable_phone.context.set_offline(True)
    assert settable_phone.scan(several.qr) == "admitted"
    set_clock(settable_phone, by)
    assert settable_phone.scan(several.qr) == "already_admitted"
    assert settable_phone.scan(of_today.qr) == "admitted"
    settable_phone.context.set_offline(False)
    until(lambda: gate.kept(of_today), "the scans go up")
    assert gate.kept(several, of_today) == [("batch", "admitted", 2)] * 2
    assert all(abs(gate.scanned_at(one) - utc_now()) < timedelta(minutes=2) for one in (several, of_today))
    assert gate.doubted() == []


def test_a_page_that_is_loaded_again_is_no_earlier_than_the_one_before(settable_phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    settable_phone.open(gate.scanner("Again"))
    until(lambda: "anchored_at" in stamp(settable_phone), "the server is heard")
    settable_phone.context.set_offline(True)
    settable_phone.page.reload()
    expect(settable_phone.page.locator("#ready[data-ready=true]")).to_be_visible()
    assert "anchored_at" in stamp(settable_phone)  # seconds between two pages are believed
    set_clock(settable_phone, -DAY)
    settable_phone.page.reload()
    expect(settable_phone.page.locator("#trouble")).to_be_visible()
    assert "anchored_at" not in stamp(settable_phone)
    assert settable_phone.scan(issued.qr) == "admitted"
    settable_phone.context.set_offline(False)
    until(lambda: gate.kept(issued), "the scan goes up")
    assert abs(gate.scanned_at(issued) - utc_now()) < timedelta(minutes=2)


def test_a_refusal_because_of_a_clock_says_so(settable_phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    settable_phone.open(gate.scanner("Doubt"))
    settable_phone.context.set_offline(True)
    set_clock(settable_phone, DAY)
    settable_phone.page.reload()
    expect(settable_phone.page.locator("#trouble")).to_be_visible()
    assert settable_phone.scan(issued.qr) in ("wrong_day", "event_closed")
    expect(settable_phone.page.locator("#result[data-unsure]:not([data-unsure=''])")).to_be_visible()
    shown = settable_phone.seen()[-1]
    settable_phone.context.set_offline(False)
    until(lambda: gate.doubted() == [shown], "the scan is flagged")
    assert settable_phone.scan(issued.qr) == "admitted"


def test_a_server_of_the_release_before_takes_scans_without_anchors(settable_phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    settable_phone.open(gate.scanner("Before"))
    asked: list[list[str]] = []

    def as_before(route: Route) -> None:
        body: Any = route.request.post_data_json
        [scan] = body["scans"]
        asked.append(strange := [name for name in scan if name in ("anchored_at", "elapsed_ms")])
        errors = [{"field": name, "code": "extra_forbidden", "detail": ""} for name in strange]
        answer = {"results": [{"status": 422, "code": "invalid", "scan_id": scan["scan_id"], "errors": errors}]}
        return route.fulfill(json=answer) if strange else route.continue_()

    settable_phone.page.route("**/api/v1/checkins/batch", as_before)
    settable_phone.context.set_offline(True)
    assert settable_phone.scan(issued.qr) == "admitted"
    settable_phone.context.set_offline(False)
    expect(settable_phone.page.locator("#waiting")).to_be_hidden()
    assert gate.kept(issued) == [("batch", "admitted", 2)]
    assert asked == [["anchored_at", "elapsed_ms"], []]


def test_a_phone_that_slept_is_not_taken_for_one_whose_clock_was_set(settable_phone: Phone, gate: Gate) -> None:
    settable_phone.open(gate.scanner("Slept"))
    until(lambda: "anchored_at" in stamp(settable_phone), "the server is heard")
    settable_phone.context.set_offline(True)
    settable_phone.page.evaluate("window.seen_as = 'hidden'; document.dispatchEvent(new Event('visibilitychange'))")
    set_clock(settable_phone, timedelta(hours=9))
    settable_phone.page.evaluate("window.seen_as = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
    told = stamp(settable_phone)
    assert list(told) == ["at"]
    ahead = (
        settable_phone.page.evaluate(f"async () => {{ {MODULES} return clock.now() }}") / 1000 - utc_now().timestamp()
    )
    assert abs(ahead - 9 * 3600) < 60


def test_counters_turn_over_with_the_events_day_not_the_phones(settable_phone: Phone, gate: Gate) -> None:
    settable_phone.open(gate.scanner("Midnight"))
    settable_phone.context.set_offline(True)
    cases = {
        (("from", 1), ("until", -1)): ["3", "2"],
        (("until", -1), ("until", 24 * 60 - 2)): ["0", "0"],
    }
    assert {case: settable_phone.page.evaluate(COUNTED, case) for case in cases} == cases
