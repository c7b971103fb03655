"""The client for Redis: its connections, where they are lost, and where a process is forked."""

import os
import threading
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

from bot import redis_client
from tests.listening import round_trips


@pytest.fixture
def redis_connection(redis: "Redis", redis_url: str) -> redis_client.Client:
    """A client of the tests' Redis, emptied."""
    return redis_client.connect(redis_url)


def _number(client: "Redis") -> int:
    return int(client.client_id())


def test_the_connection_used_last_is_used_again(redis_connection: redis_client.Client) -> None:
    assert len({_number(redis_connection) for _ in range(5)}) == 1
    redis_connection.close()


def test_threads_have_connections_of_their_own(redis_connection: redis_client.Client) -> None:
    taken = [redis_connection.connection_pool.get_connection() for _ in range(3)]
    assert len({id(connection) for connection in taken}) == 3
    for connection in taken:
        redis_connection.connection_pool.release(connection)
    assert redis_connection.get("nothing") is None
    redis_connection.close()


def test_a_connection_that_redis_has_closed_is_replaced(redis_connection: redis_client.Client, redis: "Redis") -> None:
    """At the next command, without an error: a Redis that was started anew has closed all of them."""
    first = _number(redis_connection)
    redis.client_kill_filter(_id=str(first))
    assert redis_connection.set("a", "1")
    assert _number(redis_connection) != first
    redis_connection.close()


def test_a_connection_with_an_answer_that_nobody_read_is_not_used(redis_connection: redis_client.Client) -> None:
    connection: Any = redis_connection.connection_pool.get_connection()
    connection.send_command("ECHO", "of another")
    assert connection.can_read(5)
    redis_connection.connection_pool.release(connection)
    assert redis_connection.echo("mine") == b"mine"
    redis_connection.close()


def test_an_answer_that_does_not_come_is_an_error_and_the_connection_is_not_used_again(
    redis_connection: redis_client.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not tried again: what the lost answer was to may have been done."""
    first = _number(redis_connection)
    connection = redis_connection.connection_pool.get_connection()
    redis_connection.connection_pool.release(connection)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "read_response", _lost)
        with pytest.raises(Lost):
            redis_connection.incr("number")
    assert redis_connection.get("number") == b"1"
    assert _number(redis_connection) != first
    redis_connection.close()


def _lost(*_: Any, **__: Any) -> None:
    raise Lost("cut")


def test_after_close_it_connects_again(redis_connection: redis_client.Client) -> None:
    redis_connection.set("a", "1")
    redis_connection.close()
    assert redis_connection.get("a") == b"1"
    redis_connection.close()


def test_a_forked_process_takes_no_connection_of_its_parent(redis_connection: redis_client.Client) -> None:
    mine, (reading, writing) = _number(redis_connection), os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os.write(writing, str(_number(redis_connection)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 32)) != mine
    assert _number(redis_connection) == mine
    redis_connection.close()


def test_many_threads_at_once_get_each_its_own_answer(redis_connection: redis_client.Client) -> None:
    wrong = []

    def ask(number: int) -> None:
        for turn in range(50):
            said = f"{number} {turn}".encode()
            wrong.extend([said] if redis_connection.echo(said.decode()) != said else [])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    redis_connection.close()


def test_a_command_is_one_round_trip(redis_connection: redis_client.Client) -> None:
    redis_connection.get("a")
    with round_trips() as sent:
        redis_connection.get("a")
    assert len(sent) == 1
    redis_connection.close()


def test_several_commands_are_one_round_trip_and_a_refusal_stands_in_the_place_of_its_answer(
    redis_connection: redis_client.Client,
) -> None:
    commands: list[redis_client.Command] = [("SET", "a", 1.5, "EX", 50), ("HGET", "a", "no hash"), ("GET", "a")]
    assert redis_connection.ping()
    with round_trips() as sent:
        kept, refused, found = redis_client.ask_all(redis_connection, commands)
    assert (kept, found) == (b"OK", b"1.5")
    assert isinstance(refused, ResponseError)
    assert len(sent) == 1
    redis_connection.close()


def test_several_commands_outlive_a_connection_that_redis_has_closed(
    redis_connection: redis_client.Client, redis: "Redis"
) -> None:
    redis.client_kill_filter(_id=str(_number(redis_connection)))
    assert redis_client.ask_all(redis_connection, [("INCR", "a"), ("INCR", "a")]) == [1, 2]
    redis_connection.close()


def test_a_script_that_redis_does_not_know_is_told_and_run(redis_connection: redis_client.Client) -> None:
    script = redis_client.Script.of("return {KEYS[1], redis.call('INCR', KEYS[1])}")
    redis_connection.script_flush()
    assert script.run(redis_connection, ["a"], []) == [b"a", 1]
    with round_trips() as sent:
        assert script.run(redis_connection, ["a"], []) == [b"a", 2]
    assert len(sent) == 1
    redis_connection.close()


def test_a_script_that_fails_raises_what_redis_says(redis_connection: redis_client.Client) -> None:
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        redis_client.Script.of("redis.call('SET', 'a', 1) return redis.call('HGET', 'a', 'b')").run(
            redis_connection, [], []
        )
    redis_connection.close()
