"""Registration on the web, as a phone's browser does it: with and without JavaScript, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.browser import CODE, follow, is_drawn, picture, qr_texts
from tests.e2e.pages.checks import jumped, watched
from tests.e2e.pages.visitor import Visitor, new_visitor
from tests.e2e.server import Running, until

pytestmark = pytest.mark.browser
SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
MOST_BYTES = 100_000


@dataclass(frozen=True)
class Reader:
    """Somebody with a phone: its browser, and what comes to it."""

    page: Page
    phone: Visitor
    language: str
    scripts: bool

    def otp(self) -> str:
        """The newest code that came."""
        until(lambda: self._codes(), "a code")
        return self._codes()[-1]

    def _codes(self) -> list[str]:
        return [found[0] for one in self.phone.got() if (found := SIX_DIGITS.search(one["text"]))]

    def send(self) -> None:
        """The button that goes on."""
        follow(self.page, self.page.locator("form button[type=submit]:visible:not(.second)").first.click)

    def look(self, name: str) -> None:
        """Keep a picture; axe-core looks too, where the page runs scripts."""
        if self.scripts:
            accessible(self.page, f"register-{name}-{self.language}")
        else:
            picture(self.page, f"register-{name}-{self.language}-plain-360")

    def fill(self, **answers: str) -> None:
        for slot, value in answers.items():
            self.page.locator(f"[name={slot}]").fill(value)


@pytest.fixture(params=[("en", True, "+918200000001"), ("hi", False, "+918200000002")], ids=["en-js", "hi-plain"])
def web_reader(request: pytest.FixtureRequest, browser: Browser, running: Running) -> Iterator[Reader]:
    language, scripts, number = request.param
    look = {"locale": f"{language}-IN", "java_script_enabled": scripts, "color_scheme": "light" if scripts else "dark"}
    with watched(browser, running, refusing=True, **look) as page:
        yield Reader(page, new_visitor(running.origin, number), language, scripts)


def test_from_the_first_page_to_the_pass(web_reader: Reader, running: Running) -> None:
    page = web_reader.page
    page.goto(running.origin)
    web_reader.look("front")
    follow(page, page.locator("a[href='/register/demo']").click)
    follow(page, page.locator(".top nav a").click)
    expect(page.locator("html")).not_to_have_attribute("lang", web_reader.language)
    follow(page, page.locator(".top nav a").click)
    expect(page.locator("html")).to_have_attribute("lang", web_reader.language)
    web_reader.look("questions")
    web_reader.send()
    expect(page.locator("[data-code=empty]")).to_have_count(4)
    web_reader.look("wrong")
    web_reader.fill(full_name="Asha Verma", party_size="3", phone=web_reader.phone.number[3:])
    page.locator("[name=visit_date]").select_option(index=2)
    web_reader.send()
    web_reader.look("code")
    web_reader.fill(otp="00000")
    web_reader.send()
    expect(page.locator("[data-code=not_an_otp]")).to_be_visible()
    web_reader.fill(otp=web_reader.otp())
    web_reader.send()
    web_reader.look("review")
    web_reader.send()
    expect(page.locator("[data-code=not_agreed]")).to_be_visible()
    page.locator("[name=agree]").check()
    web_reader.send()
    code = CODE.search(page.locator(".pass-code").inner_text())
    assert code
    web_reader.look("pass")
    (qr,) = qr_texts(is_drawn(page.locator(".ticket img")).screenshot())
    verdict = requests.get(qr.replace(running.origin.upper(), running.origin), timeout=60)
    assert verdict.status_code == 200
    follow(page, page.locator("form[action$=whatsapp] button").click)
    expect(page.locator("[role=status]")).to_be_visible()
    web_reader.look("sent")
    (picture,) = web_reader.phone.pictures(1)
    assert qr_texts(picture) == {qr}
    _changes_and_cancels(web_reader, qr)
    _sees_and_deletes_all(web_reader)


def _changes_and_cancels(reader: Reader, qr: str) -> None:
    """Another number by the stepper where there is one; then no pass at all, after a question."""
    page = reader.page
    follow(page, page.locator("a[href$='/change']").click)
    reader.look("change")
    if reader.scripts:
        page.locator("[data-step='1']").click()
        expect(page.locator("[name=party_size]")).to_have_value("4")
    else:
        reader.fill(party_size="4")
    reader.send()
    expect(page.locator("[role=status]")).to_be_visible()
    (new,) = qr_texts(is_drawn(page.locator(".ticket img")).screenshot())
    assert new != qr
    reader.look("changed")
    follow(page, page.locator("a[href$='/cancel']").click)
    reader.look("cancel")
    follow(page, page.locator("form button.grave").click)
    expect(page.locator("[role=status]")).to_be_visible()
    expect(page.locator(".doors li")).to_have_count(0)
    reader.look("cancelled")


def _sees_and_deletes_all(reader: Reader) -> None:
    page = reader.page
    follow(page, page.locator("a[href='/passes/data']").click)
    expect(page.locator("dd", has_text="Asha Verma")).to_be_visible()
    reader.look("data")
    with page.expect_download() as saving:
        page.locator("a[download]").click()
    assert reader.phone.number in saving.value.path().read_text(encoding="utf-8")
    follow(page, page.locator("a[href='/passes/data/delete']").click)
    reader.look("delete")
    follow(page, page.locator("form button").click)
    expect(page).to_have_url(re.compile("/passes/deleted$"))
    reader.look("deleted")
    page.goto(page.url.replace("deleted", "data"))
    expect(page.locator("[name=phone]")).to_be_visible()


def test_the_first_page_is_light(browser: Browser, running: Running) -> None:
    for language in ("en", "hi"):
        with watched(browser, running, locale=f"{language}-IN") as page:
            received: list[float] = []
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.on("Network.loadingFinished", lambda told, into=received: into.append(told["encodedDataLength"]))
            page.goto(f"{running.origin}/register/demo", wait_until="networkidle")
            print(f"{language}: {sum(received):.0f} bytes in {len(received)} answers")
            assert sum(received) < MOST_BYTES


@pytest.mark.parametrize(("font", "most"), [("of the phone", 0.01), ("comes late", 0.05)])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_nothing_jumps(browser: Browser, running: Running, language: str, font: str, most: float) -> None:
    """Phones have a font for Hindi; where one has none, ours comes after the first lines can be read."""
    with browser.new_context(viewport={"width": 360, "height": 740}, locale=f"{language}-IN") as context:
        page = context.new_page()
        waiting: list[Route] = []
        page.route("**/*.woff2", lambda route: waiting.append(route))
        page.goto(f"{running.origin}/register/demo", wait_until="domcontentloaded")
        expect(page.locator("[name=full_name]")).to_be_visible()
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

        def end(route: Route) -> None:
            route.abort() if font == "of the phone" else route.continue_()

        # Another may be asked for when these have come, or have not.
        page.route("**/*.woff2", end)
        for route in waiting:
            end(route)
        page.evaluate("document.fonts.ready.then(() => true)")
        assert jumped(page) < most


def test_another_language_by_one_tap(browser: Browser, running: Running) -> None:
    with watched(browser, running, locale="en-IN") as page:
        page.goto(f"{running.origin}/register/demo")
        page.locator("[name=full_name]").fill("Asha Verma")
        page.locator("[name=language]").select_option("hi")
        expect(page.locator("html")).to_have_attribute("lang", "hi")
        expect(page.locator("[name=full_name]")).to_have_value("Asha Verma")
        page.locator("header nav a").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("[name=full_name]")).to_have_value("Asha Verma")
        page.locator("header nav a").click()
        expect(page.locator("html")).to_have_attribute("lang", "hi")
        page.goto(f"{running.origin}/passes")
        expect(page.locator("html")).to_have_attribute("lang", "hi")
        accessible(page, "find-hi")
        page.locator("#phone_country").fill("+977")
        page.locator("[name=phone]").focus()
        expect(page.locator("[name=phone_country]")).to_have_value("NP")
        page.locator("#phone_country").fill("no country at all")
        page.locator("[name=phone]").focus()
        expect(page.locator("[name=phone_country]")).to_have_value("NP")
        expect(page.locator("#phone_country")).to_have_value(re.compile(r"\(\+977\)"))
        page.locator("header nav a").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_impatient_finger_registers_once(browser: Browser, running: Running) -> None:
    phone = new_visitor(running.origin, "+918200000003")
    with watched(browser, running, locale="en-IN") as page:
        one = Reader(page, phone, "en", scripts=True)
        page.goto(f"{running.origin}/register/demo")
        one.fill(full_name="Ravi Kumar", party_size="2", phone=phone.number)
        page.locator("[name=visit_date]").select_option(index=1)
        one.send()
        one.fill(otp=one.otp())
        one.send()
        page.locator("[name=agree]").check()
        page.locator("form button[type=submit]:visible:not(.second)").first.dblclick()
        expect(page.locator(".pass-code")).to_be_visible()
        page.reload()
        code = page.locator(".pass-code strong").inner_text()
        page.goto(f"{running.origin}/passes")
        expect(page.locator(".doors li")).to_have_count(1)
        expect(page.locator(".doors h2")).to_have_text(code)
        accessible(page, "passes-en")
