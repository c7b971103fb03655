"""Tells whether a backup is whole: its file is the one that was written, and has the rows that the manifest names."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import NotReady
from bot.ops.backup import encryption, postgres_copy, sqlite_copy
from bot.ops.backup import manifest as manifests
from bot.ops.backup.manifest import Manifest


def verify(folder: Path, passphrase: str = "") -> Manifest:
    """The manifest of a backup that can be restored. Raises NotReady that says what is wrong with it.

    Of an encrypted one without a passphrase only the checksum is compared.
    """
    manifest = Manifest.read(folder)
    whole(folder, manifest)
    if not manifest.encrypted or passphrase:
        with opened(folder, manifest, passphrase) as file:
            is_dump = manifest.database == "postgresql"
            compare(manifest, postgres_copy.rows(str(file), manifest.dumped_by) if is_dump else sqlite_copy.rows(file))
    return manifest


def whole(folder: Path, manifest: Manifest) -> None:
    """Raises NotReady where the file is not the one that the manifest is about."""
    file = folder / manifest.file
    try:
        found = manifests.digest(file)
    except OSError as problem:
        raise NotReady(f"{file}: cannot be read ({problem.strerror})") from None
    if found != manifest.sha256:
        raise NotReady(f"{file}: is not as it was written: it is damaged, cut off or another one")


@contextmanager
def opened(folder: Path, manifest: Manifest, passphrase: str) -> Iterator[Path]:
    """The copy in clear: itself, or a file beside it that is there for as long as the block lasts."""
    file = folder / manifest.file
    if not manifest.encrypted:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="pravesh-backup-") as private:
        plain = Path(private) / "database"
        with plain.open("wb") as target:
            for piece in pieces(folder, manifest, passphrase):
                target.write(piece)
        yield plain


def pieces(folder: Path, manifest: Manifest, passphrase: str) -> Iterator[bytes]:
    """The copy in clear, piece by piece. Raises NotReady where the passphrase is missing or wrong."""
    with (folder / manifest.file).open("rb") as source:
        if not manifest.encrypted:
            yield from iter(lambda: source.read(manifests.READ_BYTES), b"")
        elif passphrase:
            yield from encryption.decrypted(source, passphrase)
        else:
            raise NotReady(f"{folder}: is encrypted: give its passphrase")


def secret_of(folder: Path, manifest: Manifest, passphrase: str) -> str:
    """The SECRET_KEY that a backup brings; empty where it brings none. Raises NotReady for a wrong passphrase."""
    if not manifest.has_secret:
        return ""
    with (folder / manifests.SECRET_NAME).open("rb") as source:
        return b"".join(encryption.decrypted(source, passphrase)).decode()


def compare(manifest: Manifest, found: dict[str, int]) -> None:
    """Raises NotReady where a copy has other rows than the manifest names."""
    wrong = {name for name in manifest.rows.keys() | found.keys() if manifest.rows.get(name) != found.get(name)}
    if wrong:
        raise NotReady(f"the copy has not the rows that the manifest names: {', '.join(sorted(wrong))}")
