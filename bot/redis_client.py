"""The client for Redis: redis-py's own, without what it counts for OpenTelemetry at each command.

Every message and every scan asks Redis several times. redis-py notes each command, and each connection that is taken
or given back, for a collector that nobody runs here, and looks at the names of all arguments for old ones: a third of
what a command costs (docs/figures.md). What goes over the wire, retries and errors are redis-py's.
"""

from collections import deque
from typing import Any, cast

from redis import ConnectionPool, Redis
from redis.connection import Connection
from redis.exceptions import RedisError

from bot.timeouts import REDIS_TIMEOUT_SECONDS


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


def pool(url: str, timeout: float = REDIS_TIMEOUT_SECONDS) -> WarmPool:
    """Connections to the Redis at this address, of which each gives up after so many seconds."""
    return WarmPool.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)


def connect(url: str) -> Client:
    """A client of the Redis at this address; answers are bytes, as RQ wants them."""
    return cast("Client", Client.from_pool(pool(url)))
