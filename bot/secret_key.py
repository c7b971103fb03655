"""SECRET_KEY: makes and keeps one, and tells whether a given one could be guessed."""

import contextlib
import os
import re
import secrets
from itertools import pairwise
from pathlib import Path

from bot.errors import NotReady

MIN_SECRET_LENGTH = 16
SECRET_FILE = "secret_key"  # noqa: S105 - the name of a file

MIN_DISTINCT_CHARACTERS = 8
"""Different characters of a good secret: 16 random ones have fewer in one case of a million, hexadecimal ones in 50."""
PLACEHOLDERS = re.compile(
    r"at.?least|nobody.?guess|change.?me|replace|your.?(secret|key)|secret.?key|passw|example|placeholder|letmein|qwert",
    re.IGNORECASE,
)
"""What stands in documents where a secret belongs, ours included, and what people put there for now."""


def is_guessable(secret: str) -> bool:
    """Whether somebody who tries patterns and samples would find this secret."""
    return (
        len(set(secret)) < MIN_DISTINCT_CHARACTERS
        or PLACEHOLDERS.search(secret) is not None
        or _repeats(secret)
        or _is_mostly_sequential(secret)
    )


def _repeats(secret: str) -> bool:
    """Whether it is the same piece again and again, the last perhaps cut: `abcd1234abcd1234abcd`."""
    return any(secret.startswith(secret[length:]) for length in range(1, len(secret) // 2 + 1))


def _is_mostly_sequential(secret: str) -> bool:
    """Whether most characters follow the one before in the alphabet, or are it again: `abcdefgh12345678`."""
    steps = [ord(character) - ord(other) for other, character in pairwise(secret)]
    return sum(abs(step) <= 1 for step in steps) > len(steps) // 2


def check_secret(secret: str) -> None:
    """Raises NotReady where a SECRET_KEY is too short or can be guessed."""
    if len(secret) < MIN_SECRET_LENGTH:
        raise NotReady(f"the new secret must have at least {MIN_SECRET_LENGTH} characters")
    if is_guessable(secret):
        raise NotReady("the new secret can be guessed: it is too simple, or from a document")


def stored_secret(var_dir: Path) -> str:
    """The secret made once and kept under VAR_DIR, readable by its owner only.

    Processes that start together come to the same one: the file appears whole, by a link that only
    the first of them can make. Raises NotReady where VAR_DIR cannot be written or the file is damaged.
    """
    file = var_dir / SECRET_FILE
    try:
        if not file.exists():
            _make_secret(file)
        secret = file.read_text().strip()
    except OSError as problem:
        raise NotReady(f"VAR_DIR: cannot write there ({problem.strerror})") from None
    if len(secret) < MIN_SECRET_LENGTH:
        raise NotReady("VAR_DIR: its file secret_key is damaged; without the old one the kept pass keys cannot be read")
    return secret


def _make_secret(file: Path) -> None:
    file.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
            kept.write(secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
