"""psycopg's cursor without objects that nobody reads."""

from collections.abc import Sequence
from typing import Any

import pytest
from psycopg import Column, Cursor
from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from bot.database import Database, postgres_cursor

ASKED = "SELECT 1 AS one, 'two' AS two, NULL::date AS three"


def test_what_it_says_of_columns_is_what_psycopg_says(postgres: Database) -> None:
    with postgres.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        ours, theirs = driver.execute(ASKED), Cursor(driver).execute(ASKED)
        assert isinstance(ours, postgres_cursor.LazyCursor)
        columns = ours.description or []
        assert [tuple(column) for column in columns] == [tuple(column) for column in theirs.description or ()]
        assert (columns[1].name, len(columns)) == ("two", 3)
        assert [column.name for column in columns[1:]] == ["two", "three"]
        assert ours.execute("SET LOCAL work_mem = '4MB'").description is None


def test_a_statement_that_is_known_has_no_column_described(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[int] = []

    def noted(cursor: Any, place: int) -> Column:
        described.append(place)
        return Column(cursor, place)

    monkeypatch.setattr(postgres_cursor, "Column", noted)
    statement: Any = select(literal_column("1").label("one"), literal_column("'two'").label("two"))
    first = postgres.ask(_asked, statement)
    described.clear()
    assert postgres.ask(_asked, statement) == first
    assert first[0]._asdict() == {"one": 1, "two": "two"}
    assert described == []


def _asked(db: Session, statement: Any) -> Sequence[Any]:
    return db.execute(statement).all()
