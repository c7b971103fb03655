"""The processes of a run: the Procfile's, each started again at once where it is killed, and a Twilio of their own."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests

from bot.ops import embedded_redis
from bot.ops.supervisor import die_with_parent
from bot.settings import Settings
from tests.chaos.plan import Plan
from tests.e2e import server
from tests.e2e.server import SECRET, until


@dataclass
class Started:
    """One process, however often it has been started."""

    name: str
    command: list[str]
    home: Path
    environment: Mapping[str, str]
    log: Path
    own_port: int = 0
    """Where this web alone answers; 0 for other processes."""
    starts: int = 0
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it; its log goes on."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.starts += 1

    @property
    def is_at_work(self) -> bool:
        """Whether it does something that a kill could spoil: a web that answers, a worker that has started."""
        if self.own_port:
            return _answers(self.own_port, "healthz")
        return self.log.read_text().count("worker_started") >= self.starts

    def kill(self) -> None:
        """SIGKILL to all of it, and start it again."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.start()

    def kill_child(self) -> bool:
        """SIGKILL to the process below it that does the work, where there is one: gunicorn starts another."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = children.read_text().split() if children.exists() else []
        for child in found[:1]:
            os.kill(int(child), signal.SIGKILL)
        return bool(found)

    def stop(self) -> None:
        """End it as a platform does; by force where that takes too long."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@dataclass(frozen=True)
class Stack:
    """Everything that runs."""

    settings: Settings
    """Of the service."""
    twilio: Settings
    """Of the process that plays Twilio."""
    victims: tuple[Started, ...]
    """Those that are killed."""
    folder: Path


@contextmanager
def standing(plan: Plan, folder: Path) -> Iterator[Stack]:
    """Two `web`, two `worker` and a `clock` of the Procfile, and a Twilio, for as long as the block lasts."""
    service = Settings(port=server.free_port(), var_dir=folder / "var", secret_key=SECRET)
    twilio = Settings(port=server.free_port(), var_dir=folder / "twilio", secret_key=SECRET, public_url=service.origin)
    home = server.place_without_settings(folder)
    ours = {**_told(service), "TWILIO_API_BASE": f"http://127.0.0.1:{twilio.port}"}
    theirs = {**_told(twilio), "PUBLIC_URL": service.origin, "CHAOS_SILENT": str(plan.silent)}
    with ExitStack() as stack:

        def start(name: str, command: list[str], environment: Mapping[str, str], own_port: int = 0) -> Started:
            made = Started(name, command, home, environment, folder / f"{name}.log", own_port)
            stack.callback(made.stop)
            return made

        for settings in (service, twilio):
            settings.var_dir.mkdir()
            start(f"redis-{settings.var_dir.name}", embedded_redis.command(settings), os.environ)
        for settings, environment in ((service, ours), (twilio, theirs)):
            until(partial(embedded_redis.answers, settings), "redis answers")
            subprocess.run(server.shell(commands["release"]), cwd=home, env=environment, check=True, timeout=90)
        start("twilio", server.shell(commands["web"].replace("webhooks.wsgi", "tests.chaos.twilio_role")), theirs)
        start("clock", server.shell(commands["clock"]), ours)
        victims = [
            start(f"web-{number}", server.shell(commands["web"]), {**ours, **_binding(service, port)}, port)
            for number, port in enumerate((server.free_port(), server.free_port()), 1)
        ]
        victims += [start(f"worker-{number}", _worker(plan), ours) for number in (1, 2)]
        for settings in (service, twilio):
            until(partial(_answers, settings.port, "readyz"), f"ready; see the logs in {folder}", 90)
        yield Stack(service, twilio, tuple(victims), folder)


commands = server.procfile()


def _worker(plan: Plan) -> list[str]:
    """The Procfile's worker, or where the plan wants other ones, ours."""
    changes = [name for name in ("hurried", "blind") if getattr(plan, name)]
    if not changes:
        return server.shell(commands["worker"])
    return server.shell(" ".join(["python -m tests.chaos.worker", *changes]))


def _told(settings: Settings) -> dict[str, str]:
    return {
        **server.told(settings),
        "LOG_FORMAT": "json",
    }


def _binding(settings: Settings, own_port: int) -> dict[str, str]:
    """Two `web` share the port, as two machines share an address behind a balancer, and have one each."""
    return {"GUNICORN_CMD_ARGS": f"--reuse-port --bind 127.0.0.1:{settings.port} --bind 127.0.0.1:{own_port}"}


def _answers(port: int, path: str) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/{path}", timeout=2).status_code == 200
    except requests.RequestException:
        return False
