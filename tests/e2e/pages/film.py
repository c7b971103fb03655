"""A film for Chromium's fake camera: QR codes held before it, one after the other."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import qrcode
from PIL import Image

from tests.e2e.pages.browser import ARGUMENTS

SIZE = (640, 480)
FRAMES_A_SECOND = 30
"""Of a film that does not say: Chromium's fake camera."""
SHOWN, BETWEEN = 1.2, 0.5
"""Seconds that a code is held up, and that the camera sees nothing in between."""


def film(file: Path, texts: Sequence[str]) -> list[str]:
    """Write the film, an endless loop; the arguments of a Chromium that sees it."""
    nothing = _jpeg(Image.new("RGB", SIZE, (90, 96, 92)))
    with file.open("wb") as made:
        for text in texts:
            made.write(nothing * int(BETWEEN * FRAMES_A_SECOND))
            made.write(_jpeg(_held(text)) * int(SHOWN * FRAMES_A_SECOND))
    return [
        *ARGUMENTS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    ]


def _held(text: str) -> Image.Image:
    """The code on paper before a grey wall."""
    scene = Image.new("RGB", SIZE, (90, 96, 92))
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    picture = code.make_image().get_image().convert("RGB").resize((380, 380), Image.Resampling.NEAREST)
    scene.paste(picture, (130, 50))
    return scene


def _jpeg(image: Image.Image) -> bytes:
    kept = BytesIO()
    image.save(kept, "JPEG", quality=90)
    return kept.getvalue()
