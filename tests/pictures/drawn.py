"""What is no page: pass pictures in every language, sheets of passes, the poster and the slip on its papers."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image

from bot.delivery.images import pass_image, print_sheet
from flows.text.languages import LANGUAGES
from tests.bot.delivery.images.test_pass_image import PLAIN
from tests.pictures.camera import Camera, Picture
from tests.pictures.shots import ADMIN, VOLUNTEER, Place

PAPERS = ("a4", "a3")
SHEET_WIDTH = 1240
"""Of a printed page's picture, in pixels."""
FULL_PAGE = 12
"""Passes on a sheet that has many."""


def draw(camera: Camera) -> None:
    """Add all of them to the camera's pictures."""
    for name, language, image in _images(camera):
        file = camera.folder / f"{name}-{language}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        image.save(file)
        camera.pictures.append(Picture(name, language, "paper", image.width, file))


def _images(camera: Camera) -> Iterator[tuple[str, str, Image.Image]]:
    for language in LANGUAGES:
        yield "drawn/pass", language, Image.open(BytesIO(pass_image.draw(replace(PLAIN, language=language))))
    sheet = print_sheet.page([replace(PLAIN, language=language) for language in (*LANGUAGES, "en", "hi")][:FULL_PAGE])
    yield "drawn/sheet", "all", sheet.resize((SHEET_WIDTH, SHEET_WIDTH * sheet.height // sheet.width))
    yield from _posters(camera)
    yield from _slips(camera)


def _posters(camera: Camera) -> Iterator[tuple[str, str, Image.Image]]:
    page = camera.window(ADMIN, "en").new_page()
    place = Place(page, camera.served, "en")
    for paper in PAPERS:
        place.open("/staff/manage/demo/poster")
        page.locator(f"[name=paper][value='{paper}' i]").check(force=True)
        with page.expect_download() as came:
            page.locator("main form button:visible").first.click()
        yield f"drawn/poster-{paper}", "all", _first_page(Path(came.value.path()).read_bytes())
    page.close()


def _slips(camera: Camera) -> Iterator[tuple[str, str, Image.Image]]:
    """The slip of the newest registration at the desk, as a browser prints it."""
    for language in ("en", "hi"):
        page = camera.window(VOLUNTEER, language).new_page()
        Place(page, camera.served, language).open("/staff/desk/slip")
        yield "drawn/slip", language, _first_page(page.pdf(prefer_css_page_size=True), SHEET_WIDTH // 3)
        page.close()


def _first_page(pdf: bytes, width: int = SHEET_WIDTH) -> Image.Image:
    page = pypdfium2.PdfDocument(pdf)[0]
    image: Image.Image = page.render(scale=width / page.get_width()).to_pil()
    return image
