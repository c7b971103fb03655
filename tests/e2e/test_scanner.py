"""The scanner in a real Chromium: before a camera, without a network, and what the server has afterwards."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import chromium, follow, picture
from tests.e2e.pages.film import film
from tests.e2e.pages.gate import Gate, forged
from tests.e2e.pages.scanner import Phone
from tests.e2e.pages.visitor import new_visitor
from tests.e2e.server import until

pytestmark = pytest.mark.browser


def test_what_the_camera_sees_fills_the_screen(
    browser: Browser, new_phone: Callable[..., Phone], gate: Gate, tmp_path: Path
) -> None:
    today, later = gate.issue(3), gate.issue(in_days=2)
    arguments = film(tmp_path / "passes.mjpeg", [today.qr, later.qr, forged(today)])
    filmed = browser.browser_type.launch(executable_path=chromium(), args=arguments)
    phone = new_phone(filmed, "hi")
    phone.page.goto(gate.scanner("Camera"))
    until(lambda: len(phone.seen()) >= 4, "four results")
    assert phone.seen()[:4] == ["admitted", "wrong_day", "forged", "already_admitted"]
    assert gate.kept(today) == [("api", "admitted", 3)]
    expect(phone.page.locator("#synced")).to_contain_text("बजे")
    expect(phone.page.locator("main")).not_to_contain_text(re.compile(r"\d [ap]m"))
    picture(phone.page, "scanner-camera-hi-360")
    shown = [ms for _result, ms in phone.page.evaluate("window.seen")]
    loaded = phone.page.evaluate("performance.getEntriesByType('resource').map(one => one.encodedBodySize)")

    def goes_on(before: int) -> bool:
        return len(phone.seen()) > before + 1

    for away in ("srcObject.getTracks()[0].stop()", "pause()"):
        before = len(phone.seen())
        phone.page.evaluate(f"document.getElementById('video').{away}")
        until(partial(goes_on, before), f"the camera goes on after {away}")
    print(f"\nfrom the camera's picture to the colour: {shown} ms; the page loads {sum(loaded):,} bytes")
    assert 100_000 < sum(loaded) < 1_500_000
    filmed.close()


def test_every_look_can_be_read_by_everybody(new_phone: Callable[..., Phone], gate: Gate) -> None:
    phone, issued = new_phone(), gate.issue(3)
    phone.open(gate.scanner("Looks"))
    accessible(phone.page, "scanner-en")
    whole = phone.page.viewport_size
    assert whole
    assert phone.place_of("#view")["height"] >= whole["height"] / 2
    for tab in ("find", "count"):
        phone.turn_to(tab)
        accessible(phone.page, f"scanner-{tab}-en")
    phone.turn_to("scan")
    phone.page.locator("#more").click()
    for text, result in ((issued.code, "admitted"), (issued.qr, "admitted"), (issued.code, "already_admitted")):
        assert phone.scan(text) == result
        accessible(phone.page, f"scanner-{result}-en")
        phone.has_its_buttons_below()
        if result == "admitted":
            phone.says_how_many()
    assert [people for _channel, _result, people in gate.kept(issued)] == [1, 2]
    assert (
        phone.scan(gate.issue(10, name="Venkata Subrahmanya Lakshminarasimhan of Tiruchirappalli").code) == "admitted"
    )
    phone.says_how_many()
    assert phone.scan(forged(issued)) == "forged"
    accessible(phone.page, "scanner-forged-en")
    gate.pause(True)
    expect(phone.page.locator("#pause")).to_be_visible()
    phone.page.locator("#result-next").click()
    accessible(phone.page, "scanner-paused-en")
    phone.page.locator("#let-out").click()
    assert phone.scan(issued.code) == "left"
    phone.says_how_many()
    gate.pause(False)
    phone.page.locator("#result-next").click()
    phone.page.locator("input[value=in]").check()
    expect(phone.page.locator("#pause")).to_be_hidden()


def test_an_admission_is_taken_back_and_people_without_a_pass_are_counted(
    new_phone: Callable[..., Phone], gate: Gate
) -> None:
    phone, issued = new_phone(), gate.issue(3)
    phone.open(gate.scanner("Undo"))
    figures = phone.page.locator("#figures")
    expect(figures).to_contain_text("·")
    here, today = (int(number) for number in re.findall(r"\d+", figures.inner_text()))
    assert phone.scan(issued.code) == "admitted"
    expect(figures).to_have_text(re.compile(rf": {here + 3} .*: {today + 3}$"), timeout=10_000)
    phone.page.locator("#result-undo").click()
    expect(phone.page.locator("#result")).to_be_hidden()
    expect(figures).to_have_text(re.compile(rf": {here} .*: {today}$"), timeout=10_000)
    assert phone.scan(issued.qr) == "admitted"
    assert phone.scan(issued.qr) == "already_admitted"
    expect(phone.page.locator("#overrule")).to_be_hidden()  # a scanner is nobody's who could answer for it
    phone.page.locator("#result-next").click()
    phone.turn_to("count")
    for _ in range(3):
        phone.page.locator("#one-in").click()
    until(lambda: gate.counted("Undo") == [("in", 3)], "taps that follow one another are one count")


def test_a_scanner_that_types_is_read_wherever_the_page_is(new_phone: Callable[..., Phone], gate: Gate) -> None:
    phone, issued = new_phone(), gate.issue()
    phone.open(gate.scanner("Typing"))

    def read_again() -> bool:
        # Keys that a busy machine hands over too slowly are taken for a person's: people would scan once more.
        phone.page.keyboard.type("\\000026" + issued.qr.lower())
        phone.page.keyboard.press("Enter")
        with suppress(AssertionError):
            until(phone.seen, "something is shown", 5)
        return "admitted" in phone.seen()

    until(read_again, "what was typed is admitted")


def test_without_a_network_it_goes_on_and_nothing_is_lost(new_phone: Callable[..., Phone], gate: Gate) -> None:
    others = [gate.issue(2) for _ in range(26)]
    typed, inside, elsewhere = gate.issue(), gate.issue(), gate.issue(4)
    phone = new_phone()
    phone.open(gate.scanner("Offline"))
    assert phone.scan(inside.qr) == "admitted"
    newer, late = gate.issue(), gate.issue()  # after the list
    phone.context.set_offline(True)
    assert gate.admit(elsewhere) == "admitted"  # at another gate, which this one cannot hear of
    seen = [phone.scan(one.qr) for one in others]
    assert set(seen) == {"admitted"}
    assert phone.scan(typed.code) == "admitted"
    assert phone.scan(others[0].qr) == "already_admitted"
    assert phone.scan(inside.code) == "already_admitted"
    assert phone.scan(forged(typed)) == "forged"
    assert phone.scan(newer.qr) == "admitted"
    assert phone.scan(late.code) == "not_listed"
    accessible(phone.page, "scanner-not-listed-en")
    assert phone.scan(elsewhere.code) == "admitted"
    assert gate.kept(*others, typed, newer) == []
    phone.page.close()
    phone.new_page().goto(f"{gate.origin}/staff/scan")
    until(lambda: phone.waits() == len(others) + 7, "the scans wait on the disk")
    picture(phone.page, "scanner-offline-360")
    expect(phone.page.locator("#trouble")).to_be_hidden()
    phone.page.evaluate("const now = Date.now; Date.now = () => now() + 301_000")
    expect(phone.page.locator("#trouble")).to_be_visible()
    picture(phone.page, "scanner-deaf-360")
    phone.context.set_offline(False)
    expect(phone.page.locator("#waiting")).to_be_hidden()
    phone.turn_to("count")
    expect(phone.page.locator("#conflicts")).to_be_visible()
    picture(phone.page, "scanner-synced-360")
    assert gate.kept(*others) == [("batch", "admitted", 2)] * len(others)
    assert gate.kept(typed, newer) == [("batch", "admitted", 2)] * 2
    assert gate.attempts(others[0], inside, late) == ["already_admitted", "already_admitted", "unknown"]
    assert sorted(gate.kept(elsewhere)) == [("api", "admitted", 4), ("batch", "conflict", 0)]


def test_a_slow_network_is_none_and_the_scan_is_kept_once(new_phone: Callable[..., Phone], gate: Gate) -> None:
    phone, issued = new_phone(), gate.issue(5)
    phone.open(gate.scanner("Slow"))

    def slowly(route: Route) -> None:
        time.sleep(2.5)
        route.continue_()

    phone.page.route("**/api/v1/checkins", slowly)
    assert phone.scan(issued.qr) == "admitted"
    until(lambda: gate.kept(issued), "the scan goes up")
    expect(phone.page.locator("#waiting")).to_be_hidden()
    assert [kept[1:] for kept in gate.kept(issued)] == [("admitted", 5)]


def test_a_hotspot_that_wants_a_sign_in_is_no_network(new_phone: Callable[..., Phone], gate: Gate) -> None:
    phone, issued = new_phone(), gate.issue()
    phone.open(gate.scanner("Hotspot"))
    portal = re.compile(r"/(api/v1|staff/scan)/")
    phone.page.route(portal, lambda route: route.fulfill(body="<h1>Welcome</h1>", content_type="text/html"))
    assert phone.scan(issued.qr) == "admitted"
    expect(phone.page.locator("#link[data-state=off]")).to_be_visible()
    expect(phone.page.locator("#ready[data-ready=true]")).to_be_visible()
    assert gate.kept(issued) == []
    phone.page.unroute(portal)
    until(lambda: gate.kept(issued) == [("batch", "admitted", 2)], "the scan goes up")


def test_a_volunteer_signs_in_finds_somebody_and_is_out_when_disabled(
    new_phone: Callable[..., Phone], gate: Gate
) -> None:
    ravi, issued = new_visitor(gate.origin, "+918100000078"), gate.issue(name="Zulekha Barnala")
    gate.add_staff(ravi.number, "supervisor")
    phone = new_phone()
    phone.page.goto(f"{gate.origin}/staff/scan")
    accessible(phone.page, "staff-signed-out-en")
    follow(phone.page, phone.page.locator("#signed-out a").click)
    accessible(phone.page, "staff-login-en")
    phone.page.get_by_role("textbox").fill(ravi.number)
    phone.page.get_by_role("textbox").press("Enter")
    accessible(phone.page, "staff-code-en")
    until(ravi.got, "the code")
    [code] = re.findall(r"\b\d{6}\b", str(ravi.got()[-1]))
    phone.page.get_by_role("textbox").fill(code)
    phone.page.get_by_role("textbox").press("Enter")
    expect(phone.page.locator("#ready[data-ready=true]")).to_be_visible()
    phone.turn_to("find")
    phone.page.locator("#words-to-find").fill("zulekha")
    phone.page.locator("#words-to-find").press("Enter")
    phone.page.locator("#found button").click()
    until(lambda: phone.seen() == ["admitted"], "the pass that was found is admitted")
    assert gate.kept(issued) == [("page", "admitted", 2)]
    assert phone.scan(issued.code) == "already_admitted"
    phone.page.locator("#overrule summary").click()
    phone.page.locator("#why").fill("their child went out to look for them")
    accessible(phone.page, "scanner-overrule-en")
    phone.page.locator("#overruling button").click()
    expect(phone.page.locator("#result[data-result=admitted]")).to_be_visible()
    phone.says_how_many()
    assert gate.kept(issued) == [("page", "admitted", 2), ("page", "admitted", 2)]
    assert gate.forced(issued) == ["their child went out to look for them"]
    phone.page.locator("#result-next").click()
    accessible(phone.page, "scanner-found-en")
    phone.page.goto(issued.qr)
    expect(phone.page.locator(".verdict.wait")).to_be_visible()
    expect(phone.page.locator(".admit button")).to_have_count(0)
    accessible(phone.page, "pass-page-used-en")
    other = gate.issue(3)
    phone.page.goto(other.qr)
    accessible(phone.page, "pass-page-admit-en")
    follow(phone.page, phone.page.locator(".admit button").click)
    expect(phone.page.locator(".verdict.good")).to_be_visible()
    assert gate.kept(other) == [("page", "admitted", 3)]
    gate.disable(ravi.number)
    phone.page.goto(f"{gate.origin}/staff/scan")
    expect(phone.page.locator("#signed-out")).to_be_visible()


def test_an_ended_access_drops_no_scan(new_phone: Callable[..., Phone], gate: Gate) -> None:
    phone, issued = new_phone(), gate.issue(2)
    phone.open(gate.scanner("Ended"))
    phone.context.set_offline(True)
    assert phone.scan(issued.qr) == "admitted"
    gate.revoke("Ended")
    phone.context.set_offline(False)
    expect(phone.page.locator("#signed-out")).to_be_visible()
    assert phone.waits() == 1
    assert gate.kept(issued) == []
    accessible(phone.page, "scanner-ended-en")
    phone.page.goto(gate.scanner("Ended too"))
    phone.page.reload()
    until(lambda: gate.kept(issued), "the scan goes up")
    assert gate.kept(issued) == [("late", "admitted", 2)]
