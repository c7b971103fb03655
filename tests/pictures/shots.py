"""What is pictured: a name, whose browser, and how one comes there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.pictures.served import Served

VISITOR, STRANGER, VOLUNTEER, SUPERVISOR = "visitor", "stranger", "volunteer", "supervisor"
ADMIN, OWNER = "admin", "owner"


@dataclass(frozen=True)
class Place:
    """A browser's page, before it is pictured."""

    page: Page
    served: Served
    language: str

    def open(self, path: str) -> None:
        """Open a path of ours."""
        self.page.goto(self.served.origin + path)

    def press(self, selector: str) -> None:
        """Press what leads to another page, and be there."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).first.click()

    def send(self, form: str = "main form") -> None:
        """Send a form by its first button."""
        self.press(f"{form} button:visible:not(.second):not([type=button])")


Go = Callable[[Place], None]


@dataclass(frozen=True)
class Shot:
    """One thing to be pictured."""

    name: str
    who: str
    go: Go
    whole: bool = True
    """The whole page, or what a screen shows of it."""
    script: bool = True
    """Whether the reader's browser runs scripts."""


def at(path: str) -> Go:
    """Just open this path."""
    return lambda place: place.open(path)


def paths(who: str, **named: str) -> Iterator[Shot]:
    """Pages that are there by their address alone; `__` in a name stands for a slash."""
    for name, path in named.items():
        yield Shot(name.replace("__", "/"), who, at(path))
