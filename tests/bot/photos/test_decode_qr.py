"""What is read in photos of passes, and what is not opened at all."""

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bot.photos.decode_qr import UnreadableImage, read
from flows.gate.photos import MAX_CODES
from tests.bot.delivery.images.test_pass_image import QR_TEXT
from tests.bot.photos.pictures import as_file, drawn, shot, the_qr

OTHER = QR_TEXT[:-4] + "ABCD"
EXIF_ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def pass_() -> Image.Image:
    return drawn()


@pytest.mark.parametrize(
    "seen",
    [
        lambda image: shot(image, angle=17),
        lambda image: shot(image, angle=90),
        lambda image: ImageEnhance.Brightness(shot(image)).enhance(0.05),
        lambda image: shot(image, side=1200).filter(ImageFilter.GaussianBlur(5)),
        lambda image: shot(image, side=250),
        lambda image: ImageOps.invert(image),
        lambda image: image.crop(the_qr(image)),
        lambda image: Image.blend(image, Image.effect_noise(image.size, 150).convert("RGB"), 0.4),
    ],
    ids=["askew", "lying", "dim", "blurred", "far", "inverted", "cropped to the symbol", "noisy"],
)
def test_a_photo_of_a_pass_is_read(pass_: Image.Image, seen: Callable[[Image.Image], Image.Image]) -> None:
    assert read(as_file(seen(pass_), quality=75)) == (QR_TEXT,)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_the_bytes_say_what_it_is(pass_: Image.Image, kind: str) -> None:
    assert read(as_file(pass_, kind)) == (QR_TEXT,)


def test_a_phone_that_was_held_upside_down_or_took_a_mirror_image(pass_: Image.Image) -> None:
    for orientation in (2, 3, 6):
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        assert read(as_file(shot(pass_), exif=exif)) == (QR_TEXT,)


def test_a_screenshot_with_a_transparent_ground(pass_: Image.Image) -> None:
    symbol = pass_.crop(the_qr(pass_)).convert("L")
    clear = Image.new("LA", symbol.size)
    clear.putalpha(ImageOps.invert(symbol))
    assert read(as_file(clear, "PNG")) == (QR_TEXT,)


def test_two_passes_in_one_photo_and_the_same_one_twice(pass_: Image.Image) -> None:
    assert read(as_file(shot(pass_, drawn(OTHER), angle=8))) == (QR_TEXT, OTHER)
    assert read(as_file(shot(pass_, pass_))) == (QR_TEXT,)


def test_of_a_table_full_of_passes_the_first_are_answered(pass_: Image.Image) -> None:
    photo = Image.new("RGB", (3000, 2600), "white")
    box = the_qr(pass_)
    for place in range(MAX_CODES + 2):
        symbol = drawn(QR_TEXT[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]).crop(box).resize((430, 430))
        photo.paste(symbol, (40 + place % 6 * 490, 40 + place // 6 * 490))
    found = read(as_file(photo))
    assert len(found) == len(set(found)) == MAX_CODES


def test_a_payment_code_on_the_wall_is_no_pass_but_alone_it_is_told_of(pass_: Image.Image) -> None:
    payment = "UPI://PAY"
    assert read(as_file(shot(drawn(payment), pass_))) == (QR_TEXT,)
    assert read(as_file(shot(drawn(payment)))) == (payment,)


def bomb() -> bytes:
    """A PNG of a few kilobytes that unpacks to 40,000 by 40,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def jpeg(size: tuple[int, int]) -> bytes:
    return as_file(Image.new("L", size, 200), quality=20)


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(/etc/passwd) run\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_image"),
        (HEIC, "no_image"),
        (SVG, "no_image"),
        (EPS, "no_image"),
        (b"%PDF-1.7\n" + bytes(100), "no_image"),
        (as_file(Image.new("L", (30, 30)), "TIFF"), "no_image"),
        (jpeg((1200, 900))[:900], "no_image"),
        (as_file(Image.new("RGB", (1, 1))), "no_qr"),
        (as_file(Image.new("RGB", (1, 30_000)), "PNG"), "no_qr"),
        (jpeg((1200, 900)), "no_qr"),
        (jpeg((6000, 5000)), "too_large"),
        (bomb(), "too_large"),
    ],
    ids=["none", "heic", "svg", "eps", "pdf", "tiff", "truncated", "1x1", "a line", "grey", "30 megapixels", "bomb"],
)
def test_what_is_no_photo_of_a_pass_is_told_apart_and_never_unpacked_whole(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableImage) as no:
        read(data)
    assert no.value.code == code


def test_a_pass_that_is_partly_outside_is_not_read_as_anything_else(pass_: Image.Image) -> None:
    left, top, right, bottom = the_qr(pass_)
    cut = pass_.crop((left - 40, top - 40, right - (right - left) // 6, bottom + 40))
    with pytest.raises(UnreadableImage) as no:
        read(as_file(cut))
    assert no.value.code == "no_qr"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(pass_: Image.Image, kind: str) -> None:
    whole = as_file(pass_.resize((300, 470)), kind)
    outcomes = {_outcome(_damaged(whole, place)) for place in range(0, min(len(whole), 3000), 61)}
    assert outcomes <= {(QR_TEXT,), "no_image", "no_qr", "too_large"}


def _damaged(whole: bytes, place: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :]


def _outcome(data: bytes) -> tuple[str, ...] | str:
    try:
        return read(data)
    except UnreadableImage as no:
        return no.code
