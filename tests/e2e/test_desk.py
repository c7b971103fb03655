"""The desk in a real Chromium: a volunteer signs in, registers somebody by the keyboard, and prints the slip."""

from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from bot.domain.passes import tokens
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import ARTEFACTS, CODE, qr_texts
from tests.e2e.pages.gate import Gate
from tests.e2e.pages.sign_in import signed_in
from tests.e2e.server import until

pytestmark = pytest.mark.browser
STAFF = "+918100000077"
PAPERS = {"58": (58, 112), "80": (80, 132), "a4": (210, 297)}
"""Width and height of each in millimetres."""
PRINTS = "window.printed = 0; window.print = () => { window.printed += 1 }"
"""A browser without a printer counts what it would print."""
DOTS, INCH = 8, 25.4
"""Of a thermal printer in a millimetre; millimetres."""


@pytest.fixture(scope="module")
def desk_session(browser: Browser, gate: Gate) -> StorageState:
    """What a browser holds once somebody of the roster has signed in, by the code that their phone gets."""
    gate.add_staff(STAFF)
    return signed_in(browser, gate.origin, STAFF, "/staff/desk")


def register(page: Page, name: str) -> str:
    """Three people, by the keyboard alone, beginning where the page puts the focus; the code of the slip."""
    expect(page.locator("#full_name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    for key in ("Tab", "Tab", "Space", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".done")).to_contain_text(name)
    expect(page.locator("#full_name")).to_be_focused()
    return page.locator(".slip-code").inner_text()


def choose(page: Page, paper: str, *, at_once: bool = False) -> None:
    """Tell the desk what it prints on."""
    page.locator("summary").last.click()
    page.locator(f"[name=paper][value='{paper}']").check()
    page.locator("[name=at_once]").set_checked(at_once)
    page.locator("[name=at_once]").press("Enter")
    page.locator(f"link[href$='paper-{paper}.css']").wait_for(state="attached")


def longest(page: Page) -> None:
    """Put the longest texts on the slip that an event, a kind and a pass of many days can have."""
    for part in ("event", "name", "day", "party"):
        page.locator(f".slip-{part}").evaluate("element => { element.textContent = 'Wide words '.repeat(15) }")


def prints(page: Page, times: int) -> None:
    """Wait until the page has asked for so many prints."""
    until(lambda: page.evaluate("window.printed") >= times, f"{times} prints")
    assert page.evaluate("window.printed") == times


def printed(page: Page, paper: str, name: str) -> str:
    """Print to PDF: one page of the paper's size; what the QR on it says when it is burnt dot by dot."""
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(document) == 1
    size = [side / 72 * INCH for side in document[0].get_size()]
    assert size == pytest.approx(PAPERS[paper], abs=0.5)
    image = BytesIO()
    document[0].render(scale=DOTS * INCH / 72).to_pil().save(image, "PNG")
    ARTEFACTS.mkdir(exist_ok=True)
    (ARTEFACTS / f"{name}-{paper}.png").write_bytes(image.getvalue())
    [text] = qr_texts(image.getvalue())
    return text


def test_a_volunteer_registers_by_the_keyboard_and_prints(page: Page, gate: Gate, desk_session: StorageState) -> None:
    page.context.add_cookies([{**one} for one in desk_session["cookies"]])  # type: ignore[typeddict-item]  # the same keys
    page.add_init_script(PRINTS)
    page.goto(f"{gate.origin}/staff/desk")
    code = register(page, "Kamala Devi")
    assert CODE.fullmatch(code)
    accessible(page, "desk-registered-en")
    assert page.evaluate("window.printed") == 0
    page.keyboard.press("F2")
    prints(page, 1)
    page.get_by_role("button", name="F2").click()
    prints(page, 2)
    for paper in PAPERS:
        choose(page, paper)
        token = tokens.decode(printed(page, paper, "desk-printed"), gate.ring)
        assert (token.party_size, token.dates) == (3, (gate.today(),))
    choose(page, "58", at_once=True)
    longest(page)
    printed(page, "58", "desk-longest")
    assert register(page, "Ramesh Kumar") != code
    prints(page, 1)
    page.reload()
    expect(page.locator(".done")).to_contain_text("Ramesh Kumar")
    assert page.evaluate("window.printed") == 0


def test_without_javascript_in_hindi_on_a_phone(browser: Browser, gate: Gate, desk_session: StorageState) -> None:
    """The form works; the slip has a page of its own, to be printed by the browser's menu."""
    phone: ViewportSize = {"width": 360, "height": 740}
    context = browser.new_context(locale="hi-IN", java_script_enabled=False, storage_state=desk_session, viewport=phone)
    page = context.new_page()
    page.goto(f"{gate.origin}/staff/desk")
    code = register(page, "मीरा देवी")
    expect(page.locator("#print")).to_be_hidden()
    page.goto(f"{gate.origin}/staff/desk/slip")
    expect(page.locator(".slip-code")).to_have_text(code)
    assert tokens.decode(printed(page, "58", "desk-printed-hi"), gate.ring).party_size == 3
    context.close()
    context = browser.new_context(locale="hi-IN", storage_state=desk_session, color_scheme="dark", viewport=phone)
    page = context.new_page()
    page.goto(f"{gate.origin}/staff/desk")
    page.keyboard.press("Enter")
    expect(page.locator("#full_name-wrong")).to_be_visible()
    accessible(page, "desk-refused-hi")
    context.close()
