"""A stream under a passphrase: what comes out is what went in, or nothing."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotReady
from bot.ops.backup import encryption

PASSPHRASE = "quiet river under stones"


@pytest.fixture(autouse=True, scope="module")
def small_pieces() -> Iterator[None]:
    """Pieces of a few bytes and cheap keys, so that many can be tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "PIECE_BYTES", 8)
        patch.setattr(encryption, "SCRYPT_COST", 2)
        yield


def sealed(plain: bytes) -> bytes:
    target = io.BytesIO()
    encryption.encrypt(io.BytesIO(plain), target, PASSPHRASE)
    return target.getvalue()


def opened(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(encryption.decrypted(io.BytesIO(data), passphrase))


@given(st.binary(max_size=40))
def test_what_comes_out_is_what_went_in(plain: bytes) -> None:
    assert opened(sealed(plain)) == plain
    if len(plain) > 4:
        assert plain not in sealed(plain)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_nothing_that_was_changed_is_opened(plain: bytes, data: st.DataObject) -> None:
    whole = sealed(plain)
    place = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    for other in (bent, whole[:place], whole + b"x"):
        with pytest.raises(NotReady):
            opened(other)


def test_pieces_cannot_change_places_or_be_left_out() -> None:
    whole = sealed(b"12345678abcdefgh!")
    head, sealed_piece = 39, 8 + encryption.TAG_BYTES
    first, second = whole[head : head + sealed_piece], whole[head + sealed_piece : head + 2 * sealed_piece]
    rest = whole[head + 2 * sealed_piece :]
    for other in (second + first + rest, first + rest, first + second):
        with pytest.raises(NotReady):
            opened(whole[:head] + other)


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(NotReady, match="passphrase"):
        opened(sealed(b"words"), "another one of the kind")
    with pytest.raises(NotReady, match="12 characters"):
        encryption.check_passphrase("too short")
