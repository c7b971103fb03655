import json
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.settings import SIMULATED_SENDER
from tests.e2e.pages.browser import ARGUMENTS, PATIENCE_MS, chromium
from tests.e2e.pages.checks import watched
from tests.e2e.pages.gate import Gate, gate_of
from tests.e2e.pages.scanner import Phone
from tests.e2e.server import SECOND_SENDER, Running, admin, served

# Playwright's own five seconds are too few for a machine with much else to do.
expect.set_options(timeout=PATIENCE_MS)


def named_in_logs(made: Running) -> set[str]:
    """Which of the people of these tests its logs name, after everything that was done with it."""
    logs = "".join((made.folder / f"{name}.log").read_text() for name in ("web", "worker", "clock"))
    return {name for name in ("Asha", "Verma", "Ravi", "Mira") if name in logs}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything, served; started once for all tests."""
    with served(tmp_path_factory.mktemp("e2e")) as made:
        yield made
        assert named_in_logs(made) == set()


@pytest.fixture(scope="session")
def templated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A second one with two senders, and with Content templates from its first message on."""
    with served(tmp_path_factory.mktemp("templated"), senders=(SIMULATED_SENDER, SECOND_SENDER)) as made:
        assert json.loads(admin(made, "templates", "sync", "--json"))
        assert json.loads(admin(made, "templates", "sync", "--json")) == []  # WhatsApp has approved them meanwhile
        yield made
        assert named_in_logs(made) == set()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the test is skipped, or fails where REQUIRE_BROWSER=1."""
    program = chromium()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, and there is no chromium on the PATH")
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    """A page that must not complain, and must not speak to anybody but us."""
    with watched(browser, running, viewport={"width": 1280, "height": 800}, locale="en-IN") as made:
        yield made


@pytest.fixture
def templated_page(browser: Browser, templated: Running) -> Iterator[Page]:
    """Such a page of the one with templates."""
    with watched(browser, templated, viewport={"width": 1280, "height": 800}, locale="en-IN") as made:
        yield made


@pytest.fixture(scope="module")
def gate(running: Running) -> Iterator[Gate]:
    """The demo event's gate."""
    with gate_of(running) as made:
        yield made


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Callable[..., Phone]]:
    """Phones; whatever one complains of fails the test."""
    phones: list[Phone] = []

    def make(of: Browser = browser, language: str = "en") -> Phone:
        context = of.new_context(
            viewport={"width": 360, "height": 740}, locale=f"{language}-IN", timezone_id="Asia/Kolkata"
        )
        phones.append(Phone(context))
        return phones[-1]

    yield make
    for phone in phones:
        phone.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []
