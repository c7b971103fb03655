"""Reads the QRs in a picture, if it is one and not too large.

What the file claims to be (name, content type) counts for nothing: its bytes say what it is.
"""

import io
import threading
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from flows.gate.photos import MAX_CODES, NO_IMAGE, NO_QR, TOO_LARGE

IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What phones and their chats send. Every further decoder is one more that strangers' bytes could break."""
MAX_PIXELS = 25_000_000
"""A phone's photo has 12 million at most chats' largest; decoded, so many fill about 100 MB."""
MAX_SIDE_PIXELS = 2400
"""Pixels to which a picture is brought down first: twenty passes on a table still have 3 to a module."""
MIN_SIDE_MODULES = 21
"""Modules of the smallest symbol (ISO/IEC 18004): what is narrower has none."""
REDUCED_SIDES = (1200, 600)
"""Sides to which it is brought down where nothing was found: what is blurred or grainy is sharper when small."""
MAX_DOUBLED_SIDE = 1600
"""Up to this side (a photo as WhatsApp sends it) it is enlarged too, smoothed once: for small symbols in poor light."""
MAX_TEXT_LENGTH = 500
"""Characters of a QR that are looked at: ours have under 400."""
OPEN_PICTURES = threading.BoundedSemaphore(2)
"""How many pictures one process has open: its threads are many, its memory is not."""
QR_PATH = "/P/"
"""What stands in the QRs of passes (docs/contract.md#codes-and-qr)."""


class UnreadableImage(Exception):
    """No QR could be read; `code` is one of flows.gate.photos.TROUBLE_TEXTS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(data: bytes) -> tuple[str, ...]:
    """The texts of the QRs in a picture, from top to bottom, each once; at most MAX_CODES.

    Where any of them look like passes the others (a payment code on the wall) are left out.
    Raises UnreadableImage `no_image`, `too_large`, `no_qr`.
    """
    with OPEN_PICTURES:
        image = _opened(data)
        texts = _texts(image) if min(image.size) >= MIN_SIDE_MODULES else []
    if not texts:
        raise UnreadableImage(NO_QR)
    ours = [text for text in texts if QR_PATH in text.upper()]
    return tuple((ours or texts)[:MAX_CODES])


def _opened(data: bytes) -> Image.Image:
    """The picture in grey, upright, of a size that can be searched. Raises UnreadableImage."""
    try:
        with Image.open(io.BytesIO(data), formats=IMAGE_FORMATS) as image:
            # Known from the header: nothing has been unpacked yet.
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableImage(TOO_LARGE)
            image.draft("L", (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
            return _reduced(ImageOps.exif_transpose(_in_grey(image)), MAX_SIDE_PIXELS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImage(TOO_LARGE) from None
    except UnreadableImage:
        raise
    except Exception:
        # Any error of a decoder means that this is no picture. Its text may quote the data, so it is dropped.
        raise UnreadableImage(NO_IMAGE) from None


def _in_grey(image: Image.Image) -> Image.Image:
    """The picture in grey, on white where it is transparent, as a chat shows it."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L")
    layer = image.convert("LA")
    ground = Image.new("L", image.size, 255)
    ground.paste(layer.getchannel("L"), mask=layer.getchannel("A"))
    ground.getexif().update(image.getexif())
    return ground


def _reduced(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    return ImageOps.contain(image, (side, side), Image.Resampling.LANCZOS)


def _doubled(image: Image.Image) -> Image.Image:
    return image.resize((2 * image.width, 2 * image.height), Image.Resampling.BICUBIC)


def _texts(image: Image.Image) -> list[str]:
    """Each text once; the first variant of the picture in which any are found, as further ones find the same again."""
    for variant in _variants(image):
        # The formats are made anew each time: what lives as long as the process is reported as leaked at its end.
        found = zxingcpp.read_barcodes(
            variant, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), text_mode=zxingcpp.TextMode.Plain
        )
        placed = sorted(
            (barcode.position.top_left.y, barcode.position.top_left.x, barcode.text)
            for barcode in found
            if barcode.text
        )
        if placed:
            return list(dict.fromkeys(text[:MAX_TEXT_LENGTH] for _, _, text in placed))
    return []


def _variants(image: Image.Image) -> Iterator[Image.Image]:
    """The picture as it is, then with more contrast, smaller, larger, and with an edge of white for a cropped one."""
    yield image
    image = ImageOps.autocontrast(image, cutoff=2)
    yield image
    for side in REDUCED_SIDES:
        if max(image.size) > side:
            yield _reduced(image, side)
    if max(image.size) <= MAX_DOUBLED_SIDE:
        yield _doubled(image)
        yield _doubled(image.filter(ImageFilter.GaussianBlur(1)))
    yield ImageOps.expand(image, border=max(image.size) // 12 + 4, fill=255)
