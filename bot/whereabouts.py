"""Whether the database of the settings is where they say. Loads nothing else, so that commands answer at once."""

from pathlib import Path

from sqlalchemy import make_url

from bot.errors import NotReady
from bot.settings import Settings


def database_is_there(settings: Settings) -> None:
    """Raise NotReady where the database would be a file that is not there: looking at one makes it."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return
    if settings.database_url:
        raise NotReady("DATABASE_URL: there is no such file; python -m admin_cli db upgrade makes it")
    raise NotReady(
        f"VAR_DIR: nothing there ({settings.var_dir}): make run, or another VAR_DIR? "
        "(python -m admin_cli db upgrade makes an empty database)"
    )
