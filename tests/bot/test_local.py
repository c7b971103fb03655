"""`make run`: everything on one machine, seen from outside."""

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from redis import Redis

from bot import local
from bot.database import Database
from bot.domain import events
from bot.ops import launch
from bot.settings import Settings
from tests.bot.ops.test_supervisor import gone, wait_until
from tests.paths import ROOT
from tests.ports import free_port

STARTING_SECONDS, STOPPING_SECONDS = 90, 30
"""On two cores with other tests beside; by itself it is ready in a few seconds, and gone in less than ten."""


@pytest.fixture
def local_environment(tmp_path: Path) -> dict[str, str]:
    """A port and a VAR_DIR of the test's own."""
    return _environment(tmp_path)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PORT": str(free_port()), "VAR_DIR": str(folder / "var"), "LOG_FORMAT": "json"}


class Run:
    """One `python -m bot.local`, its output in files."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = environment
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("w") as out, self.err.open("w") as err:
            command = [sys.executable, "-m", "bot.local"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=err)

    def wait_until_ready(self) -> None:
        """Return once it has printed where to click."""
        wait_until(lambda: "/simulator" in self.out.read_text() or self.process.poll() is not None, STARTING_SECONDS)
        assert self.process.poll() is None, self.err.read_text()

    def status(self, path: str) -> int:
        """The HTTP status of a page; 0 where nobody answers."""
        with closing(HTTPConnection("127.0.0.1", int(self.environment["PORT"]), timeout=30)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, HTTPException):
                return 0

    def descendants(self) -> dict[int, str]:
        """Every process that it has started, with its command line."""
        parents, found = _parents(), {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid: _command(pid) for pid in found - {self.process.pid}}

    def stop(self, number: int = signal.SIGINT) -> float:
        """Stop it; seconds until it was gone."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - started


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    return found


def _command(pid: int) -> str:
    """Its command line; empty for one that has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture(scope="module")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that is ready: one for all tests that leave it as they found it."""
    folder = tmp_path_factory.mktemp("local")
    run = Run(_environment(folder), folder)
    try:
        run.wait_until_ready()
        yield run
    finally:
        if run.process.poll() is None:
            run.stop()


def _settings(run: Run) -> Settings:
    return Settings(secret_key="x" * 16, var_dir=Path(run.environment["VAR_DIR"]))


def test_it_serves(local_run: Run) -> None:
    assert [local_run.status(path) for path in ("/readyz", "/", "/simulator")] == [200, 200, 200]
    children = local_run.descendants().values()
    for name in ("gunicorn", "bot.jobs.worker", "bot.jobs.clock", "redis-server"):
        assert any(name in command for command in children)


def test_nobody_else_of_the_machine_reads_what_it_keeps(local_run: Run) -> None:
    kept = Path(local_run.environment["VAR_DIR"])
    modes = {str(path): path.stat().st_mode & 0o077 for path in (kept, *kept.rglob("*"))}
    assert {"pravesh.db", "redis"} <= {path.name for path in kept.iterdir()}
    assert set(modes.values()) == {0}, modes


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "redis").mkdir(mode=0o755)
    left = [tmp_path / "pravesh.db", tmp_path / "pravesh.db-wal", tmp_path / "redis" / "appendonly.aof"]
    for path in left:
        path.touch(mode=0o644)
    with launch._single_instance(tmp_path):
        assert {path.stat().st_mode & 0o777 for path in left} == {0o600}
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "redis", tmp_path)] == [0o700, 0o755]


def test_doctor_finds_all_well_beside_it(local_run: Run) -> None:
    wait_until(lambda: _admin(local_run.environment, "doctor").returncode == 0, STARTING_SECONDS)


def test_a_second_launcher_for_the_same_var_dir(local_run: Run) -> None:
    assert "VAR_DIR" in _refusal_once_loaded({**local_run.environment, "PORT": str(free_port())})


def test_what_is_killed_comes_back(local_run: Run) -> None:
    with Redis.from_url(_settings(local_run).redis) as redis:
        redis.set("kept", "yes")
        # While the disk is busy it answers before it has written; what was written outlives its process.
        wait_until(lambda: not redis.info("persistence")["aof_buffer_length"])
    for pid, command in local_run.descendants().items():
        if any(name in command for name in ("redis-server", "gunicorn", "bot.jobs.worker")):
            os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: all(name in str(local_run.descendants()) for name in ("redis-server", "gunicorn", "jobs.worker"))
    )
    wait_until(lambda: local_run.status("/readyz") == 200, STARTING_SECONDS)
    with Redis.from_url(_settings(local_run).redis) as redis:
        assert redis.get("kept") == b"yes"


