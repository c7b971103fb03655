"""Backups in a bucket, at `s3://BUCKET/PREFIX`: Amazon's S3, or what speaks its language (AWS_ENDPOINT_URL).

By obstore, whose S3 is Apache Arrow's: one wheel of 6 MB that needs no other. Amazon's own boto3 is thrice as large and
wants an older python-dateutil than we have. Credentials and region come from the environment (AWS_…), or from the role
of the task or machine.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.errors import NotReady
from bot.ops.backup import manifest as manifests
from bot.ops.backup.manifest import Manifest
from bot.timeouts import BUCKET_PATIENCE_SECONDS

if TYPE_CHECKING:
    from obstore.store import S3Store

SCHEME = "s3://"
_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
"""What a bucket may be called: "General purpose bucket naming rules" in Amazon's user guide."""
MAX_NAMED = 5
"""Backups that are named where the one that was asked for is not there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a bucket."""

    bucket: str
    prefix: str
    """Without a slash at either end; empty: the bucket itself."""

    @classmethod
    def parse(cls, address: str) -> Self:
        """The place of this address. Raises NotReady where it is none."""
        found = _ADDRESS.fullmatch(address)
        if not found:
            raise NotReady(f"{address}: no address of a bucket; one is s3://BUCKET/PREFIX")
        return cls(found["bucket"], (found["prefix"] or "").strip("/"))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")

    def below(self, name: str) -> Self:
        """The place of this name below it."""
        return type(self)(self.bucket, f"{self.prefix}/{name}".lstrip("/"))


def upload(folder: Path, made: Manifest, below: Place) -> Place:
    """Bring a backup into the bucket; where it is then. Raises NotReady where the bucket does not take it.

    It is called after its moment. The manifest goes last: what is broken off is no backup.
    """
    place = below.below(f"{made.moment:%Y-%m-%dT%H%M%SZ}")
    files = sorted(folder.iterdir(), key=lambda file: file.name == manifests.NAME)
    with _opened(place) as store:
        for file in files:
            store.put(file.name, file)
    return place


@contextmanager
def downloaded(place: Place) -> Iterator[Path]:
    """A folder with the backup of there, for as long as the block lasts. Raises NotReady where there is none.

    What is then found wrong with it is told of the bucket, and not of the folder.
    """
    with tempfile.TemporaryDirectory(prefix="pravesh-backup-") as private:
        folder = Path(private) / "backup"
        folder.mkdir()
        with _opened(place) as store:
            names = [found["path"] for page in store.list() for found in page]
            if manifests.NAME not in names:
                raise NotReady(_not_there(place, names))
            for name in names:
                if "/" not in name:
                    _download(store, name, folder / name)
        try:
            yield folder
        except NotReady as problem:
            raise NotReady(str(problem).replace(str(folder), str(place))) from None


def _download(store: "S3Store", name: str, to: Path) -> None:
    with to.open("wb") as target:
        for piece in store.get(name).stream():
            target.write(piece)


def _not_there(place: Place, names: list[str]) -> str:
    others = sorted(name.rpartition("/")[0] for name in names if name.endswith(f"/{manifests.NAME}"))
    newest = ", ".join(str(place.below(other)) for other in reversed(others[-MAX_NAMED:]))
    return f"{place}: no backup of ours" + (f"; the newest below it: {newest}" if newest else ", and none below it")


@contextmanager
def _opened(place: Place) -> Iterator["S3Store"]:
    """What lies at this place. Raises NotReady with one line where the bucket does not let us, or is not there."""
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    try:
        yield S3Store(
            place.bucket,
            prefix=place.prefix or None,
            client_options={"allow_http": True},
            retry_config={"retry_timeout": timedelta(seconds=BUCKET_PATIENCE_SECONDS)},
        )
    except (BaseError, FileNotFoundError, PermissionError) as problem:
        raise NotReady(f"{place}: {_in_short(str(problem))}") from None


def _in_short(problem: str) -> str:
    """Amazon's own code and sentence, where they are there; the first line otherwise."""
    code, said = (re.search(f"<{name}>(.*?)</{name}>", problem) for name in ("Code", "Message"))
    return f"{code[1]}: {said[1]}" if code and said else problem.splitlines()[0]
