"""What runs: PostgreSQL, Redis, nginx with our file, a Twilio, and of ours two `web`, two `worker` and two `clock`."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

import requests

from bot.ops import embedded_redis
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, SIMULATED_SMS, Settings
from tests.chaos import postgres
from tests.chaos.processes import Started
from tests.chaos.rolling import versions
from tests.deploy import nginx
from tests.e2e import server
from tests.e2e.server import until
from tests.ports import free_port

SECRET = "only for a rolling change, 2 of 3"
PASSWORD = "who plays Twilio here 3"
STOP_SECONDS = {"web": 30, "worker": 90, "clock": 30}
"""What deploy/systemd gives each to end by itself; longer than that is killed there, and a fault here."""
READY_SECONDS = 90
COMMANDS = server.procfile()


@dataclass
class Replaced:
    """How one process took the place of another."""

    name: str
    stop_seconds: float
    exit_code: int


@dataclass
class Stack:
    """Everything that runs, and what it takes to start more of it."""

    settings: Settings
    """Of the service."""
    twilio: Settings
    """Of the process that plays Twilio."""
    origin: str
    """nginx's."""
    folder: Path
    homes: dict[str, Path]
    environment: dict[str, str]
    closing: ExitStack
    ports: tuple[int, int]
    running: dict[str, Started] = field(default_factory=dict)
    replaced: list[Replaced] = field(default_factory=list)

    def release(self, version: str) -> float:
        """Run the migrations of this version; how many seconds that took."""
        began = monotonic()
        with (self.folder / f"release-{version}.log").open("wb") as log:
            subprocess.run(
                server.shell(COMMANDS["release"]),
                cwd=self.homes[version],
                env=self.environment,
                stdout=log,
                stderr=log,
                check=True,
                timeout=READY_SECONDS,
            )
        return monotonic() - began

    def start(self, name: str, version: str) -> None:
        """Start a process, such as `web-1`, and wait until it is at work."""
        kind, _, number = name.partition("-")
        environment, port = self.environment, 0
        if kind == "web":
            port = self.ports[int(number) - 1]
            environment = {**environment, "PORT": str(port)}
        log = self.folder / f"{name}-{version}.log"
        started = Started(name, server.shell(COMMANDS[kind]), self.homes[version], environment, log, port)
        self.closing.callback(started.stop)
        self.running[name] = started
        until(partial(self._is_at_work, started, kind), f"{name} {version} is at work; see {log}", READY_SECONDS)

    def replace(self, name: str, version: str, *, beside: bool) -> None:
        """Let a process of this version take another's place: started beside it first, or after it has ended."""
        old = self.running[name]
        if beside:
            self.start(name, version)
        began = monotonic()
        old.process.send_signal(signal.SIGTERM)
        code = old.process.wait(STOP_SECONDS[name.partition("-")[0]])
        self.replaced.append(Replaced(name, monotonic() - began, code))
        if not beside:
            self.start(name, version)

    def versions(self) -> set[str]:
        """What the web processes say that they are."""
        return {
            str(requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["version"]) for port in self.ports
        }

    def _is_at_work(self, started: Started, kind: str) -> bool:
        assert started.process.poll() is None, f"{started.name} has ended; see {started.log}"
        if kind != "web":
            return f"{kind}_started" in started.log.read_text()
        try:
            return requests.get(f"http://127.0.0.1:{started.own_port}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False


@contextmanager
def standing(folder: Path) -> Iterator[Stack]:
    """All of it, of the old version, for as long as the block lasts; the demo event is open."""
    twilio = Settings(port=free_port(), var_dir=folder / "twilio", secret_key=SECRET, simulator_password=PASSWORD)
    redis = Settings(var_dir=folder / "var", secret_key=SECRET)
    ports = (free_port(), free_port())
    with ExitStack() as closing:
        origin = closing.enter_context(nginx.plain(_made(folder / "nginx"), ports))
        database = closing.enter_context(postgres.running(_made(folder / "postgres")))
        settings = Settings(
            database_url=database.url,
            redis_url=redis.redis,
            secret_key=SECRET,
            public_url=origin,
            twilio_account_sid=SIMULATED_ACCOUNT,
            twilio_auth_token=twilio.simulated_token,
            twilio_whatsapp_from=(SIMULATED_SENDER,),
            twilio_api_base=f"http://127.0.0.1:{twilio.port}",
        )
        homes = versions.make(folder)
        stack = Stack(settings, twilio, origin, folder, homes, _told(settings), closing, ports)
        _start_what_stays(stack, (redis, twilio))
        stack.release(versions.OLD)
        for name in ("web-1", "web-2", "worker-1", "worker-2", "clock-1", "clock-2"):
            stack.start(name, versions.OLD)
        yield stack


def _start_what_stays(stack: Stack, with_redis: tuple[Settings, Settings]) -> None:
    """Both Redis and Twilio."""

    def start(name: str, command: list[str], environment: dict[str, str]) -> None:
        made = Started(name, command, stack.homes[versions.OLD], environment, stack.folder / f"{name}.log")
        stack.closing.callback(made.stop)

    for settings in with_redis:
        settings.var_dir.mkdir()
        start(f"redis-{settings.var_dir.name}", embedded_redis.command(settings), dict(os.environ))
        until(partial(embedded_redis.answers, settings), "redis answers")
    twilio = stack.twilio
    environment = {
        **server.told(twilio),
        "SECRET_KEY": SECRET,
        "SIMULATOR_PASSWORD": PASSWORD,
        "PUBLIC_URL": stack.origin,
        "CHAOS_SILENT": "0",
    }
    home = stack.homes[versions.OLD]
    subprocess.run(
        server.shell(COMMANDS["release"]),
        cwd=home,
        env=environment,
        check=True,
        timeout=READY_SECONDS,
        capture_output=True,
    )
    start("twilio", server.shell(COMMANDS["web"].replace("webhooks.wsgi", "tests.chaos.twilio_role")), environment)
    until(partial(_listens, twilio.port), f"Twilio is ready; see the logs in {stack.folder}", READY_SECONDS)


def _listens(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def _told(settings: Settings) -> dict[str, str]:
    return {
        "PATH": server.told(settings)["PATH"],
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": settings.public_url,
        "HOST": "127.0.0.1",
        "TWILIO_ACCOUNT_SID": SIMULATED_ACCOUNT,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "TWILIO_WHATSAPP_FROM": SIMULATED_SENDER,
        "TWILIO_SMS_FROM": SIMULATED_SMS,
        "TWILIO_API_BASE": settings.twilio_api_base,
        "DEMO": "1",
        "LOG_FORMAT": "json",
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
