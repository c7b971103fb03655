"""A pass's picture, beside its QR symbol alone as `qrcode` with Pillow makes it."""

import io
import time
from collections.abc import Callable
from datetime import date
from datetime import time as hour
from typing import TypeVar

from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.main import QRCode

from bot.delivery.images.pass_image import PassImage, draw
from tests.bench.table.rows import Row

SAID = {
    "en": ("Delhi Book Fair", "Pragati Maidan, New Delhi", "Asha Verma"),
    "hi": ("दिल्ली पुस्तक मेला", "प्रगति मैदान, नई दिल्ली", "आशा वर्मा"),
}
ADDRESS = "HTTPS://PASS.BOOKFAIR.EXAMPLE/P/"
Asked = TypeVar("Asked")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def rows(number: int) -> list[Row]:
    """So many pictures of different people in each language, medians and spread of one thread's processor time."""
    bare = _measured(_symbol, [_text(place) for place in range(number)])
    return [_row(language, number, bare) for language in SAID]


def _row(language: str, number: int, bare: list[float]) -> Row:
    """The first is not counted: fonts are opened once for a process."""
    ours = _measured(draw, [facts(language, place) for place in range(number + 1)])[1:]
    return Row(f"a picture, {language}, ms of processor time", ours, bare)


def _measured(work: Callable[[Asked], object], asked: list[Asked]) -> list[float]:
    taken = []
    for one in asked:
        began = time.process_time()
        work(one)
        taken.append((time.process_time() - began) * 1000)
    return taken


def _text(place: int) -> str:
    """A QR text of the length that ours have."""
    return ADDRESS + "".join(LETTERS[(place * 7 + at * at + at) % 32] for at in range(130))


def facts(language: str, place: int) -> PassImage:
    """What the picture of somebody says, of each place another."""
    event, venue, name = SAID[language]
    return PassImage(
        event=event,
        venue=venue,
        opens=hour(10),
        closes=hour(20),
        full_name=f"{name} {LETTERS[place % 26]}{LETTERS[place // 26 % 26].lower()}",
        day=date(2027, 1, 9 + place % 9),
        party_size=1 + place % 5,
        code=f"{place:04d}-ABCD",
        qr_text=_text(place),
        policy="daily",
        language=language,
    )


def _symbol(text: str) -> bytes:
    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    with io.BytesIO() as file:
        code.make_image(PilImage).save(file, format="PNG")
        return file.getvalue()
