"""The database and the Redis of the settings, for commands. It loads little, so that they start at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot.errors import NotReady
from bot.settings import Settings
from bot.timeouts import REDIS_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from redis import Redis


def database_exists(settings: Settings) -> None:
    """Raise NotReady where the database would be a file that is not there: looking at one makes it."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return
    if settings.database_url:
        raise NotReady("DATABASE_URL: there is no such file; pravesh db upgrade makes it")
    raise NotReady(
        f"VAR_DIR: nothing there ({settings.var_dir}): make run, or another VAR_DIR? "
        "(pravesh db upgrade makes an empty database)"
    )


@contextmanager
def connect_redis(url: str) -> Iterator["Redis"]:
    """A client of this Redis that gives up after a few seconds."""
    from redis import Redis  # a tenth of a second, which most commands do not need

    with Redis.from_url(
        url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    ) as redis:
        yield redis
