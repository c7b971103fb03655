"""One dialect for all engines of a kind: what one test has compiled, the next one need not compile again."""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from bot import database

_kept: dict[tuple[str, bool], Engine] = {}


def keep(made: "database.Database") -> None:
    """Engines made from now on take the dialects of these; they have connected, so their dialects are ready."""
    for engine in (made.engine, made.looking):
        with engine.connect():
            _kept[engine.dialect.name, engine is made.looking] = engine
    vars(database)["create_engine"] = _create
    made.close()


def _create(url: str, **options: Any) -> Engine:
    engine = sqlalchemy.create_engine(url, **options)
    if kept := _kept.get((engine.dialect.name, "isolation_level" in options)):
        engine.dialect = kept.dialect
        engine._compiled_cache = kept._compiled_cache
    return engine
