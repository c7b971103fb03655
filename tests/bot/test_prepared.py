"""Statements that are asked without SQLAlchemy's work around each execution, and transactions for few of them."""

from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, String, Time, bindparam, func, insert, literal, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.database import Database, prepared
from bot.domain.models import Contact, table
from bot.domain.models.base import UtcDateTime
from bot.domain.upserts import INTO
from tests import listening

CONTACTS = table(Contact)
MOMENT = datetime(2027, 1, 10, 6, 0, tzinfo=UTC)
IN_INDIA = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))
VALUES: tuple[tuple[Any, Any], ...] = (
    (String(), "नमस्ते 'a' %s"),
    (Integer(), 7),
    (Boolean(), True),
    (Date(), date(2027, 1, 10)),
    (Time(), time(9, 30)),
    (UtcDateTime(), IN_INDIA),
    (JSON(), {"a": ["ब", None]}),
    (JSON(), None),
    (String(), None),
)
"""Of each type that our statements use."""


def test_what_it_gives_is_what_sqlalchemy_gives(database: Database) -> None:
    columns = [bindparam(f"of_{place}", type_=kind).label(f"v{place}") for place, (kind, _) in enumerate(VALUES)]
    asked = select(*columns, literal(5).label("v0"), func.coalesce(literal("a"), literal("b")))
    given = {f"of_{place}": value for place, (_, value) in enumerate(VALUES)}
    with database.engine.connect() as connection:
        (ours,), (theirs,) = prepared.rows(connection, asked, given), connection.execute(asked, given).all()
    assert tuple(ours) == tuple(theirs)
    assert [type(value) for value in ours] == [type(value) for value in theirs]
    assert ours.v5 == MOMENT
    assert ours.v5.tzinfo is UTC


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"]])
def test_a_list_of_any_length_can_be_put_in(database: Database, names: list[str]) -> None:
    asked = select(literal("a").label("found")).where(literal("a").in_(bindparam("names", expanding=True)))
    with database.engine.connect() as connection:
        assert len(prepared.rows(connection, asked, {"names": names})) == ("a" in names)
        assert (prepared.first(connection, asked, {"names": names}) is None) == ("a" not in names)


def test_its_errors_are_those_of_sqlalchemy(database: Database) -> None:
    adding = insert(CONTACTS).values(id=1, created_at=bindparam("at", type_=UtcDateTime())).returning(CONTACTS.c.id)
    with database.engine.begin() as connection:
        assert prepared.first(connection, adding, {"at": MOMENT}).id == 1
    with pytest.raises(IntegrityError) as taken, database.engine.begin() as connection:
        prepared.first(connection, adding, {"at": MOMENT})
    assert "2027" not in str(taken.value)
    unknown = select(CONTACTS.c.id).where(func.nothing_of_this_name() == 1)
    with pytest.raises((OperationalError, ProgrammingError)), database.engine.connect() as connection:
        prepared.rows(connection, unknown, {})
    with database.engine.connect() as connection:
        assert [row.id for row in prepared.rows(connection, select(CONTACTS.c.id), {})] == [1]


def test_a_transaction_whose_connection_is_lost_says_so_and_the_next_has_another(postgres: Database) -> None:
    me = select(func.pg_backend_pid().label("pid"))
    end = select(func.pg_terminate_backend(bindparam("pid", type_=Integer)))
    with ExitStack() as around:
        lost = around.enter_context(pytest.raises(OperationalError))
        db = around.enter_context(postgres.transaction())
        pid = prepared.first(db.connection(), me, {}).pid
        postgres.look(end, {"pid": pid})
        prepared.first(db.connection(), me, {})
    assert lost.value.connection_invalidated
    with postgres.transaction() as db:
        assert prepared.first(db.connection(), me, {}).pid != pid


def test_what_sqlalchemy_would_fill_in_is_filled_in(database: Database) -> None:
    for number in (1, 2):
        adding = INTO[database.engine.dialect.name](CONTACTS).on_conflict_do_nothing().returning(CONTACTS)
        with database.transaction() as db:
            found = prepared.first(db.connection(), adding, {"id": number, "created_at": MOMENT})
        assert (found.id, found.created_at) == (number, MOMENT)


def test_whoever_listens_is_told(database: Database) -> None:
    asked = select(literal(1).label("one"))
    with listening.statements() as told, database.engine.connect() as connection:
        assert prepared.first(connection, asked, {}).one == 1
    assert len(told) == 1


def test_a_transaction_keeps_statements_and_objects_or_neither(database: Database) -> None:
    adding = insert(CONTACTS).values(created_at=bindparam("at", type_=UtcDateTime())).returning(CONTACTS.c.id)
    counting = select(func.count().label("number")).select_from(CONTACTS)
    with database.transaction() as db:
        prepared.first(db.connection(), adding, {"at": MOMENT})
        db.add(Contact(created_at=MOMENT))
    assert database.look(counting, {})[0].number == 2
    with suppress(LookupError), database.transaction() as db:
        db.add(Contact(created_at=MOMENT))
        db.flush()
        prepared.first(db.connection(), adding, {"at": MOMENT})
        raise LookupError
    assert database.look(counting, {})[0].number == 2
