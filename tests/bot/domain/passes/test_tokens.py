import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import qrcode
from hypothesis import example, given
from hypothesis import strategies as st
from qrcode.util import QRData
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.domain.passes.tokens import PassToken
from bot.ops import migrations
from flows.shapes import Invalid
from tests.bot.domain.builders import DAY, SECRET, asking

TOKEN = PassToken(key=1, event=7, kind=0, pass_id=123_456_789, first_day=DAY, days=0b101, party_size=3)
ANY = st.builds(
    PassToken,
    key=st.just(1),
    event=st.integers(0, 2**16 - 1),
    kind=st.integers(0, 255),
    pass_id=st.integers(0, 2**40 - 1),
    first_day=st.dates(tokens.EPOCH, tokens.EPOCH + timedelta(days=2**16 - 1)),
    days=st.integers(0, 2**32 - 1),
    party_size=st.integers(0, 255),
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyRing]:
    """Keys of a database of this module's own: the tokens need nothing else of it."""
    file: Path = tmp_path_factory.mktemp("tokens") / "keys.db"
    database = Database(f"sqlite:///{file}")
    migrations.upgrade(database)
    yield KeyRing.open(database, SECRET)
    database.close()


def unreadable_or_forged(text: str, keys: KeyRing) -> str:
    with pytest.raises(Invalid) as no:
        tokens.decode(text, keys)
    return no.value.code


@given(token=ANY)
def test_what_is_encoded_is_decoded(keys: KeyRing, token: PassToken) -> None:
    text = tokens.encode(token, keys)
    assert len(text) == tokens.LENGTH
    assert tokens.decode(text, keys) == token


def test_the_layout_is_as_documented(keys: KeyRing) -> None:
    raw = tokens._bytes(tokens.encode(TOKEN, keys))
    assert raw[:17] == struct.pack(">BBHB", 1, 1, 7, 0) + (123_456_789).to_bytes(5, "big") + struct.pack(
        ">HIB", (DAY - date(2020, 1, 1)).days, 0b101, 3
    )
    assert len(raw) == 17 + 64
    public = keys.public(1)
    assert public is not None
    public.verify(raw[17:], raw[:17])


def test_a_token_names_its_days() -> None:
    assert TOKEN.dates == (DAY, DAY + timedelta(days=2))


def test_the_token_of_a_pass(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    issued = registrations.register(db, ring, **asking(asha))
    token = tokens.token_of(issued)
    assert (token.event, token.pass_id, token.kind) == (fair.id, issued.id, 0)
    assert (token.dates, token.party_size, token.key) == ((DAY,), 2, ring.current)
    issued.kind.days = [(DAY + timedelta(days=3)).isoformat(), DAY.isoformat()]
    assert tokens.token_of(issued).dates == (DAY, DAY + timedelta(days=3))


@given(text=st.text(max_size=300))
@example("")
@example("/P/")
@example("A" * tokens.LENGTH)
@example("=" * tokens.LENGTH)
@example("١" * tokens.LENGTH)
@example("\udcff" * 20)
@example("a" * 10_000)
def test_no_text_raises_anything_but_invalid(keys: KeyRing, text: str) -> None:
    assert unreadable_or_forged(text, keys) in ("unreadable", "forged")


@given(raw=st.binary(min_size=81, max_size=81))
def test_81_bytes_of_anything_are_no_pass(keys: KeyRing, raw: bytes) -> None:
    assert unreadable_or_forged(tokens._text(raw), keys) in ("unreadable", "forged")


@given(token=ANY, bit=st.integers(0, 81 * 8 - 1))
def test_one_flipped_bit_is_no_pass(keys: KeyRing, token: PassToken, bit: int) -> None:
    raw = bytearray(tokens._bytes(tokens.encode(token, keys)))
    raw[bit // 8] ^= 1 << bit % 8
    expected = "unreadable" if bit < 8 else "forged"
    assert unreadable_or_forged(tokens._text(bytes(raw)), keys) == expected


@given(place=st.integers(0, tokens.LENGTH - 1), other=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_other_character_is_no_pass(keys: KeyRing, place: int, other: str) -> None:
    text = tokens.encode(TOKEN, keys)
    if text[place] != other:
        changed = text[:place] + other + text[place + 1 :]
        assert unreadable_or_forged(changed, keys) in ("unreadable", "forged")


def test_every_length_but_the_right_one_is_unreadable(keys: KeyRing) -> None:
    text = tokens.encode(TOKEN, keys)
    for wrong in (text[:-1], text + "A", text[:-2], text + text, text + "======"):
        assert unreadable_or_forged(wrong, keys) == "unreadable"


def test_an_unknown_key_cannot_have_signed(keys: KeyRing) -> None:
    raw = bytearray(tokens._bytes(tokens.encode(TOKEN, keys)))
    raw[1] = 200
    assert unreadable_or_forged(tokens._text(bytes(raw)), keys) == "forged"


SURROUNDED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "small letters": str.lower,
    "a link": lambda text: f"https://pass.example.org/p/{text}",
    "a link with another host": lambda text: f"HTTPS://EVIL.EXAMPLE/P/{text}",
    "two links": lambda text: f"HTTPS://A.EXAMPLE/P/HTTPS://B.EXAMPLE/P/{text}",
    "spaces and line ends": lambda text: f"  {text[:40]} \r\n{text[40:]}\t",
    "zero-width characters": lambda text: "\ufeff" + "\u200b".join(text) + "\u2060",
    "control characters": lambda text: f"\x02{text}\x03\x1d\x00",
    "an ECI prefix": lambda text: f"\\000026{text}",
    "an ECI prefix before a link": lambda text: f"]Q2\\000026HTTPS://PASS.EXAMPLE/P/{text}",
    "ECI prefixes within": lambda text: f"/P/\\000026{text[:50]}\\000003{text[50:]}",
    "full width": lambda text: "".join(chr(ord(character) + 0xFEE0) for character in text),
    "Devanagari digits": lambda text: text.translate({0x30 + digit: 0x966 + digit for digit in range(10)}),
    "variation selectors": lambda text: "\ufe0f".join(text),
}


@pytest.mark.parametrize("surrounded", SURROUNDED)
def test_a_token_is_read_whatever_surrounds_it(keys: KeyRing, surrounded: str) -> None:
    assert tokens.decode(SURROUNDED[surrounded](tokens.encode(TOKEN, keys)), keys) == TOKEN


def test_a_number_that_does_not_fit_is_not_encoded(keys: KeyRing) -> None:
    for wrong in (replace(TOKEN, pass_id=2**40), replace(TOKEN, event=2**16), replace(TOKEN, party_size=256)):
        with pytest.raises(struct.error):
            tokens.encode(wrong, keys)


@pytest.mark.parametrize("host", ["a" * 25 + ".in:1", "b" * 26 + ".org"])
def test_with_a_host_of_30_characters_the_qr_is_at_most_version_7(keys: KeyRing, host: str) -> None:
    assert len(host) == 30
    text = tokens.qr_text(f"https://{host}", tokens.encode(TOKEN, keys))
    assert text == text.upper()
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(QRData(text, mode=2))  # 2: alphanumeric, as everywhere in ISO/IEC 18004
    code.make(fit=True)
    assert code.version <= 7
    assert code.modules_count <= 45
