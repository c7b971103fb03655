"""The poster: its code is read, has its size in centimetres, and all languages find room."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from bot.delivery.campaigns import posters
from bot.delivery.images import poster
from bot.delivery.images.poster import PAPERS, Poster, PosterText
from bot.domain.events import pictures
from bot.domain.events.identity import Identity
from flows.text import LANGUAGES, render
from tests.bot.domain.builders import refused
from tests.bot.domain.events.drawn import header, logo

DPI, CM_PER_INCH = 300, 2.54
LEAST_CM = 8
LONG = "The 54th International Kolkata Book Fair and Festival of Literature, Arts and Children's Reading"
SHORTEST, LONGEST = "http://127.0.0.1:8000/register/a", f"https://wa.me/919812345678?text=hi%20{'delhi-fair' * 4}"
DRESSED = Identity("#7a1f5c", pictures.checked("logo", logo()), pictures.checked("header", header()))
CM_OF_PAPER = {"a4": (21.0, 29.7), "a3": (29.7, 42.0)}


def about(languages: list[str], link: str = LONGEST, *, name: str = LONG) -> Poster:
    """A poster in these languages, as full as it gets."""
    told = [PosterText(render(posters.HEADING, one), render(posters.BY_WHATSAPP, one)) for one in languages]
    names = (name, *(f"{name} {one}" for one in languages[1:2]))
    addresses = ("pass.example.org/register/" + "delhi-fair" * 4, "WhatsApp +91 98123 45678 · hi " + "delhi-fair" * 4)
    logo = Image.new("L", (2000, 900), 90)
    return Poster(names, ("Sat 9 Jan to Sun 17 Jan", "Pragati Maidan"), link, tuple(told), addresses, logo)


@pytest.mark.parametrize(
    ("paper", "languages", "link"),
    [
        ("a4", ["en"], SHORTEST),
        ("a4", list(LANGUAGES), SHORTEST),
        ("a4", list(LANGUAGES), LONGEST),
        ("a3", ["en"], LONGEST),
    ],
    ids=["one", "all", "long", "a3"],
)
def test_the_printed_code_is_read_and_large_enough(paper: str, languages: list[str], link: str) -> None:
    out = BytesIO()
    poster.write_pdf(out, about(languages, link), paper)
    [page] = pypdfium2.PdfDocument(out.getvalue())
    assert [round(side / 72 * CM_PER_INCH, 1) for side in page.get_size()] == list(CM_OF_PAPER[paper])
    [found] = zxingcpp.read_barcodes(page.render(scale=DPI / 72).to_pil().convert("L"))
    assert found.text == link
    corners = found.position
    sides = (corners.top_right.x - corners.top_left.x, corners.bottom_left.y - corners.top_left.y)
    assert min(sides) / DPI * CM_PER_INCH >= LEAST_CM


@pytest.mark.parametrize("languages", [list(LANGUAGES)[:count] for count in (1, 3, 6, 10)], ids=len)
def test_all_languages_end_above_the_address(languages: list[str]) -> None:
    for full in (about(languages), replace(about(languages), identity=DRESSED)):
        assert poster.laid_out(full, PAPERS["a4"]).fits


def test_an_event_with_colour_and_pictures_has_them_in_its_head_and_its_code_is_read() -> None:
    out = BytesIO()
    poster.write_pdf(out, replace(about(["en", "hi"]), identity=DRESSED), "a4")
    [page] = pypdfium2.PdfDocument(out.getvalue())
    seen = page.render(scale=2).to_pil().convert("RGB")
    [found] = zxingcpp.read_barcodes(seen.convert("L"))
    assert found.text == LONGEST
    down = [seen.getpixel((4, at)) for at in range(seen.height)]
    assert (0x7A, 0x1F, 0x5C) in down
    assert down[-1] == (255, 255, 255)


def test_a_logo_is_printed_in_grey_on_white_and_what_is_none_is_refused() -> None:
    file = BytesIO()
    Image.new("RGBA", (40, 20), (255, 0, 0, 0)).save(file, "PNG")
    assert poster.read_logo(BytesIO(file.getvalue())).getextrema() == (255, 255)
    for broken in (b"", b"%PDF-1.5", b"GIF89a" + b"\0" * 40, file.getvalue()[:60]):
        with refused("bad_logo"):
            poster.read_logo(BytesIO(broken))
