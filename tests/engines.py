"""One dialect for all engines of a kind: what one test has compiled, the next one need not compile again."""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from bot import database

_kept: dict[str, Engine] = {}


def keep(engine: Engine) -> None:
    """Engines that are made from now on take this one's dialect; it has connected, so its dialect is ready."""
    _kept[engine.dialect.name] = engine
    vars(database)["create_engine"] = _create


def _create(url: str, **options: Any) -> Engine:
    engine = sqlalchemy.create_engine(url, **options)
    if kept := _kept.get(engine.dialect.name):
        engine.dialect = kept.dialect
        engine._compiled_cache = kept._compiled_cache
    return engine
