"""The pictures of README.md: chat, pass, gate and dashboard, small."""

from functools import partial
from io import BytesIO
from time import time

from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.paths import ROOT
from tests.pictures import staff_shots
from tests.pictures.camera import Camera
from tests.pictures.shots import SUPERVISOR, VISITOR, VOLUNTEER, Place

FOLDER = ROOT / "docs" / "pictures"
NAMES = ("chat", "pass", "gate", "dashboard")
QUALITY = 82
TALL_PX = 720
"""The height of a phone's picture."""
SAID = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")


def make(camera: Camera) -> None:
    """All four, as WebP."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in (
        ("chat", _chat(camera)),
        ("gate", _gate(camera)),
        ("dashboard", _dashboard(camera)),
    ):
        _keep(name, picture)


def _keep(name: str, png: bytes) -> None:
    image = Image.open(BytesIO(png)).convert("RGB")
    file = FOLDER / f"{name}.webp"
    image.save(file, quality=QUALITY, method=6)
    print(f"{file.relative_to(ROOT)}: {image.width} × {image.height}, {file.stat().st_size / 1000:.0f} kB")


def _page(camera: Camera, who: str, width: int, height: int) -> Page:
    page = camera.window(who, "en").new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return page


def _chat(camera: Camera) -> bytes:
    """A registration on a simulated phone, and the pass that comes back; the picture of the pass is kept too."""
    page = _page(camera, VISITOR, 400, 1150)
    page.route("**/simulator/chat*", partial(_timed, camera, time()))
    Place(page, camera.served, "en").open("/simulator")
    phone = page.locator("section.phone").first
    for words in SAID:
        before = phone.locator(".log[data-thread=whatsapp] .theirs").count()
        phone.get_by_role("textbox").fill(words)
        phone.get_by_role("textbox").press("Enter")
        phone.locator(".log[data-thread=whatsapp] .theirs").nth(before).wait_for()
    image = phone.locator(".picture img").last
    expect(image).to_be_visible(timeout=30_000)
    link = str(image.get_attribute("src"))
    _keep("pass", page.request.get(camera.served.origin + link).body())
    drawn = phone.locator(".device").screenshot()
    page.unroute_all(behavior="wait")  # nothing asks for messages while the browser goes
    return drawn


def _timed(camera: Camera, begun: float, route: Route) -> None:
    """The messages' moments, which are those of this machine, as they would be at that of the pictures."""
    answer = route.fetch()
    told = answer.json()
    for message in told["messages"]:
        message["at"] = camera.served.now.timestamp() * 1000 + message["at"] - begun * 1000
    route.fulfill(response=answer, json=told)


def _gate(camera: Camera) -> bytes:
    page = _page(camera, VOLUNTEER, 360, TALL_PX)
    staff_shots.scanned(Place(page, camera.served, "en"), "party")
    return page.screenshot()


def _dashboard(camera: Camera) -> bytes:
    page = _page(camera, SUPERVISOR, 1280, 800)
    Place(page, camera.served, "en").open("/staff/dashboard")
    page.wait_for_timeout(500)
    return page.screenshot()
