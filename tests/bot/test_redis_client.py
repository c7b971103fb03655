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
def client(redis: "Redis", redis_url: str) -> redis_client.Client:
    """A client of the tests' Redis, emptied."""
    return redis_client.connect(redis_url)


def _number(client: "Redis") -> int:
    return int(client.client_id())


def test_the_connection_used_last_is_used_again(client: redis_client.Client) -> None:
    assert len({_number(client) for _ in range(5)}) == 1
    client.close()


def test_threads_have_connections_of_their_own(client: redis_client.Client) -> None:
    taken = [client.connection_pool.get_connection() for _ in range(3)]
    assert len({id(connection) for connection in taken}) == 3
    for connection in taken:
        client.connection_pool.release(connection)
    assert client.get("nothing") is None
    client.close()


def test_a_connection_that_redis_has_closed_is_replaced(client: redis_client.Client, redis: "Redis") -> None:
    """At the next command, without an error: a Redis that was started anew has closed all of them."""
    first = _number(client)
    redis.client_kill_filter(_id=str(first))
    assert client.set("a", "1")
    assert _number(client) != first
    client.close()


def test_a_connection_with_an_answer_that_nobody_read_is_not_used(client: redis_client.Client) -> None:
    connection: Any = client.connection_pool.get_connection()
    connection.send_command("ECHO", "of another")
    assert connection.can_read(5)
    client.connection_pool.release(connection)
    assert client.echo("mine") == b"mine"
    client.close()


def test_an_answer_that_does_not_come_is_an_error_and_the_connection_is_not_used_again(
    client: redis_client.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not tried again: what the lost answer was to may have been done."""
    first = _number(client)
    connection = client.connection_pool.get_connection()
    client.connection_pool.release(connection)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "read_response", _lost)
        with pytest.raises(Lost):
            client.incr("number")
    assert client.get("number") == b"1"
    assert _number(client) != first
    client.close()


def _lost(*_: Any, **__: Any) -> None:
    raise Lost("cut")


def test_after_close_it_connects_again(client: redis_client.Client) -> None:
    client.set("a", "1")
    client.close()
    assert client.get("a") == b"1"
    client.close()


def test_a_forked_process_takes_no_connection_of_its_parent(client: redis_client.Client) -> None:
    mine, (reading, writing) = _number(client), os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os.write(writing, str(_number(client)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 32)) != mine
    assert _number(client) == mine
    client.close()


def test_many_threads_at_once_get_each_its_own_answer(client: redis_client.Client) -> None:
    wrong = []

    def ask(number: int) -> None:
        for turn in range(50):
            said = f"{number} {turn}".encode()
            wrong.extend([said] if client.echo(said.decode()) != said else [])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    client.close()


def test_a_command_is_one_round_trip(client: redis_client.Client) -> None:
    client.get("a")
    with round_trips() as sent:
        client.get("a")
    assert len(sent) == 1
    client.close()


def test_several_commands_are_one_round_trip_and_a_refusal_stands_in_the_place_of_its_answer(
    client: redis_client.Client,
) -> None:
    commands: list[redis_client.Command] = [("SET", "a", 1.5, "EX", 50), ("HGET", "a", "no hash"), ("GET", "a")]
    assert client.ping()
    with round_trips() as sent:
        kept, refused, found = redis_client.ask_all(client, commands)
    assert (kept, found) == (b"OK", b"1.5")
    assert isinstance(refused, ResponseError)
    assert len(sent) == 1
    client.close()


def test_several_commands_outlive_a_connection_that_redis_has_closed(
    client: redis_client.Client, redis: "Redis"
) -> None:
    redis.client_kill_filter(_id=str(_number(client)))
    assert redis_client.ask_all(client, [("INCR", "a"), ("INCR", "a")]) == [1, 2]
    client.close()


def test_a_script_that_redis_does_not_know_is_told_and_run(client: redis_client.Client) -> None:
    script = redis_client.Script.of("return {KEYS[1], redis.call('INCR', KEYS[1])}")
    client.script_flush()
    assert script.run(client, ["a"], []) == [b"a", 1]
    with round_trips() as sent:
        assert script.run(client, ["a"], []) == [b"a", 2]
    assert len(sent) == 1
    client.close()


def test_a_script_that_fails_raises_what_redis_says(client: redis_client.Client) -> None:
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        redis_client.Script.of("redis.call('SET', 'a', 1) return redis.call('HGET', 'a', 'b')").run(client, [], [])
    client.close()
