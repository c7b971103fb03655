"""The real thing: every process of the Procfile, a real Redis and a database file, by environment only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bot.ops import embedded_redis
from bot.settings import SIMULATED_SENDER, Settings
from tests.paths import ROOT
from tests.ports import free_port

SECRET = "only-for-the-end-to-end-tests"
READY_SECONDS = 90
ENDING_SECONDS = 45
SECOND_SENDER = "whatsapp:+14155550123"
"""Of the service with two senders."""


@dataclass(frozen=True)
class Running:
    """What is being served."""

    settings: Settings
    folder: Path

    @property
    def origin(self) -> str:
        return self.settings.origin


def until(holds: Callable[[], object], what: str, seconds: float = 150) -> None:
    """Wait for something to hold; fail, naming it, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"in {seconds:.0f} s not come about: {what}"
        time.sleep(0.1)


@contextmanager
def served(folder: Path, senders: tuple[str, ...] = (SIMULATED_SENDER,)) -> Iterator[Running]:
    """Serve everything from a folder of its own for as long as the block lasts."""
    settings = Settings(port=free_port(), var_dir=folder / "var", secret_key=SECRET, twilio_whatsapp_from=senders)
    settings.var_dir.mkdir()
    home = place_without_settings(folder)
    commands = procfile()
    with ExitStack() as processes:
        processes.enter_context(process("redis", embedded_redis.command(settings), home, folder, os.environ))
        until(lambda: embedded_redis.answers(settings), "redis answers", READY_SECONDS)
        environment = told(settings)
        subprocess.run(shell(commands.pop("release")), cwd=home, env=environment, check=True, timeout=READY_SECONDS)
        for name, command in commands.items():
            processes.enter_context(process(name, shell(command), home, folder, environment))
        running = Running(settings, folder)
        until(lambda: _is_ready(running), f"ready; see the logs in {folder}", READY_SECONDS)
        yield running


def admin(running: Running, *arguments: str, well: bool = True) -> str:
    """What a command of the command line prints; it must end well unless told otherwise."""
    command = shell(" ".join(["python", "-m", "admin_cli", *arguments]))
    home, environment = running.folder / "home", told(running.settings)
    ended = subprocess.run(command, cwd=home, env=environment, check=well, timeout=60, capture_output=True)
    return ended.stdout.decode()


def served_by(running: Running, name: str, **settings: str) -> dict[str, Any]:
    """What subprocess.run takes to start one more process of the Procfile with other settings."""
    environment = {**told(running.settings), "PORT": str(free_port()), **settings}
    return {"args": shell(procfile()[name]), "cwd": running.folder / "home", "env": environment}


def place_without_settings(folder: Path) -> Path:
    """A working directory with our code but without anybody's `.env`."""
    home = folder / "home"
    home.mkdir()
    for name in ("admin_cli", "bot", "flows", "migrations", "tests", "webhooks"):
        (home / name).symlink_to(ROOT / name)
    return home


def procfile() -> dict[str, str]:
    """The commands of the Procfile by name."""
    lines = (line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines())
    return {name.strip(): command.strip() for name, _, command in lines if command}


def told(settings: Settings) -> dict[str, str]:
    """What a process of ours is told, and nothing of this machine's own settings."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(settings.port),
        "VAR_DIR": str(settings.var_dir),
        "SECRET_KEY": SECRET,
        "TWILIO_WHATSAPP_FROM": ",".join(settings.twilio_whatsapp_from),
        "DEMO": "1",
    }


def shell(command: str) -> list[str]:
    """A Procfile's command as a process of its own."""
    return ["/bin/sh", "-c", f"exec {command}"]


@contextmanager
def process(name: str, command: list[str], home: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A process that is asked to end with the block; one that does not is killed, and that is a failure."""
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(
            command, cwd=home, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait(ENDING_SECONDS)
            raise


def _is_ready(running: Running) -> bool:
    try:
        return requests.get(f"{running.origin}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False
