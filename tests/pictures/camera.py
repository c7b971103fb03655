"""Takes the pictures: each shot once a language, at every width, light and dark; and says what does not fit there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from sqlalchemy import select

from bot.domain.models import Event, Owner, Staff
from tests.e2e.pages import fits
from tests.e2e.pages.accessible import AXE
from tests.e2e.pages.browser import is_drawn
from tests.pictures.served import Served
from tests.pictures.shots import OWNER, STRANGER, VISITOR, Place, Shot
from tests.webhooks.staff.sessions import sign_in

LANGUAGES = ("en", "hi")
SIZES = ((360, 740), (1280, 800), (1920, 1080))
SCHEMES = ("light", "dark")
QUICK = {("en", "light"), ("hi", "dark")}
"""What is enough for a quick look, at the first two sizes."""
PATIENCE_MS = 15_000
"""For whatever a page should come to."""
DRAWN_MS = 200
TALLEST_PX = 6000
"""A page that is longer is pictured down to here."""
CONTRAST = "axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast']}})"
CLOCK = """{
  const real = Date, ahead = %d - real.now()
  globalThis.Date = class extends real {
    constructor(...given) { super(...given.length ? given : [real.now() + ahead]) }
    static now() { return real.now() + ahead }
  }
}"""
"""Run in each page: its clock begins at the moment of the pictures."""
READY = "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"
"""Once letters have their shape, and charts have drawn what a change of the screen asks of them."""


@dataclass(frozen=True)
class Picture:
    """A picture that was taken."""

    name: str
    language: str
    scheme: str
    width: int
    file: Path


@dataclass
class Camera:
    """One browser before what is being served."""

    browser: Browser
    served: Served
    folder: Path
    quick: bool = False
    pictures: list[Picture] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _contexts: dict[tuple[str, str], BrowserContext] = field(default_factory=dict)

    def take(self, shot: Shot) -> None:
        """Picture a page in each language. What cannot be come to is a fault, and the next one follows."""
        for language in LANGUAGES:
            page = self.window(shot.who, language).new_page()
            try:
                page.set_viewport_size({"width": 1280, "height": 800})
                shot.go(Place(page, self.served, language))
                self._answered(page, shot)
                self._all_looks(page, shot, language)
            except Exception as problem:  # one page must not cost all others
                self.faults.append(f"{shot.name} {language}: not pictured: {str(problem).splitlines()[0]}")
            finally:
                page.close()

    def _answered(self, page: Page, shot: Shot) -> None:
        """Raises ValueError for an error's page where none is to be shown."""
        status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        if status in (404, 500) and not shot.name.startswith(("errors/", "pass/")):
            raise ValueError(f"the page answered {status}")

    def close(self) -> None:
        """Close every browser window."""
        for context in self._contexts.values():
            context.close()

    def _all_looks(self, page: Page, shot: Shot, language: str) -> None:
        for width, height in SIZES[:2] if self.quick else SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                if self.quick and (language, scheme) not in QUICK:
                    continue
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
                page.evaluate(READY)
                if page.locator("canvas").count():
                    page.wait_for_timeout(DRAWN_MS)  # a chart is drawn anew a moment after its place has changed
                file = self.folder / f"{shot.name}-{language}-{scheme}-{width}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                self._shoot(page, file, whole=shot.whole)
                self.pictures.append(Picture(shot.name, language, scheme, width, file))
            found = [*fits.faults(page), *(self._contrast(page) if width == SIZES[1][0] else ())]
            self.faults += [f"{shot.name} {language} {width}: {fault}" for fault in found]

    def _shoot(self, page: Page, file: Path, *, whole: bool) -> None:
        size = page.viewport_size
        assert size
        for image in page.locator("img:visible:not([loading=lazy])").all():
            is_drawn(image)
        height = page.evaluate("document.documentElement.scrollHeight") if whole else size["height"]
        clip: Any = {"x": 0, "y": 0, "width": size["width"], "height": min(max(height, size["height"]), TALLEST_PX)}
        page.screenshot(path=file, full_page=whole, clip=clip, animations="disabled", caret="hide")

    def _contrast(self, page: Page) -> Iterator[str]:
        """Words that cannot be read in the dark: the last scheme that was shown."""
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        for violation in page.evaluate(CONTRAST)["violations"]:
            for node in violation["nodes"]:
                yield f"contrast in the dark: {node['html'][:120]}"

    def window(self, who: str, language: str) -> BrowserContext:
        """The browser of one of them, in this language; scanners keep what they know there."""
        if (who, language) not in self._contexts:
            made = self.browser.new_context(
                locale=f"{language}-IN", timezone_id="Asia/Kolkata", storage_state=self._session(who)
            )
            made.set_default_timeout(PATIENCE_MS)
            made.add_init_script(CLOCK % (self.served.now.timestamp() * 1000))
            self._contexts[who, language] = made
        return self._contexts[who, language]

    def _session(self, who: str) -> StorageState | None:
        """What the browser of somebody of the team holds once they have signed in."""
        if who in (VISITOR, STRANGER):
            return None
        client = self.served.app.test_client()
        with self.served.service.database.read() as db:
            if who == OWNER:
                own, event = db.scalars(select(Owner.id)).first(), db.scalars(select(Event.id)).first()
                sign_in(client, self.served.service, 0, f".{who}.{own}.{event}")
            else:
                sign_in(client, self.served.service, db.scalars(select(Staff.id).where(Staff.role == who)).first() or 0)
        name = self.served.app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie
        facts: Any = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False}
        session: Any = {"name": name, "value": cookie.value, "sameSite": "Lax", **facts}
        return {"cookies": [session], "origins": []}
