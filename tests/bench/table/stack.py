"""What is measured: our processes on PostgreSQL and Redis as they come, a Twilio, and the bare application."""

import hashlib
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import requests

from bot.ops import embedded_redis
from bot.settings import SIMULATED_ACCOUNT, SIMULATED_SENDER, Settings
from tests.bench.standing import postgres
from tests.bench.table import spent
from tests.bench.table.plan import ANSWER_SECONDS, WEB, WORKERS
from tests.chaos.processes import Started
from tests.e2e import server
from tests.ports import free_port

BEHIND = ("worker", "clock")
"""Those that send and look after things; they stand still while the doors are measured."""
BARE_SERVER = Path(__file__).with_name("bare_server.py")
BARE_TABLE = "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, scan text UNIQUE, code text, at timestamptz)"
PASSWORD = secrets.token_urlsafe(24)
TOKEN = hashlib.sha256(f"{SIMULATED_ACCOUNT} {PASSWORD}".encode()).hexdigest()
"""The account's: to our processes Twilio is real, so that nothing of the simulator runs in them."""


@dataclass(frozen=True)
class Stack:
    """Everything that runs."""

    settings: Settings
    twilio: Settings
    bare_port: int
    roots: Mapping[str, int]
    """The first process of each part, by name."""
    folder: Path

    def spent(self) -> dict[str, float]:
        """Processor time so far of each part."""
        return spent.seconds(self.roots)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let worker and clock stand still for as long as the block lasts."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        among = spent.processes()
        for name in BEHIND:
            for pid in spent.tree(self.roots[name], among):
                os.kill(pid, number)


@contextmanager
def standing(folder: Path) -> Iterator[Stack]:
    """All of it, for as long as the block lasts."""
    home, commands = server.place_without_settings(folder), server.procfile()
    with ExitStack() as around:
        url = around.enter_context(postgres(folder))
        ours, twilio = _ours(folder, url), Settings(port=free_port(), var_dir=folder / "twilio")
        roots = {"database": int((folder / "pg" / "postmaster.pid").read_text().split()[0])}

        def start(name: str, command: list[str], environment: Mapping[str, str]) -> None:
            made = Started(name, command, home, environment, folder / f"{name}.log")
            around.callback(made.stop)
            roots[name] = made.process.pid

        for name, settings in (("redis", ours), ("twilio's redis", twilio)):
            settings.var_dir.mkdir()
            start(name, embedded_redis.command(settings), os.environ)
            server.until(partial(embedded_redis.answers, settings), "redis answers")
        mine, theirs = _told(ours, twilio.port), _told_twilio(ours, twilio)
        for environment in (mine, theirs):
            release = server.shell(commands["release"])
            subprocess.run(release, cwd=home, env=environment, check=True, timeout=90, stdout=subprocess.DEVNULL)
        start("twilio", server.shell(commands["web"].replace("webhooks.wsgi", f"{__package__}.twilio_role")), theirs)
        for name in ("web", *BEHIND):
            start(name, server.shell(commands[name]), mine)
        bare_port = free_port()
        start("bare", server.shell(_bare_command()), mine | _bare_environment(ours, bare_port))
        for port, path in ((ours.port, "readyz"), (twilio.port, "readyz"), (bare_port, "")):
            server.until(partial(_answers, port, path), f"an answer at {port}; see the logs in {folder}", 90)
        yield Stack(ours, twilio, bare_port, roots, folder)


def _ours(folder: Path, url: str) -> Settings:
    port = free_port()
    return Settings(
        port=port,
        host="127.0.0.1",
        var_dir=folder / "var",
        database_url=url,
        secret_key=secrets.token_urlsafe(32),
        public_url=f"http://127.0.0.1:{port}",
        twilio_account_sid=SIMULATED_ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from=(SIMULATED_SENDER,),
    )


def _told(ours: Settings, api: int) -> dict[str, str]:
    """Our processes' environment: everything on, Twilio real to them, called at a port of this machine."""
    return {
        **server.told(ours),
        "HOST": ours.host,
        "SECRET_KEY": ours.secret_key,
        "DATABASE_URL": ours.database_url,
        "PUBLIC_URL": ours.origin,
        "TWILIO_ACCOUNT_SID": SIMULATED_ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE": f"http://127.0.0.1:{api}",
        "SILENCE_MINUTES": "0",
        "LOG_FORMAT": "json",
        "WEB_CONCURRENCY": str(WEB),
        "WORKERS": str(WORKERS),
    }


def _told_twilio(ours: Settings, twilio: Settings) -> dict[str, str]:
    """The environment of the process that plays Twilio, which knows where our doors are."""
    password = {"SIMULATOR_PASSWORD": PASSWORD, "ANSWER_SECONDS": str(ANSWER_SECONDS), "LOG_FORMAT": "json"}
    return {**server.told(twilio), "PUBLIC_URL": ours.origin, **password}


def _bare_environment(ours: Settings, port: int) -> dict[str, str]:
    url = ours.database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        connection.execute(BARE_TABLE)
    return {"BARE_REDIS": ours.redis, "BARE_DATABASE": url, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}


def _bare_command() -> str:
    return f"gunicorn --config {BARE_SERVER} {__package__}.bare:app"


def _answers(port: int, path: str) -> bool:
    """Whether somebody answers there; at our own doors, whether they are ready."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/{path}", timeout=5).status_code < 500
    except requests.RequestException:
        return False
