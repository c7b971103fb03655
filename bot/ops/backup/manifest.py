"""What a backup says of itself, in clear: nothing of anybody, but how much there is and how to tell it is whole."""

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from bot.errors import NotReady
from bot.ops.backup import encryption

NAME = "manifest.json"
FORMAT = 1
SECRET_NAME = "secret_key.encrypted"  # noqa: S105 - the name of a file
READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one backup."""

    made_at: str
    """When the copy was taken, in UTC: nothing of a later moment is in it."""
    version: str
    """Of the code that made it."""
    migration: str
    database: str
    """`sqlite` or `postgresql`."""
    dumped_by: int
    """The major version of the pg_dump that made it; 0 for SQLite."""
    file: str
    encrypted: bool
    size: int
    sha256: str
    """Of the file as it lies in the folder, so that it can be checked without the passphrase."""
    rows: dict[str, int]
    """By table."""
    has_secret: bool
    """SECRET_KEY is in the folder, encrypted."""
    secret_salt: str
    secret_check: str
    """Tells whether a SECRET_KEY opens the pass-signing keys of this backup."""
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        """When the copy was taken."""
        return datetime.fromisoformat(self.made_at)

    def opens(self, secret_key: str) -> bool:
        """Whether this SECRET_KEY is the one that the backup was made with."""
        found = encryption.scrypt(secret_key, bytes.fromhex(self.secret_salt))
        return hmac.compare_digest(found, bytes.fromhex(self.secret_check))

    def write(self, folder: Path) -> None:
        """Keep it in the folder."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a backup. Raises NotReady where there is none that this code understands."""
        try:
            told: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
            if told.get("format") != FORMAT:
                raise NotReady(f"{folder}: a backup of format {told.get('format')}; this code reads {FORMAT}")
            return cls(**told)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            raise NotReady(f"{folder}: no backup of ours ({NAME} is not there, or cannot be read)") from None


def secret_check(secret_key: str) -> tuple[str, str]:
    """A salt, and what Manifest.opens compares."""
    salt = os.urandom(encryption.SALT_BYTES)
    return salt.hex(), encryption.scrypt(secret_key, salt).hex()


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
