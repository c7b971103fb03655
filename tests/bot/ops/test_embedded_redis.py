"""The embedded Redis: a real server that loses nothing when it is killed."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.errors import NotReady
from bot.ops import embedded_redis
from bot.settings import Settings


@pytest.fixture
def embedded_settings(tmp_path: Path) -> Settings:
    """Settings whose Redis is embedded."""
    return Settings(secret_key="x" * 16, var_dir=tmp_path / "var", redis_url="")


@pytest.fixture
def redis_process(embedded_settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The server, running."""
    with subprocess.Popen(embedded_redis.command(embedded_settings)) as process:
        embedded_redis.wait_until_ready(embedded_settings, lambda: None)
        yield process
        process.kill()


def test_a_killed_server_has_everything_when_it_is_back(
    embedded_settings: Settings, redis_process: subprocess.Popen[bytes]
) -> None:
    with Redis.from_url(embedded_settings.redis) as client:
        for number in range(100):
            client.set(f"key{number}", number)
    redis_process.kill()
    redis_process.wait()
    assert not embedded_redis.answers(embedded_settings)
    with (
        subprocess.Popen(embedded_redis.command(embedded_settings)) as again,
        Redis.from_url(embedded_settings.redis) as client,
    ):
        embedded_redis.wait_until_ready(embedded_settings, lambda: None)
        assert client.dbsize() == 100
        assert client.info("persistence")["aof_enabled"] == 1
        again.terminate()


def test_it_listens_on_its_socket_only(embedded_settings: Settings, redis_process: subprocess.Popen[bytes]) -> None:
    with Redis.from_url(embedded_settings.redis) as client:
        assert client.info("server")["tcp_port"] == 0
    assert embedded_settings.redis_socket.stat().st_mode & 0o777 == 0o700


def test_a_left_over_server_is_found_and_ended(
    embedded_settings: Settings, redis_process: subprocess.Popen[bytes]
) -> None:
    assert embedded_redis.answers(embedded_settings)
    embedded_redis.shut_down(embedded_settings)
    redis_process.wait(10)
    assert not embedded_redis.answers(embedded_settings)
    embedded_redis.shut_down(embedded_settings)


def test_a_var_dir_with_a_long_path(tmp_path: Path) -> None:
    long = Settings(secret_key="x" * 16, var_dir=tmp_path / ("x" * 100) / "ü %20 #", redis_url="")
    with subprocess.Popen(embedded_redis.command(long)) as process:
        embedded_redis.wait_until_ready(long, lambda: None)
        assert embedded_redis.answers(long)
        process.terminate()


@pytest.mark.parametrize("folder", ["ü", "%20", "a b", "#"])
def test_a_var_dir_with_odd_characters(folder: str) -> None:
    with tempfile.TemporaryDirectory() as short:
        odd = Settings(secret_key="x" * 16, var_dir=Path(short) / folder, redis_url="")
        with subprocess.Popen(embedded_redis.command(odd)) as process:
            embedded_redis.wait_until_ready(odd, lambda: None)
            assert odd.redis_socket.parent == odd.var_dir
            process.terminate()


def _program(folder: Path, name: str, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
    return program


def test_without_the_wheel_the_path_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded_redis, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotReady, match=r"6\.2"):
        embedded_redis.find_program()
    _program(tmp_path, "redis-server", "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc bits=64")
    with pytest.raises(NotReady, match=r"6\.2"):
        embedded_redis.find_program()
    valkey = _program(tmp_path, "valkey-server", "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc bits=64")
    assert embedded_redis.find_program() == valkey
    redis = _program(tmp_path, "redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc bits=64")
    assert embedded_redis.find_program() == redis


def test_a_server_that_cannot_start_is_told_of(embedded_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_redis, "REDIS_START_SECONDS", 0.1)
    started = time.monotonic()
    with pytest.raises(NotReady, match=r"redis\.log"):
        embedded_redis.wait_until_ready(embedded_settings, lambda: None)
    assert time.monotonic() - started < 10
