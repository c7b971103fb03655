"""Disks that can be filled: a small file system in memory, or where none may be mounted, files that may not grow."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MEGABYTE = 1024 * 1024


class Disk(Protocol):
    """Where a server writes."""

    kind: str
    """How it is filled, in words."""

    def fill(self) -> None:
        """From now on there is no room."""

    def free(self) -> None:
        """There is room again."""


@dataclass
class SmallDisk:
    """A file system of its own; a file takes all its room."""

    folder: Path
    kind: str = "a tmpfs of its own"

    def fill(self) -> None:
        """Write until nothing goes in."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(MEGABYTE))
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(512))

    def free(self) -> None:
        """Take the file away."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@dataclass
class LimitedFiles:
    """A server whose files may not grow (RLIMIT_FSIZE), set from outside while it runs. It must ignore SIGXFSZ."""

    processes: Callable[[], Iterable[int]]
    kind: str = "RLIMIT_FSIZE"

    def fill(self) -> None:
        """No write of its processes that makes a file longer than a page succeeds."""
        self._limit(1)

    def free(self) -> None:
        """As before."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, most: int) -> None:
        for process in self.processes():
            with suppress(ProcessLookupError):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """A file system of this size at this folder; None where it may not be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(["mount", *options], check=False, stderr=subprocess.DEVNULL).returncode:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def with_descendants(process: int) -> list[int]:
    """A process and all that it has started."""
    found = [process]
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += with_descendants(int(child))
    return found
