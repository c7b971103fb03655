"""The scanner and a browser that closes what it keeps: opened again, or told so that nobody can miss it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.scanner import Phone
from tests.e2e.server import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]
OPENED = """
  window.bases = []
  const open = IDBFactory.prototype.open
  IDBFactory.prototype.open = function (...given) {
    if (window.broken) throw new DOMException('no storage', 'UnknownError')
    const asking = open.apply(this, given)
    asking.addEventListener('success', () => window.bases.push(asking.result))
    return asking
  }
"""
CLOSE = "window.bases.forEach(base => base.close())"


@pytest.fixture
def phone(new_phone: Callable[..., Phone]) -> Phone:
    """A phone whose connections a test can close."""
    made = new_phone()
    made.context.add_init_script(OPENED)
    return made


def test_a_closed_connection_is_opened_again(phone: Phone, gate: Gate) -> None:
    first, second = gate.issue(), gate.issue()
    phone.open(gate.scanner("Closed"))
    phone.page.evaluate(CLOSE)
    assert phone.scan(first.qr) == "admitted"
    phone.context.set_offline(True)
    phone.page.evaluate(CLOSE)
    assert phone.scan(second.qr) == "admitted"
    until(lambda: phone.waits() == 1, "the scan waits on the disk")
    assert phone.scan(first.qr) == "already_admitted"
    expect(phone.page.locator("#lost")).to_be_hidden()
    phone.context.set_offline(False)
    until(lambda: gate.kept(second), "the scan goes up")
    phone.page.evaluate(CLOSE)
    gate.pause(True)
    expect(phone.page.locator("#pause")).to_be_visible()
    gate.pause(False)
    expect(phone.page.locator("#pause")).to_be_hidden()


def test_a_phone_that_can_keep_nothing_says_so(phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    phone.open(gate.scanner("Lost"))
    phone.page.evaluate(f"window.broken = true; {CLOSE}")
    expect(phone.page.locator("#lost")).to_be_visible()
    expect(phone.page.locator("#ready[data-ready=true]")).to_have_count(0)
    accessible(phone.page, "scanner-lost-en")
    before = len(phone.seen())
    phone.page.keyboard.type(issued.qr)
    phone.page.keyboard.press("Enter")
    gate.pause(True)
    expect(phone.page.locator("#pause")).to_be_visible()  # a stop is heard all the same
    gate.pause(False)
    assert len(phone.seen()) == before
    phone.page.evaluate("window.broken = false")
    expect(phone.page.locator("#lost")).to_be_hidden()
    assert phone.scan(issued.qr) == "admitted"


def test_a_list_that_was_thrown_away_is_kept_anew(phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    phone.open(gate.scanner("Evicted"))
    phone.page.evaluate(f"{CLOSE}; new Promise(done => indexedDB.deleteDatabase('pravesh-scanner').onsuccess = done)")
    expect(phone.page.locator("#ready[data-ready=true]")).to_be_visible()
    until(lambda: phone.page.evaluate(KEPT), "the list is on the disk")
    phone.context.set_offline(True)
    phone.page.reload()
    assert phone.scan(issued.qr) == "admitted"


KEPT = """async () => {
  const script = document.querySelector('script[type=module]').src
  return (await import(script.replace('main.js', 'store.js'))).has('book')
}"""
