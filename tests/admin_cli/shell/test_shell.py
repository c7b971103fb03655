"""What holds for every command: help with an example, exit codes, errors on standard error, a quick start."""

import json
import os
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from admin_cli.__main__ import cli
from bot import __version__
from bot.database import Database
from bot.ops.prepare_database import make_demo
from tests.admin_cli.shell import walk as shell_walk
from tests.paths import ROOT

pytestmark = pytest.mark.usefixtures("logs_as_before")


@pytest.mark.parametrize("command", [path for path, _ in shell_walk.tree()], ids=" ".join)
def test_every_help_has_an_example(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*command, "--help"])
    assert result.exit_code == 0
    assert f"Example: pravesh {' '.join(command)}" in " ".join(result.output.split())


LISTS = {"list", "show", "find", "search", "days", "texts", "questions", "conflicts", "stats", "doctor", "sync"}


@pytest.mark.parametrize("command", [path for path, _ in shell_walk.tree() if path[-1] in LISTS], ids=" ".join)
def test_every_listing_takes_json(command: tuple[str, ...]) -> None:
    assert "--json" in CliRunner().invoke(cli, [*command, "--help"]).output


def test_wrong_settings_are_told_in_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setenv("REDIS_URL", "hidden")
    result = CliRunner().invoke(cli, ["events", "list"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert {"PORT", "REDIS_URL"} <= {line.removeprefix("Error: ").split(":")[0] for line in result.stderr.splitlines()}
    assert "hidden" not in result.stderr


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://127.0.0.1:1/x"])
def test_a_database_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SECRET_KEY", "x" * 16)
    result = CliRunner().invoke(cli, ["events", "list"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "DATABASE_URL" in result.stderr


def test_an_empty_database_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert "db upgrade" in CliRunner().invoke(cli, ["events", "list"]).stderr
    assert CliRunner().invoke(cli, ["db", "check"]).exit_code == 1
    assert CliRunner().invoke(cli, ["db", "upgrade"]).exit_code == 0
    assert CliRunner().invoke(cli, ["db", "check"]).exit_code == 0
    assert CliRunner().invoke(cli, ["events", "list", "--json"]).stdout == "[]\n"


def test_demo_on_upgrade_only_when_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DEMO", "1")
    assert CliRunner().invoke(cli, ["db", "upgrade"]).exit_code == 0
    assert '"slug": "demo"' in CliRunner().invoke(cli, ["events", "list", "--json"]).stdout


def test_it_starts_in_under_a_second_of_work() -> None:
    before = _children_seconds()
    subprocess.run([sys.executable, "-m", "admin_cli", "--help"], check=True, stdout=subprocess.DEVNULL)
    assert _children_seconds() - before < 1


SLOW = {
    *("alembic", "asyncpg", "babel", "flask", "gunicorn", "phonenumbers", "PIL", "pygments", "rasa_sdk", "redis", "rq"),
    *("structlog", "twilio", "bot.domain.checkins", "bot.domain.messaging.otp", "flows.engine", "flows.fields"),
}
"""What takes long to load, and what reading a few rows does not need."""
LIGHT = (
    *("events list", "events show demo", "events days demo", "gates list --event demo", "volunteers list --event demo"),
    *("devices list --event demo", "owners list", "report show --event demo", "templates list", "audit list"),
    *("deliveries list", "keys list"),
)
LOADED = """
import sys
from admin_cli.__main__ import cli
for command in sys.argv[1:]:
    cli([*command.split(), "--json"], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


def loaded(sqlite_url: str, *commands: str) -> set[str]:
    """The modules that a process has loaded which ran these commands."""
    env = {**os.environ, "DATABASE_URL": sqlite_url, "SECRET_KEY": "x" * 16}
    script = [sys.executable, "-c", LOADED, *commands]
    return set(subprocess.run(script, env=env, check=True, capture_output=True, encoding="utf-8").stderr.split())


def test_what_reads_little_loads_little(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        make_demo(database, staffed=True)
    assert SLOW & loaded(sqlite_url, *LIGHT) == set()


def test_the_figures_load_neither_passes_nor_keys_nor_messages(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        make_demo(database, staffed=True)
    asked_by_the_funnel = {"flows.fields", "phonenumbers"}  # it names the questions of the registration
    heavy = {"cryptography", "bot.domain.audit", "bot.domain.passes", "bot.domain.upserts"}
    tables = {f"bot.domain.models.{name}" for name in ("checkins", "messages", "passes", "people")}
    assert (SLOW - asked_by_the_funnel | heavy | tables) & loaded(sqlite_url, "stats --event demo") == set()


def test_a_list_of_events_makes_no_other_tables(sqlite_url: str) -> None:
    modules = loaded(sqlite_url, "events list")
    tables = {name.rpartition(".")[2] for name in modules if name.startswith("bot.domain.models.")}
    assert tables == {"base", "events"}
    assert "cryptography" not in modules


LOGGING = """
import logging, sys
from admin_cli.console import session
session.load_settings()
assert "structlog" not in sys.modules
{logs}
logging.getLogger("library").info("not told")
logging.getLogger("library").warning("told %s", "+919812345678")
"""


OUR_LOG = "from bot import pass_keys; pass_keys.log.warning('ours', phone='+919812345678')"


@pytest.mark.parametrize("logs", ["", OUR_LOG])
def test_what_a_command_logs_is_told_as_everything_is(sqlite_url: str, logs: str) -> None:
    """Whoever logs first, a library or a module of ours: on standard error, and nobody's number."""
    env = {**os.environ, "DATABASE_URL": sqlite_url, "SECRET_KEY": "x" * 16, "LOG_FORMAT": "json"}
    script = [sys.executable, "-c", LOGGING.format(logs=logs)]
    ran = subprocess.run(script, env=env, check=True, capture_output=True, encoding="utf-8")
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1 + bool(logs)
    assert {json.loads(line)["process"] for line in ran.stderr.splitlines()} == {"cli"}
    assert "98123" not in ran.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("pravesh ev", "events"), ("pravesh events no", "notice"), ("pravesh audit list --wh", "--who")],
)
def test_shells_complete_it(typed: str, offered: str) -> None:
    words = typed.split()
    env = {**os.environ, "_PRAVESH_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    ran = subprocess.run([ROOT / "bin" / "pravesh"], env=env, check=True, capture_output=True, encoding="utf-8")
    assert f"plain,{offered}" in ran.stdout.splitlines()


@pytest.mark.parametrize("called", [[ROOT / "bin" / "pravesh"], [sys.executable, "-m", "admin_cli"]])
def test_it_tells_its_version(called: list[str | Path]) -> None:
    ran = subprocess.run([*called, "--version"], check=True, capture_output=True, encoding="utf-8")
    assert ran.stdout == f"pravesh {__version__}\n"


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
