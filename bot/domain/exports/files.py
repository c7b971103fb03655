"""Files that appear only when they are complete: a process that is killed leaves nothing on the disk."""

import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

PRIVATE_MODE = 0o600
"""File mode: only the owner may read it, since most of these files have names and phones."""
_STOP_SIGNALS = ("SIGHUP", "SIGTERM")
"""Signals that end a process without a word, where it does not ask for them."""
_UNSUPPORTED_ERRORS = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)
"""What systems answer that know no files without a name."""


@contextmanager
def write_whole(path: Path, mode: int = PRIVATE_MODE) -> Iterator[Path]:
    """Where to write a file that appears as `path` once the block has ended well, in place of one that was there.

    Until then it has no name where the system can do that (Linux, on most file systems), so that even a process
    that is killed leaves nothing. Elsewhere its name begins with a point, and it goes with whatever ends the
    process but SIGKILL. Raises OSError, also for a path that is there and no ordinary file, and for `-`.
    """
    if path.name == "-" or (path.exists() and not path.is_file()):
        raise OSError(errno.EINVAL, "that is no ordinary file")
    path = path.resolve() if path.is_symlink() else path
    descriptor = _without_name(path.parent, mode)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _removed(beside):
        if descriptor is None:
            beside.touch(mode=mode)
            yield beside
            _to_disk(beside)
        else:
            with _exists(descriptor) as part:
                yield part
                _to_disk(part)
                _link(part, beside)
        beside.replace(path)


@contextmanager
def passing() -> Iterator[Path]:
    """A file of our own, to be read again before the block ends: nothing stays of it."""
    folder = Path(gettempdir())
    descriptor = _without_name(folder, PRIVATE_MODE)
    if descriptor is not None:
        with _exists(descriptor) as part:
            yield part
        return
    beside = folder / f"pravesh-{os.getpid()}-{threading.get_ident()}.part"
    with _removed(beside):
        beside.touch(mode=PRIVATE_MODE)
        yield beside


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Like `write_whole`, but for `-` what is written goes to standard output once it is complete."""
    if str(path) != "-":
        with write_whole(path) as part:
            yield part
        return
    with passing() as part:
        yield part
        with part.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.flush()


def _without_name(folder: Path, mode: int) -> int | None:
    """A file in the folder that has no name; None where the system knows no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, flag | os.O_RDWR | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno in _UNSUPPORTED_ERRORS and folder.is_dir():
            return None
        raise


@contextmanager
def _exists(descriptor: int) -> Iterator[Path]:
    """A file without a name, by the path under which this process can open it."""
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _link(part: Path, name: Path) -> None:
    """Give a file its first name: linkat follows the link of /proc, and Python calls it where a folder is given."""
    here = os.open("/", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.link(part, name.absolute(), src_dir_fd=here, follow_symlinks=True)
    finally:
        os.close(here)


@contextmanager
def _removed(path: Path) -> Iterator[None]:
    """Remove the file of this name after the block, however it ends, except by SIGKILL."""
    with _ending_in_order():
        try:
            path.unlink(missing_ok=True)
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """A signal that would end the process at once ends it by an exception; whoever has a way of their own keeps it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _STOP_SIGNALS if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _to_disk(part: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
    with suppress(OSError):  # not every system lets a folder be written to the disk
        _folder_to_disk(part.parent)


def _folder_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
