"""The processes of a run: the Procfile's, on PostgreSQL and Redis, each started again where it ends, and a Twilio."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import requests

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.ops import embedded_redis, prepare_database
from bot.ops.supervisor import die_with_parent
from bot.settings import Settings
from tests.chaos import disks, postgres
from tests.chaos.disks import Disk, LimitedFiles
from tests.chaos.plan import Plan
from tests.chaos.postgres import Postgres
from tests.e2e import server
from tests.e2e.server import SECRET, until
from tests.ports import free_port

DATABASE_MEGABYTES, REDIS_MEGABYTES = 320, 64
"""Of the small disks, where such may be mounted."""
WATCH_SECONDS = 0.25
"""How soon a process is started again that has ended by itself."""
commands = server.procfile()


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
    down: bool = False
    """It is meant to be away."""
    process: "subprocess.Popen[bytes]" = field(init=False)
    changing: threading.RLock = field(default_factory=threading.RLock)

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
                restore_signals=False,  # of a file that may not grow they are told by an error, not by a signal
            )
        self.starts += 1
        self.down = False

    @property
    def is_at_work(self) -> bool:
        """Whether it does something that a kill could spoil: a web that answers, a worker that has started."""
        if self.own_port:
            return _answers(self.own_port, "healthz")
        return self.log.read_text().count("worker_started") >= self.starts

    def kill(self) -> None:
        """SIGKILL to all of it, and start it again."""
        with self.away():
            pass

    @contextmanager
    def away(self) -> Iterator[None]:
        """Killed by SIGKILL, and started again at the end of the block."""
        with self.changing:
            self.down = True
            self.signal(signal.SIGKILL)
            self.process.wait(10)
        try:
            yield
        finally:
            with self.changing:
                self.start()
                self.down = False

    @contextmanager
    def told_otherwise(self, **environment: str) -> Iterator[None]:
        """Ended in order and started with something else in its environment, until the end of the block."""
        before = self.environment
        try:
            self._start_anew({**before, **environment})
            yield
        finally:
            self._start_anew(before)

    def _start_anew(self, environment: Mapping[str, str]) -> None:
        with self.changing:
            self.stop()
            self.environment = environment
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Standing still for the block."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """To all of it; nothing where it has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def start_where_ended(self) -> None:
        """Start it again where it has ended by itself: what every platform does."""
        with self.changing:
            if not self.down and self.process.poll() is not None:
                self.signal(signal.SIGKILL)
                self.start()

    def kill_child(self) -> bool:
        """SIGKILL to the process below it that does the work, where there is one: gunicorn starts another."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = children.read_text().split() if children.exists() else []
        for child in found[:1]:
            os.kill(int(child), signal.SIGKILL)
        return bool(found)

    def end(self) -> None:
        """End it at once: nothing is looked at any more."""
        with self.changing:
            self.down = True
            self.signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> None:
        """End it as a platform does; by force where that takes too long."""
        with self.changing:
            self.down = True
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.process.wait(10)


class Watch(threading.Thread):
    """Starts again what has ended by itself, as a platform does."""

    def __init__(self, watched: tuple[Started, ...]) -> None:
        super().__init__(daemon=True)
        self._watched = watched
        self._over = threading.Event()

    def run(self) -> None:
        """Look every now and then."""
        while not self._over.wait(WATCH_SECONDS):
            for one in self._watched:
                one.start_where_ended()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


@dataclass(frozen=True)
class Stack:
    """Everything that runs."""

    settings: Settings
    """Of the service."""
    twilio: Settings
    """Of the process that plays Twilio."""
    webs: tuple[Started, ...]
    workers: tuple[Started, ...]
    clock: Started
    redis: Started
    postgres: Postgres
    disks: Mapping[str, Disk]
    """Those of `database` and `redis`, which can be filled."""
    folder: Path

    @property
    def victims(self) -> tuple[Started, ...]:
        """Those that are killed at random."""
        return (*self.webs, *self.workers)


@contextmanager
def standing(plan: Plan, folder: Path) -> Iterator[Stack]:
    """`web`, `worker` and a `clock` of the Procfile, and a Twilio, for as long as the block lasts."""
    home = server.place_without_settings(folder)
    twilio = Settings(port=free_port(), var_dir=folder / "twilio", secret_key=SECRET)
    with ExitStack() as stack:
        on_disks = {name: stack.enter_context(disks.small_disk(folder / place, size)) for name, place, size in DISKS}
        database = stack.enter_context(postgres.running(folder / "pg"))
        service = Settings(port=free_port(), var_dir=folder / "var", secret_key=SECRET, database_url=database.url)
        ours = _told(service) | {"DATABASE_URL": database.url, "TWILIO_API_BASE": f"http://127.0.0.1:{twilio.port}"}
        theirs = _told(twilio) | {"PUBLIC_URL": service.origin, "CHAOS_SILENT": str(plan.silent)}

        def start(name: str, command: list[str], environment: Mapping[str, str], own_port: int = 0) -> Started:
            made = Started(name, command, home, environment, folder / f"{name}.log", own_port)
            stack.callback(made.end)
            return made

        for settings in (service, twilio):
            settings.var_dir.mkdir(exist_ok=True)
        redis, _ = (
            start(f"redis-{settings.var_dir.name}", embedded_redis.command(settings), os.environ)
            for settings in (service, twilio)
        )
        for settings in (service, twilio):
            until(partial(embedded_redis.answers, settings), "redis answers")
            _release(settings)
        start("twilio", server.shell(commands["web"].replace("webhooks.wsgi", "tests.chaos.twilio_role")), theirs)
        clock = start("clock", _process(plan, "clock"), ours)
        webs = tuple(
            start(f"web-{number}", server.shell(commands["web"]), {**ours, **_binding(service, port)}, port)
            for number, port in enumerate((free_port() for _ in range(plan.webs)), 1)
        )
        workers = tuple(
            start(f"worker-{number}", _process(plan, "worker"), ours) for number in range(1, plan.workers + 1)
        )
        watch = Watch((redis, *webs, *workers, clock))
        watch.start()
        stack.callback(watch.close)
        for settings in (service, twilio):
            until(partial(_answers, settings.port, "readyz"), f"ready; see the logs in {folder}", 90)
        filled = {
            "database": on_disks["database"] or LimitedFiles(database.processes),
            "redis": on_disks["redis"] or LimitedFiles(lambda: [redis.process.pid]),
        }
        yield Stack(service, twilio, webs, workers, clock, redis, database, filled, folder)


DISKS = (("database", "pg", DATABASE_MEGABYTES), ("redis", "var/redis", REDIS_MEGABYTES))
"""Which server, below which folder, how large."""


def _release(settings: Settings) -> None:
    """What the Procfile's `release` does, without a process of its own."""
    with closing(Database(settings.database)) as database:
        prepare_database.upgrade(database)
        KeyRing.open(database, SECRET)
        prepare_database.make_demo(database, staffed=False)


def _process(plan: Plan, name: str) -> list[str]:
    """The Procfile's worker or clock, or where the plan wants other ones, ours."""
    changes = [change for change in ("hurried", "blind") if getattr(plan, change)]
    if not changes:
        return server.shell(commands[name])
    return server.shell(" ".join(["python -m tests.chaos.impatient", name, *changes]))


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
