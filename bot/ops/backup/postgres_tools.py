"""PostgreSQL's own programs for copies: found, called, and their complaints told in one line."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from sqlalchemy import make_url

from bot.errors import NotReady
from bot.ops import programs

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version; its `pg_dump` on the PATH is the newest one's."""


def find(program: str, server: int) -> tuple[str, int]:
    """The oldest `pg_dump` or `pg_restore` that knows this major version, and its own. Raises NotReady where none does.

    The oldest: what a newer pg_restore says an older server does not understand.
    """
    places = (*(Path(folder) / program for folder in os.get_exec_path()), *sorted(DEBIAN.glob(f"*/bin/{program}")))
    found = {told[0]: str(path) for path in reversed(places) if (told := programs.version(str(path), r" (\d+)"))}
    fitting = [version for version in found if version >= server]
    if not fitting:
        seen = f"found: {', '.join(map(str, sorted(found)))}" if found else "none is on the PATH"
        raise NotReady(f"{program} {server} or newer is needed ({seen}): install PostgreSQL's client programs")
    return found[min(fitting)], min(fitting)


def target(url: str) -> tuple[str, dict[str, str]]:
    """How a program is told of this database: its address, and apart from it, where nobody sees it, the password."""
    parts = make_url(url)
    environment = dict(os.environ)
    if parts.password:
        environment["PGPASSWORD"] = str(parts.password)
    shown = parts.set(drivername="postgresql")._replace(password=None)  # `set` takes None for no change
    return shown.render_as_string(hide_password=False), environment


@contextmanager
def reading(command: list[str], environment: dict[str, str] | None = None) -> Iterator[IO[bytes]]:
    """What a program writes. Raises NotReady where it does not end well."""
    with _running(command, environment, stdout=subprocess.PIPE) as process:
        yield cast("IO[bytes]", process.stdout)


@contextmanager
def writing(command: list[str], environment: dict[str, str]) -> Iterator[IO[bytes]]:
    """What a program reads; one that is broken off is killed and keeps nothing. Raises NotReady as `reading`."""
    with _running(command, environment, stdin=subprocess.PIPE) as process:
        stream = cast("IO[bytes]", process.stdin)
        try:
            yield stream
            stream.close()
        except BrokenPipeError:
            pass  # it has ended, and says why


@contextmanager
def _running(
    command: list[str], environment: dict[str, str] | None, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that is waited for. What it says goes to a file: a full pipe would stop it while nobody reads."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            command, stdin=stdin, stdout=stdout, stderr=said, env=environment
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise NotReady(_complaint(command, said.read()))


def _complaint(command: list[str], said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return f"{Path(command[0]).name} failed: {lines[0] if lines else 'it said nothing'}"
