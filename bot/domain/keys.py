"""The Ed25519 keys that sign passes: kept in the database, encrypted under SECRET_KEY."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from bot.database import Database
from bot.domain.models import SigningKey
from bot.errors import NotReady

FIRST_KEY_ID = 1
"""The id of the first key; two processes that open an empty database both try to make this one."""
NONCE_BYTES = 12
"""AES-GCM's usual nonce length (NIST SP 800-38D, 5.2.1.1)."""
REFRESH_SECONDS = 30
"""Seconds after which a key ring reads the database again, and so learns of keys rolled or retired elsewhere."""
SEAL_PURPOSE = "seals of pass-signing keys"
"""What of SECRET_KEY's purposes the seeds are sealed for."""
SEED_BYTES = 32
"""Ed25519's private key (RFC 8032, 5.1.5)."""


def derived(secret_key: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from SECRET_KEY: what one purpose leaks helps no other (RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=f"pravesh {purpose}".encode()).derive(secret_key.encode())


_ALL_KEYS = select(SigningKey.id, SigningKey.sealed_seed, SigningKey.retired_at)
_ONE_KEY = _ALL_KEYS.where(SigningKey.id == bindparam("id"))


@dataclass(slots=True)
class KeyRing:
    """Signs with any key of the database and knows their public parts."""

    _database: Database
    _seal: AESGCM = field(repr=False)
    _keys: dict[int, Ed25519PrivateKey] = field(default_factory=dict, repr=False)
    _retired: set[int] = field(default_factory=set)
    _current: int = 0
    _fresh_until: float = 0

    @classmethod
    def open(cls, database: Database, secret_key: str, first_seed: bytes | None = None) -> Self:
        """The ring of this database, its first key made from `first_seed` or at random where there is none.

        Raises NotReady where the seeds were sealed under another SECRET_KEY.
        """
        ring = cls(database, AESGCM(derived(secret_key, SEAL_PURPOSE)))
        if not ring._load():
            ring._make_first(first_seed or secrets.token_bytes(SEED_BYTES))
            ring._load()
        return ring

    @staticmethod
    def is_there(database: Database) -> bool:
        """Whether this database has a key already."""
        with database.read() as db:
            return db.scalar(select(SigningKey.id).limit(1)) is not None

    @property
    def current(self) -> int:
        """The id of the key that signs new passes: the newest that is not retired."""
        self._refresh()
        return self._current

    def in_place_of(self, key: int) -> int:
        """The key that signs for this one: itself, or where it is retired the current one."""
        self._refresh()
        return self._current if key in self._retired else key

    def sign(self, data: bytes, key: int | None = None) -> tuple[int, bytes]:
        """The id of the key that signed and its 64-byte signature; the current key, or the one asked for.

        Raises KeyError for a key that the database has not.
        """
        wanted = self.current if key is None else key
        private = self._find(wanted)
        if private is None:
            raise KeyError(wanted)
        return wanted, private.sign(data)

    def public(self, key: int) -> Ed25519PublicKey | None:
        """The key to verify with; a key unknown so far is looked up in the database.

        None: there is none, or it is retired, so that what it signed proves nothing any more.
        """
        self._refresh()
        private = self._find(key)
        return private.public_key() if private and key not in self._retired else None

    def _find(self, key: int) -> Ed25519PrivateKey | None:
        if key not in self._keys:
            self._load(key)
        return self._keys.get(key)

    def _refresh(self) -> None:
        if time.monotonic() >= self._fresh_until:
            self._load()

    def _load(self, only: int | None = None) -> bool:
        """Read the keys, or one of them; whether there was any."""
        if only is None:
            self._fresh_until = time.monotonic() + REFRESH_SECONDS  # first: other threads need not wait
        # Whoever asks may hold a session and a pass's lock: a second session could be one for which all others wait.
        rows = self._database.look(_ALL_KEYS if only is None else _ONE_KEY, {} if only is None else {"id": only})
        for row in rows:
            if row.id not in self._keys:
                self._keys[row.id] = self._unseal(row.id, row.sealed_seed)
        self._retired |= {row.id for row in rows if row.retired_at is not None}
        if only is None and rows:
            self._current = max((row.id for row in rows if row.retired_at is None), default=0)
        return bool(rows)

    def _unseal(self, key: int, sealed_seed: bytes) -> Ed25519PrivateKey:
        nonce, sealed = sealed_seed[:NONCE_BYTES], sealed_seed[NONCE_BYTES:]
        try:
            seed = self._seal.decrypt(nonce, sealed, _bound_to(key))
        except InvalidTag:
            raise NotReady(
                "SECRET_KEY: cannot open this database's pass-signing keys; it is not the one they were sealed with"
            ) from None
        return Ed25519PrivateKey.from_private_bytes(seed)

    def rewrapped(self, row: SigningKey, secret_key: str) -> bytes:
        """The seed of a row of this ring's, sealed under another secret."""
        other = AESGCM(derived(secret_key, SEAL_PURPOSE))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + other.encrypt(
            nonce, self._unseal(row.id, row.sealed_seed).private_bytes_raw(), _bound_to(row.id)
        )

    def sealed(self, key: int, seed: bytes, now: datetime) -> SigningKey:
        """A key's row, its seed sealed: not yet in any database."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return SigningKey(
            id=key,
            public=Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(),
            sealed_seed=nonce + self._seal.encrypt(nonce, seed, _bound_to(key)),
            created_at=now,
        )

    def _make_first(self, seed: bytes) -> None:
        """Keep the first key, unless another process has kept one in this very moment."""
        try:
            with self._database.write() as db:
                db.add(self.sealed(FIRST_KEY_ID, seed, datetime.now(UTC)))
        except IntegrityError:
            return


def _bound_to(key: int) -> bytes:
    """The associated data of an encrypted seed: its row, so that two seeds cannot be exchanged."""
    return b"signing key %d" % key
