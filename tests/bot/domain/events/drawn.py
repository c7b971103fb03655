"""Files with pictures, as somebody would bring them."""

import io
from typing import Any

from PIL import Image, ImageDraw


def file(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    """The picture as a file of this kind."""
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def logo(ink: str = "#142a66", kind: str = "PNG") -> bytes:
    """A disc, with much that is empty around it."""
    image = Image.new("RGBA", (600, 500), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((200, 150, 400, 350), fill=ink)
    return file(image, kind)


def header(size: tuple[int, int] = (1200, 900), kind: str = "JPEG", **more: Any) -> bytes:
    """A photo of a sky above the ground."""
    image = Image.new("RGB", size, "#4a7fc1")
    ImageDraw.Draw(image).rectangle((0, size[1] // 2, *size), fill="#7a5b2e")
    return file(image, kind, **more)