def _stops(run: Run, number: int) -> None:
    """It ends as it should: soon, with 0, without a traceback, and nothing is left behind."""
    children = run.descendants()
    assert run.stop(number) < STOPPING_SECONDS
    assert run.process.returncode == 0
    assert all(gone(pid) for pid in children)
    assert "Traceback" not in run.err.read_text() + run.out.read_text()
    said = [json.loads(line) for line in run.err.read_text().splitlines()]
    assert any(signal.Signals(number).name in str(one) for one in said if one["process"] == "local")


def test_what_was_kept_is_there_after_a_stop_and_after_a_kill(
    local_environment: dict[str, str], tmp_path: Path
) -> None:
    run = Run(local_environment, tmp_path)
    run.wait_until_ready()
    with Redis.from_url(_settings(run).redis) as redis:
        redis.set("kept", "yes")
    assert _admin(local_environment, "events", "close", "demo").returncode == 0
    _stops(run, signal.SIGTERM)

    run = Run(local_environment, tmp_path)
    run.wait_until_ready()
    children = run.descendants()
    run.stop(signal.SIGKILL)
    wait_until(lambda: all(gone(pid) for pid in children))

    run = Run(local_environment, tmp_path)
    run.wait_until_ready()
    with Redis.from_url(_settings(run).redis) as redis:
        assert redis.get("kept") == b"yes"
    _stops(run, signal.SIGINT)
    with closing(Database(_settings(run).database)) as database, database.read() as db:
        assert [(event.slug, event.status) for event in events.list_events(db)] == [("demo", "closed")]


def _admin(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "admin_cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def _refusal(environment: Mapping[str, str], **more: str) -> str:
    """The one line with which it does not start."""
    command = [sys.executable, "-m", "bot.local"]
    ended = subprocess.run(
        command, cwd=ROOT, env={**environment, **more}, capture_output=True, text=True, timeout=60, check=False
    )
    return _one_line(ended.returncode, ended.stdout, ended.stderr)


def _refusal_once_loaded(environment: Mapping[str, str], **more: str) -> str:
    """That line from a process that is forked when everything is loaded: loading is most of what a refusal takes."""
    files = [Path(environment["VAR_DIR"]).with_name(name) for name in ("refused.out", "refused.err")]
    process = multiprocessing.get_context("fork").Process(
        target=_refuse, args=({**environment, **more}, *files), daemon=True
    )
    process.start()
    process.join(60)
    return _one_line(process.exitcode, *(file.read_text() for file in files))


def _refuse(environment: Mapping[str, str], *files: Path) -> None:
    """Be `make run` in this process."""
    warnings.resetwarnings()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for number, file in enumerate(files, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115 - to the end
    sys.exit(local.main())


def _one_line(code: int | None, out: str, err: str) -> str:
    assert (code, out) == (1, ""), err
    (line,) = err.splitlines()
    return line


def test_a_port_in_use(local_environment: dict[str, str]) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", int(local_environment["PORT"])))
        other.listen()
        assert "PORT" in _refusal(local_environment)


@pytest.mark.parametrize("host", ["203.0.113.1", "no-such-host.invalid", "2001:db8::1"])
def test_an_address_that_is_not_ours(local_environment: dict[str, str], host: str) -> None:
    shown = {"SIMULATOR": "1", "SIMULATOR_PASSWORD": "kept from strangers"}
    assert _refusal_once_loaded(local_environment, HOST=host, **shown).startswith("HOST")


def test_forgotten_twilio_settings_do_not_show_the_simulator_to_the_world(local_environment: dict[str, str]) -> None:
    assert _refusal_once_loaded(local_environment, PUBLIC_URL="https://pass.example.org").startswith(
        "TWILIO_ACCOUNT_SID"
    )


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://hidden:hidden@127.0.0.1:1/x", "sqlite:////nowhere/at/all.db"],
    ids=["postgres", "sqlite"],
)
def test_a_database_that_does_not_answer(local_environment: dict[str, str], url: str) -> None:
    line = _refusal_once_loaded(local_environment, DATABASE_URL=url, SECRET_KEY="x" * 16)
    assert "DATABASE_URL" in line
    assert "hidden" not in line


def test_a_redis_that_is_down(local_environment: dict[str, str]) -> None:
    line = _refusal(local_environment, REDIS_URL="redis://:hidden@127.0.0.1:1/0", SECRET_KEY="x" * 16)
    assert "REDIS_URL" in line
    assert "hidden" not in line


def test_a_var_dir_that_cannot_be_written(local_environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "VAR_DIR" in _refusal_once_loaded(local_environment, VAR_DIR=str(tmp_path / "file" / "var"))


def test_the_procfile_names_the_contracts_processes() -> None:
    assert set(launch.procfile()) == {"web", "worker", "clock"}
    assert "release:" in (ROOT / "Procfile").read_text()
