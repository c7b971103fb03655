"""Encrypts a stream under a passphrase: AES-256-GCM in pieces, the key by scrypt.

The file: MAGIC, 16 bytes of salt, 7 bytes of nonce, then pieces of a MiB (the last one shorter), each followed by its
tag. A piece's nonce is the file's, the number of the piece (4 bytes) and whether it is the last (1 byte): pieces that
are missing, added or in another order are noticed (the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár).
"""

import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.errors import NotReady

MAGIC = b"PRAVESH-BACKUP-1"
SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 7, 16
PIECE_BYTES = 1024 * 1024
SCRYPT_COST = 2**16
"""64 MiB and a fifth of a second for each guess at a passphrase (RFC 7914's N, with r = 8, p = 1)."""
MIN_PASSPHRASE_LENGTH = 12
WRONG = "the backup cannot be opened: another passphrase, or a damaged file"


def encrypt(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write what `source` has to `target`, encrypted."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    cipher = AESGCM(scrypt(passphrase, salt))
    target.write(MAGIC + salt + nonce)
    for number, (piece, last) in enumerate(_pieces(source, PIECE_BYTES)):
        target.write(cipher.encrypt(_nonce(nonce, number, last), piece, MAGIC))


def decrypted(source: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The pieces of what was encrypted. Raises NotReady where one is not what was written, or the end is missing."""
    head = source.read(len(MAGIC) + SALT_BYTES + NONCE_BYTES)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + SALT_BYTES + NONCE_BYTES:
        raise NotReady(WRONG)
    cipher = AESGCM(scrypt(passphrase, head[len(MAGIC) : -NONCE_BYTES]))
    for number, (piece, last) in enumerate(_pieces(source, PIECE_BYTES + TAG_BYTES)):
        try:
            yield cipher.decrypt(_nonce(head[-NONCE_BYTES:], number, last), piece, MAGIC)
        except InvalidTag:
            raise NotReady(WRONG) from None


def check_passphrase(passphrase: str) -> None:
    """Raises NotReady where it is too short to protect everybody's names and numbers."""
    if len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise NotReady(f"the passphrase must have at least {MIN_PASSPHRASE_LENGTH} characters")


def scrypt(secret: str, salt: bytes) -> bytes:
    """32 bytes that only somebody with the secret can make, at the cost of SCRYPT_COST."""
    return Scrypt(salt=salt, length=32, n=SCRYPT_COST, r=8, p=1).derive(secret.encode())


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _pieces(source: IO[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The pieces of a stream, and of each whether it is the last; of an empty stream one empty piece.

    The stream is buffered: it gives less than it is asked for only at its end.
    """
    piece = source.read(size)
    while True:
        following = source.read(size) if len(piece) == size else b""
        yield piece, not following
        if not following:
            return
        piece = following
