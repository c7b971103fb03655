"""The QR symbol of a slip: drawn for a printer's dots, and read as a scanner reads it."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from webhooks.staff.desk.slip import DOTS_PER_MM, PAPERS, Symbol, symbol

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z")


def printed(drawn: Symbol) -> Image.Image:
    """What a printer of this paper burns, dot by dot."""
    image = Image.new("L", (drawn.width, drawn.height), 255)
    for left, top, width, height in (map(int, run) for run in RUN.findall(drawn.path)):
        ImageDraw.Draw(image).rectangle((left, top, left + width - 1, top + height - 1), fill=0)
    return image


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize(
    "host", ["a.io", "passes.bookfair.example.in", "a-rather-long-name-of-a-host." * 2 + "example.org"]
)
def test_each_module_is_a_whole_number_of_dots_and_the_paper_has_room_for_the_quiet_zone(name: str, host: str) -> None:
    text = f"HTTPS://{host.upper()}/P/{'A2B3' * 33}"
    drawn = symbol(text, PAPERS[name])
    image = printed(drawn)
    box = image.point(lambda value: 255 - value).getbbox()
    assert box
    left, top, right, bottom = box
    runs = [tuple(map(int, run)) for run in RUN.findall(drawn.path)]
    [module] = {height for _left, _top, _width, height in runs}
    assert module >= 4  # half a millimetre: a camera reads that at arm's length
    assert module <= PAPERS[name].module
    assert all(value % module == 0 for x, y, width, _height in runs for value in (x - left, y - top, width))
    assert min(left, top, drawn.width - right, drawn.height - bottom) >= 4 * module
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [text]
    assert drawn.size == (f"{drawn.width / DOTS_PER_MM:g}mm", f"{drawn.height / DOTS_PER_MM:g}mm")
