"""What is said to the database and to Redis, listened to: tests assert what work costs, not how long it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from redis.connection import AbstractConnection
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import Compiled

OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def statements(*, all_of_them: bool = False) -> Iterator[list[str]]:
    """What every engine is told within the block; but for `all_of_them` without where transactions begin and end."""
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if all_of_them or not statement.startswith(OF_TRANSACTIONS):
            told.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def compiled() -> Iterator[list[str]]:
    """The statements that SQLAlchemy turns into SQL within the block, because it has not kept what it made before."""
    made: list[str] = []
    compile_one: Any = Compiled.__init__

    def note(compiler: Any, *given: Any, **options: Any) -> None:
        compile_one(compiler, *given, **options)
        if getattr(compiler, "string", ""):  # of those that begin and end transactions there is none
            made.append(compiler.string)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compiled, "__init__", note)
        yield made


@contextmanager
def round_trips() -> Iterator[list[bytes]]:
    """What is sent to Redis within the block; a pipeline is one."""
    sent: list[bytes] = []
    send: Any = AbstractConnection.send_packed_command

    def note(connection: Any, command: Any, *given: Any, **options: Any) -> None:
        sent.append(command if isinstance(command, bytes) else b"".join(command))
        send(connection, command, *given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AbstractConnection, "send_packed_command", note)
        yield sent
