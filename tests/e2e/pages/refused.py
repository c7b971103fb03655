"""Somebody at the registration's form: in one language, with or without scripts."""

import re
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from playwright.sync_api import Page, Response, expect

from tests.e2e.fairs import FAIR, Fairs, new_number
from tests.e2e.pages.accessible import accessible
from tests.e2e.pages.visitor import Visitor, new_visitor
from tests.e2e.server import until

HINDI = re.compile("[\u0900-\u097f]")
OTP = re.compile(r"(?<!\d)\d{6}(?!\d)")
NAME = "Asha Verma"
Ways = tuple[str, bool]
"""A language, and whether scripts run."""
WAYS: tuple[Ways, ...] = tuple(product(("en", "hi"), (True, False)))


@dataclass
class Reader:
    """Somebody at the form, in one language, with or without scripts."""

    page: Page
    fairs: Fairs
    way: Ways
    phone: str = field(default_factory=new_number)
    proof: Any = None
    """The cookies of a visit that has proved this phone."""

    @property
    def origin(self) -> str:
        return self.fairs.running.origin

    def open(self, slug: str = FAIR) -> Response:
        """Open the form."""
        answer = self.page.goto(f"{self.origin}/register/{slug}")
        assert answer
        return answer

    def fill(self, **changes: str) -> None:
        """Good answers, but for these."""
        good = {
            "full_name": NAME,
            "visit_date": self.fairs.day(0).isoformat(),
            "party_size": "2",
            "phone": new_number(),
        }
        for slot, value in {**good, "city": "Delhi", "age": "30", "who": "Student", "stall": "Maps", **changes}.items():
            if slot == "who":
                for one in self.page.locator(f"[name=who][value='{value}']").all():
                    one.check()
            elif slot in ("visit_date", "stall"):
                self.page.locator(f"[name={slot}]").select_option(value)
            else:
                self.page.locator(f"[name={slot}]").fill(value)

    def send(self) -> Response:
        """The button that goes on; what comes of it."""
        with self.page.expect_event(
            "response", lambda one: one.request.is_navigation_request() and one.status != 303
        ) as came:
            self.page.locator("form button[type=submit]:visible:not(.second)").first.click()
        self.page.wait_for_load_state()
        answer: Response = came.value
        return answer

    def typed(self) -> dict[str, str]:
        """What stands in the form's inputs."""
        return {
            slot: self.page.locator(f"[name={slot}]").input_value()
            for slot in ("full_name", "visit_date", "party_size", "city", "age", "stall", "phone")
        }

    def look(self, name: str) -> None:
        """axe-core looks, where scripts run."""
        if self.way[1]:
            accessible(self.page, f"refused-{name}-{self.way[0]}")

    def told(self, slot: str, code: str) -> None:
        """Only this is refused: in the summary, beside its field, in the page's language, and the title says so."""
        page = self.page
        expect(page.locator(f"#{slot}-error")).to_have_attribute("data-code", code)
        expect(page.locator("[data-code]")).to_have_count(1)
        expect(page.locator(".wrong li")).to_have_count(1)
        expect(page.locator(f".wrong li a[href='#{slot}']")).to_be_visible()
        error = page.locator(f"#{slot}-error").inner_text()
        assert error in page.locator(".wrong li").inner_text()
        expect(page.locator("html")).to_have_attribute("lang", self.way[0])
        assert bool(HINDI.search(error)) == (self.way[0] == "hi")
        expect(page.locator(f"[aria-describedby~='{slot}-error']")).to_be_visible()
        if self.way[1]:
            expect(page.locator(".wrong")).to_be_focused()

    def prove(self) -> None:
        """Come to the review with good answers; the code is read from the phone once."""
        if self.proof:
            self.page.context.add_cookies(self.proof)
        self.open()
        self.fill(phone=self.phone)
        visitor = None if self.proof else new_visitor(self.origin, self.phone)
        self.send()
        if visitor:
            self.page.locator("[name=otp]").fill(newest(visitor))
            self.send()
            self.proof = self.page.context.cookies()
        expect(self.page.locator("[name=agree]")).to_be_visible()


def newest(visitor: Visitor) -> str:
    """The newest code that came to a phone."""
    until(visitor.got, "a code")
    return str(OTP.findall(visitor.got()[-1]["text"])[0])
