"""The pictures of an event's identity, its logo and its header: checked, cut to shape, and made anew.

What a file is called and what it claims to be counts for nothing. What is kept was drawn here: a picture's pixels and
nothing else of the file, so no place where a photo was taken and no bytes behind a picture's end.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from bot.domain.events import colours
from bot.domain.events.identity import HEADER, LOGO, MAX_FILE_BYTES, Picture
from bot.errors import Refused

FORMATS = ("PNG", "JPEG", "WEBP")
"""What is taken. SVG is not: it is a program as well as a picture."""
MAX_PIXELS = 25_000_000
"""A small file can claim to be larger than any memory; so many fill 100 MB."""
LOGO_BOX, MIN_LOGO_SIDE = (640, 320), 120
"""Pixels that a logo has at most, and that its longer side has at least: it is printed 4 cm wide."""
HEADER_SIZE, MIN_HEADER = (1600, 400), (1080, 270)
"""Pixels of a header, four times as wide as high, and what it has at least: a pass is so wide."""
MAX_KEPT_BYTES = 400_000
"""Bytes of a picture as it is kept: it is part of pages that people open on their phones."""
JPEG_QUALITIES = (85, 75, 65, 50)
LEAST_INK = 0.01
"""Share of a logo, without its empty edge, that must stand out from white paper: the least of any that can be seen."""
PALE = 148
"""Grey values below it stand out from white 3 to 1 (WCAG 1.4.11)."""
EMPTY_FROM = 8
"""Opacity below which a pixel counts as empty."""
_OPEN = threading.BoundedSemaphore(1)
"""One at a time: a process has many threads and little memory."""
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError)


def checked(kind: str, data: bytes) -> Picture:
    """A file as the picture that is kept of it. Raises Refused.

    `bad_picture`: no PNG, JPEG or WebP, or a broken one; `picture_too_large` (`megabytes`, `megapixels`);
    `picture_too_small` (`width`, `height`: what it needs); `logo_too_pale`: on white paper it is hardly seen. Each has
    `picture`, the kind.
    """
    try:
        if len(data) > MAX_FILE_BYTES:
            raise _too_large()
        with _OPEN:
            return _MAKERS[kind](_opened(data))
    except Refused as no:
        raise Refused(no.code, **no.params, picture=kind) from None


def _too_large() -> Refused:
    return Refused("picture_too_large", megabytes=MAX_FILE_BYTES // 1_000_000, megapixels=MAX_PIXELS // 1_000_000)


def _opened(data: bytes) -> Image.Image:
    """The picture, upright, with its transparency."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            # Known from the first bytes: nothing has been unpacked yet.
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            image.draft("RGB", (HEADER_SIZE[0], HEADER_SIZE[0]))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            upright.info.clear()
            return upright
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except _BROKEN:
        raise Refused("bad_picture") from None


def _logo(image: Image.Image) -> Picture:
    cut = image.crop(_visible(image))
    if max(cut.size) < MIN_LOGO_SIDE:
        raise Refused("picture_too_small", width=MIN_LOGO_SIDE, height=MIN_LOGO_SIDE)
    if _ink(cut) < LEAST_INK:
        raise Refused("logo_too_pale")
    is_larger = cut.width > LOGO_BOX[0] or cut.height > LOGO_BOX[1]
    drawn = ImageOps.contain(cut, LOGO_BOX, Image.Resampling.LANCZOS) if is_larger else cut
    while len(data := _written(drawn, "PNG")) > MAX_KEPT_BYTES:
        drawn = drawn.resize((max(drawn.width * 3 // 4, 1), max(drawn.height * 3 // 4, 1)), Image.Resampling.LANCZOS)
    return _kept(data, "image/png", drawn)


def _visible(image: Image.Image) -> tuple[int, int, int, int]:
    """The part that is not empty: neither transparent nor white. The whole where all of it is."""
    there = image.getchannel("A").point([0] * EMPTY_FROM + [255] * (256 - EMPTY_FROM))
    grey = on_white(image).convert("L").filter(ImageFilter.MedianFilter(3))
    not_white = grey.point([255] * 250 + [0] * 6)
    opaque = image.getchannel("A").getextrema()[0] == 255
    found = (not_white if opaque else ImageChops.lighter(there, not_white)).getbbox()
    return found or (0, 0, *image.size)


def _ink(image: Image.Image) -> float:
    """The share of it that is seen on white."""
    histogram = on_white(image).convert("L").histogram()
    return sum(histogram[:PALE]) / (image.width * image.height)


def on_white(image: Image.Image) -> Image.Image:
    """A picture as it is on paper."""
    return Image.alpha_composite(Image.new("RGBA", image.size, colours.WHITE), image).convert("RGB")


def _header(image: Image.Image) -> Picture:
    least_width, least_height = MIN_HEADER
    cut = ImageOps.fit(image, _largest(image.size), Image.Resampling.LANCZOS)
    if cut.width < least_width or cut.height < least_height:
        raise Refused("picture_too_small", width=least_width, height=least_height)
    drawn = on_white(cut)
    for quality in JPEG_QUALITIES:
        data = _written(drawn, "JPEG", quality=quality, progressive=True)
        if len(data) <= MAX_KEPT_BYTES:
            break
    return _kept(data, "image/jpeg", drawn)


def _largest(size: tuple[int, int]) -> tuple[int, int]:
    """The largest part of a picture that has a header's shape, as large as a header at most."""
    wide, high = HEADER_SIZE
    ratio = wide / high
    width = min(size[0], round(size[1] * ratio), wide)
    return width, round(width / ratio)


def _written(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, optimize=True, **options)
    return file.getvalue()


def _kept(data: bytes, mime: str, drawn: Image.Image) -> Picture:
    return Picture(hashlib.sha256(data).hexdigest()[:16], mime, drawn.width, drawn.height, data)


_MAKERS: Mapping[str, Callable[[Image.Image], Picture]] = {LOGO: _logo, HEADER: _header}
