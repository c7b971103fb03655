"""Statements that every scan and every message asks, without what SQLAlchemy does anew around each execution.

SQLAlchemy compiles a statement once, but makes a context and a result each time, which costs more than psycopg's asking
and reading together (docs/figures.md). Its text, its types and its errors are those of here too. SQLite, and whoever
listens to statements (traces, tests that count), get them by SQLAlchemy itself.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Insert, Update

MAX_STATEMENTS = 256
"""Statements that are kept compiled, each for the names of what is put into it."""
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement of PostgreSQL's, compiled for values of these names."""

    text: str
    constants: Mapping[str, Any]
    """What the statement itself puts in."""
    into: Sequence[tuple[str, Convert]]
    """How the values of some names go to psycopg."""
    out: Sequence[tuple[int, Convert]]
    """How those of some columns come from it."""
    row: Callable[[Iterable[Any]], Any]


def rows(connection: Connection, statement: Executable, given: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement that is built once: `given` is put into it. A row's values can be had by place or name.

    Raises as `Connection.execute` does.
    """
    if connection.dialect.driver != "psycopg" or connection.engine.dispatch.before_cursor_execute:
        return connection.execute(statement, given).all()
    known = _prepared(statement, connection.dialect, tuple(given))
    return connection.execute(statement, given).all() if known is None else _asked(connection, known, given)


def first(connection: Connection, statement: Executable, given: Mapping[str, Any]) -> Any:
    """The first of these rows; None where there is none."""
    found = rows(connection, statement, given)
    return found[0] if found else None


def _asked(connection: Connection, known: _Prepared, given: Mapping[str, Any]) -> Sequence[Any]:
    values, cursor = {**known.constants, **given}, None  # by name, as psycopg takes them
    try:
        for name, convert in known.into:
            values[name] = convert(values[name])
        cursor = connection.connection.cursor()
        found = cursor.execute(known.text, values).fetchall()
    except BaseException as problem:
        connection._handle_dbapi_exception(problem, known.text, values, cursor, None)  # what `execute` raises by
    return [known.row(_converted(values, known.out)) for values in found] if known.out else [*map(known.row, found)]


def _converted(values: Iterable[Any], by: Sequence[tuple[int, Convert]]) -> list[Any]:
    made = list(values)
    for place, convert in by:
        made[place] = convert(made[place])
    return made


@lru_cache(MAX_STATEMENTS)
def _prepared(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Prepared | None:
    """None where SQLAlchemy has more to do at each execution."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    if compiled.post_compile_params or compiled.literal_execute_params or not compiled._result_columns:
        return None
    if isinstance(statement, Insert | Update) and compiled.prefetch:
        return None
    by, told = compiled._bind_processors, compiled._result_columns
    constants = {name: value for name, value in compiled.params.items() if name not in names}
    out = [(place, column.type._cached_result_processor(dialect, None)) for place, column in enumerate(told)]
    names_of_columns = [column.keyname for column in told]
    row: Any = namedtuple("Row", names_of_columns, rename=True)  # type: ignore[misc]  # known only now
    return _Prepared(
        compiled.string,
        {name: by[name](value) if name in by else value for name, value in constants.items()},
        [(name, convert) for name, convert in by.items() if name in names],
        [(place, convert) for place, convert in out if convert],
        row._make,
    )
