"""Starts all processes on one machine in order, and stops them again.

Redis (unless REDIS_URL is given), migrations, the demo event, then the Procfile's processes. One that
dies later is started again; one that keeps dying ends the whole.
"""

import contextlib
import errno
import fcntl
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import structlog

from bot import logs
from bot.database import Database
from bot.errors import NotReady
from bot.ops import checks, embedded_redis, prepare_database
from bot.ops.connections import connect_redis
from bot.ops.stop_signal import StopSignal
from bot.ops.supervisor import Supervisor
from bot.ops.welcome import welcome
from bot.settings import Settings, load
from bot.timeouts import (
    LEFTOVER_TIMEOUT_SECONDS,
    READY_TIMEOUT_SECONDS,
    READYZ_TIMEOUT_SECONDS,
    REDIS_STOP_TIMEOUT_SECONDS,
    STOP_TIMEOUT_SECONDS,
)

log = structlog.get_logger(__name__)

ROOT = Path(__file__).parents[2]
POLL_SECONDS = 0.2
REDIS = "redis"
LOG_NAME = "pravesh.log"
"""The file in VAR_DIR into which the processes write while somebody sits at a terminal."""


def run(stop: StopSignal, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until asked to stop; `ready` is called as soon as it serves.

    Raises NotReady where it cannot start or one process keeps dying.
    """
    settings = load()
    logs.configure(settings, "local")
    with _single_instance(settings.var_dir) as killed_before:
        _check_port(settings, LEFTOVER_TIMEOUT_SECONDS if killed_before else 0.0)
        # The Procfile's `python` and `gunicorn` are those beside the Python that runs this.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        log_file = _open_log(settings) if sys.stdout.isatty() else None
        family = Supervisor(_log_line, {**os.environ, "PATH": path}, log_file)
        processes = procfile()
        try:
            _start_redis(settings, family)
            claim = _prepare_database(settings)
            for name, command in processes.items():
                family.start(name, ["/bin/sh", "-c", f"exec {command}"])
            _wait_until_ready(settings, family, stop)
            ready()
            if not stop.asked:
                here = f"http://{_reached_at(settings)}:{settings.port}"
                print(welcome(settings, here, claim, Path(log_file.name) if log_file else None), flush=True)
            while not stop.wait(POLL_SECONDS):
                family.restart_ended()
            _log_line(f"asked to stop ({stop.why}): ending all processes", logging.INFO)
        finally:
            family.stop(list(processes), STOP_TIMEOUT_SECONDS)
            family.stop([REDIS], REDIS_STOP_TIMEOUT_SECONDS)


def procfile() -> dict[str, str]:
    """The commands of the processes to start, by name; `release` is done by ourselves."""
    lines = [line.partition(":") for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()]
    return {name.strip(): command.strip() for name, _, command in lines if command and name.strip() != "release"}


@contextmanager
def _single_instance(var_dir: Path) -> Iterator[bool]:
    """Be the only launcher of this VAR_DIR. Gives whether the last one was killed."""
    try:
        var_dir.mkdir(parents=True, mode=0o700, exist_ok=True)
        _make_private(var_dir)
        lock = (var_dir / "run.lock").open("a+")
    except OSError as problem:
        raise NotReady(f"VAR_DIR: cannot write there ({problem.strerror})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotReady(f"Pravesh already runs with this VAR_DIR ({var_dir}): stop it, or give another") from None
        lock.seek(0)
        killed_before = bool(lock.read())
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield killed_before
        lock.truncate(0)


def _make_private(var_dir: Path) -> None:
    """Close to other people of this machine what an earlier version left open to them: all names and phones.

    The folder itself stays as it is where it was there: it may be somebody's own choice, with other things in it.
    """
    for path in (*var_dir.glob("pravesh.db*"), *var_dir.glob("redis"), *var_dir.glob("redis/*")):
        if path.is_symlink():
            continue
        with contextlib.suppress(PermissionError):  # of another user, who answers for it
            path.chmod(0o700 if path.is_dir() else 0o600)


def _open_log(settings: Settings) -> IO[bytes]:
    """The file for what the processes say; that of the run before is kept beside it. Raises NotReady."""
    path = settings.var_dir / LOG_NAME
    try:
        if path.exists():
            path.replace(path.with_name(f"{LOG_NAME}.1"))
        return path.open("wb", buffering=0)
    except OSError as problem:
        raise NotReady(f"VAR_DIR: cannot write {path} ({problem.strerror})") from None


def _check_port(settings: Settings, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            _bind(settings)
        except OSError as problem:
            if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise NotReady(f"HOST: {settings.listens_on} is no address of this machine") from None
            if time.monotonic() > deadline:
                raise NotReady(
                    f"PORT: {settings.port} cannot be used ({problem.strerror}); choose another: make run PORT=…"
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _bind(settings: Settings) -> None:
    """Listen there for a moment. Raises OSError."""
    with closing(socket.socket(socket.AF_INET6 if ":" in settings.listens_on else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((settings.listens_on, settings.port))


def _start_redis(settings: Settings, family: Supervisor) -> None:
    if settings.redis_url:
        with connect_redis(settings.redis) as redis:
            checks.redis_answers(redis)
        return
    if embedded_redis.answers(settings):
        _log_line("the Redis that a killed run left behind is ended and started anew")
        embedded_redis.shut_down(settings)
    family.start(REDIS, embedded_redis.command(settings))
    embedded_redis.wait_until_ready(settings, family.check)


def _prepare_database(settings: Settings) -> str | None:
    """The link for the first owner; None where there is one."""
    with closing(Database(settings.database)) as database:
        prepare_database.upgrade(database)
        if settings.simulated or settings.demo:
            prepare_database.make_demo(database, staffed=settings.simulated)
        return prepare_database.claim_link(database, settings.origin)


def _wait_until_ready(settings: Settings, family: Supervisor, stop: StopSignal) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while not (stop.asked or _ready(settings)):
        family.check()
        if time.monotonic() > deadline:
            late = f"the web process was not ready in {READY_TIMEOUT_SECONDS:.0f} s"
            raise NotReady(f"{late}; what it said {family.said_where}")
        stop.wait(POLL_SECONDS)


def _ready(settings: Settings) -> bool:
    with closing(HTTPConnection(_reached_at(settings), settings.port, timeout=READYZ_TIMEOUT_SECONDS)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _reached_at(settings: Settings) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.listens_on, settings.listens_on)  # noqa: S104 - compared


def _log_line(line: str, level: int = logging.WARNING) -> None:
    """Say a line to whoever sits at the terminal, or to the log where nobody does."""
    if sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)
    else:
        log.log(level, "launcher", line=line)
