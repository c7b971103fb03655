"""The pass page as a phone's browser shows it to whoever scans the QR."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages.browser import picture, qr_texts
from tests.e2e.pages.visitor import MESSAGES, new_visitor
from tests.e2e.server import Running

pytestmark = pytest.mark.browser
CONTRAST = """element => {
  const light = colour => {
    const parts = colour.match(/\\d+/g).slice(0, 3).map(part => part / 255)
      .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
  const style = getComputedStyle(element)
  const [one, other] = [light(style.color), light(style.backgroundColor)].sort()
  return (other + 0.05) / (one + 0.05)
}"""
"""By WCAG 2's formula, of an element that has both its colours itself."""


@pytest.fixture(scope="module")
def links(running: Running) -> dict[str, str]:
    """What the QRs of two passes say: one for today, one for another day; and a forged one."""
    visitor = new_visitor(running.origin, "+918100000001")
    for text in MESSAGES:
        visitor.say(text)
    for text in ("register", "Asha Verma", "2", "1", "skip", "yes"):
        visitor.say(text)
    today, another = (qr_texts(image).pop() for image in visitor.pictures(2))
    return {
        "today": today,
        "another": another,
        "forged": today[:-3] + ("A" if today[-3] != "A" else "B") + today[-2:],
        "torn": today[:-9],
    }


@pytest.fixture(params=["en", "hi"])
def phone_reader(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A phone's browser in either language."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale=f"{request.param}-IN")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("which", "look"), [("today", "good"), ("another", "wait"), ("forged", "bad"), ("torn", "unclear")]
)
def test_a_scanned_qr_opens_a_page_that_can_be_read_in_the_sun(
    phone_reader: Page, running: Running, links: dict[str, str], which: str, look: str
) -> None:
    answer = phone_reader.goto(links[which])
    assert answer
    assert answer.status == (200 if look in ("good", "wait") else 404)
    verdict = phone_reader.locator(f".verdict.{look}")
    expect(verdict).to_be_in_viewport(ratio=1)
    language = phone_reader.locator("html").get_attribute("lang")
    for width, scheme in ((360, "light"), (360, "dark"), (1280, "light")):
        phone_reader.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        phone_reader.set_viewport_size({"width": width, "height": 740})
        assert phone_reader.evaluate("document.documentElement.scrollWidth") <= width
        assert verdict.evaluate(CONTRAST) >= 7
        picture(phone_reader, f"pass-page-{which}-{language}-{scheme}-{width}")
