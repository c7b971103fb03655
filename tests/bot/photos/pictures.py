"""Photos of our own passes, as a phone at a gate takes them."""

import io
from dataclasses import replace
from typing import Any

import zxingcpp
from PIL import Image, ImageOps

from bot.delivery.images.pass_image import draw
from tests.bot.delivery.images.test_pass_image import PLAIN

GROUND = (120, 110, 100)


def drawn(qr_text: str = PLAIN.qr_text) -> Image.Image:
    """The picture of a pass as it comes to its holder."""
    return Image.open(io.BytesIO(draw(replace(PLAIN, qr_text=qr_text)))).convert("RGB")


def shot(*passes: Image.Image, side: int = 900, angle: float = 0) -> Image.Image:
    """A photo of three by four with these passes side by side, turned by an angle."""
    photo = Image.new("RGB", (3000, 2200), GROUND)
    for place, one in enumerate(passes):
        small = ImageOps.contain(one, (side, 2 * side)).convert("RGBA")
        turned = small.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
        photo.paste(turned, (200 + place * 1400, 200 + place * 300), turned)
    return photo


def the_qr(image: Image.Image) -> tuple[int, int, int, int]:
    """Where the symbol is in the drawn picture, without its quiet zone."""
    [found] = zxingcpp.read_barcodes(image)
    corner, other = found.position.top_left, found.position.bottom_right
    return corner.x, corner.y, other.x + 1, other.y + 1


def as_file(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a photo."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
