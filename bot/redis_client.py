"""The client for Redis: redis-py's own, without what it counts for OpenTelemetry at each command.

Every message and every scan asks Redis several times. redis-py notes each command, and each connection that is taken
or given back, for a collector that nobody runs here, and looks at the names of all arguments for old ones: a third of
what a command costs (docs/figures.md). What goes over the wire, retries and errors are redis-py's.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any, Self, cast

import hiredis
from redis import ConnectionPool, Redis
from redis.connection import Connection
from redis.exceptions import NoScriptError, RedisError, ResponseError

from bot.timeouts import REDIS_TIMEOUT_SECONDS
from bot.tracing import traced_round_trip

Command = tuple[str | bytes | int | float, ...]
"""A command's words."""


class WarmPool(ConnectionPool):
    """A pool that hands out the connection used last; to redis-py those that rest here are in use.

    One that was lost, or is new, goes by redis-py's own way.
    """

    _resting: "deque[Connection]"

    def reset(self) -> None:
        """Begin without connections, as a process does that was forked."""
        self._resting = deque()
        super().reset()

    def get_connection(self, command_name: Any = None, *keys: Any, **options: Any) -> Connection:
        """A connection that is ready for a command. Raises RedisError."""
        self._checkpid()
        try:
            connection = self._resting.pop()
        except IndexError:
            return super().get_connection()
        if _is_ready(connection):
            return connection
        super().release(connection)
        return super().get_connection()

    def release(self, connection: Any) -> None:
        """Take a connection back."""
        if connection.pid == self.pid and not connection.should_reconnect():
            self._resting.append(connection)
        else:
            super().release(connection)


def _is_ready(connection: Connection) -> bool:
    """Whether it is connected, and nothing has come that nobody asked for, as the end of the connection would be."""
    try:
        return connection.is_connected and not connection.can_read()
    except (RedisError, OSError):
        return False


class Client(Redis):
    """A client whose commands are sent and read, and nothing else."""

    def _execute_command(self, *words: Any, **options: Any) -> Any:
        asking: Any = super()
        if self.connection:  # a client of one connection, which threads take turns with
            return asking._execute_command(*words, **options)
        pool = self.connection_pool
        connection: Any = pool.get_connection()
        try:
            return connection.retry.call_with_retry(
                lambda: asking._send_command_parse_response(connection, words[0], *words, **options),
                lambda _error: connection.disconnect(),
            )
        finally:
            pool.release(connection)


def ask_all(redis: "Redis", commands: Sequence[Command]) -> list[Any]:
    """What Redis answers to each of these commands, in one round trip: bytes, numbers, lists; a refusal as its error.

    Raises RedisError where Redis is away. redis-py's pipeline does the same with three times the work
    (docs/figures.md): it looks at the words of each command, and turns some answers into other types.
    """
    pool = redis.connection_pool
    connection: Any = pool.get_connection()
    try:
        answers: list[Any] = connection.retry.call_with_retry(
            lambda: _exchange(connection, commands), lambda _error: connection.disconnect()
        )
    finally:
        pool.release(connection)
    return answers


@traced_round_trip
def _exchange(connection: Any, commands: Sequence[Command]) -> list[Any]:
    packed = [hiredis.pack_command(cast("Any", command)) for command in commands]
    connection.send_packed_command([b"".join(packed)], check_health=False)
    return [_answer(connection) for _command in commands]


def _answer(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as refused:
        return refused


@dataclass(frozen=True, slots=True)
class Script:
    """A script in Lua, which Redis is asked to run by its SHA-1; it gets the text where it does not know it."""

    source: str = field(repr=False)
    sha: str

    @classmethod
    def of(cls, source: str) -> Self:
        """The script of this text."""
        return cls(source, sha1(source.encode(), usedforsecurity=False).hexdigest())

    def command(self, keys: Sequence[str], arguments: Sequence[str | bytes | int | float]) -> Command:
        """The command that runs it."""
        return "EVALSHA", self.sha, len(keys), *keys, *arguments

    def run(self, redis: "Redis", keys: Sequence[str], arguments: Sequence[str | bytes | int | float]) -> Any:
        """What it answers, in one round trip. Raises RedisError."""
        (answer,) = ask_all(redis, [self.command(keys, arguments)])
        if isinstance(answer, NoScriptError):
            _, answer = ask_all(redis, [("SCRIPT", "LOAD", self.source), self.command(keys, arguments)])
        if isinstance(answer, ResponseError):
            raise answer
        return answer


def pool(url: str, timeout: float = REDIS_TIMEOUT_SECONDS) -> WarmPool:
    """Connections to the Redis at this address, of which each gives up after so many seconds."""
    return WarmPool.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)


def connect(url: str) -> Client:
    """A client of the Redis at this address; answers are bytes, as RQ wants them."""
    return cast("Client", Client.from_pool(pool(url)))
