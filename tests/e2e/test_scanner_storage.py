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
def closable_phone(new_phone: Callable[..., Phone]) -> Phone:
    """A phone whose connections a test can close."""
    made = new_phone()
    made.context.add_init_script(OPENED)
    return made


def test_a_closed_connection_is_opened_again(closable_phone: Phone, gate: Gate) -> None:
    first, second = gate.issue(), gate.issue()
    closable_phone.open(gate.scanner("Closed"))
    closable_phone.page.evaluate(CLOSE)
    assert closable_phone.scan(first.qr) == "admitted"
    closable_phone.context.set_offline(True)
    closable_phone.page.evaluate(CLOSE)
    assert closable_phone.scan(second.qr) == "admitted"
    until(lambda: closable_phone.waits() == 1, "the scan waits on the disk")
    assert closable_phone.scan(first.qr) == "already_admitted"
    expect(closable_phone.page.locator("#lost")).to_be_hidden()
    closable_phone.context.set_offline(False)
    until(lambda: gate.kept(second), "the scan goes up")
    closable_phone.page.evaluate(CLOSE)
    gate.pause(True)
    expect(closable_phone.page.locator("#pause")).to_be_visible()
    gate.pause(False)
    expect(closable_phone.page.locator("#pause")).to_be_hidden()


def test_a_phone_that_can_keep_nothing_says_so(closable_phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    closable_phone.open(gate.scanner("Lost"))
    closable_phone.page.evaluate(f"window.broken = true; {CLOSE}")
    expect(closable_phone.page.locator("#lost")).to_be_visible()
    expect(closable_phone.page.locator("#ready[data-ready=true]")).to_have_count(0)
    accessible(closable_phone.page, "scanner-lost-en")
    before = len(closable_phone.seen())
    closable_phone.page.keyboard.type(issued.qr)
    closable_phone.page.keyboard.press("Enter")
    gate.pause(True)
    expect(closable_phone.page.locator("#pause")).to_be_visible()  # a stop is heard all the same
    gate.pause(False)
    assert len(closable_phone.seen()) == before
    closable_phone.page.evaluate("window.broken = false")
    expect(closable_phone.page.locator("#lost")).to_be_hidden()
    assert closable_phone.scan(issued.qr) == "admitted"


def test_a_list_that_was_thrown_away_is_kept_anew(closable_phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    closable_phone.open(gate.scanner("Evicted"))
    closable_phone.page.evaluate(
        f"{CLOSE}; new Promise(done => indexedDB.deleteDatabase('pravesh-scanner').onsuccess = done)"
    )
    expect(closable_phone.page.locator("#ready[data-ready=true]")).to_be_visible()
    until(lambda: closable_phone.page.evaluate(KEPT), "the list is on the disk")
    closable_phone.context.set_offline(True)
    closable_phone.page.reload()
    assert closable_phone.scan(issued.qr) == "admitted"


KEPT = """async () => {
  const script = document.querySelector('script[type=module]').src
  return (await import(script.replace('main.js', 'store.js'))).has('book')
}"""
