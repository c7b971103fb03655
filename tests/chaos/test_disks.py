"""Both ways of filling a disk do what a full one does: writes are refused while it lasts, and work again afterwards."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from bot.ops import embedded_redis
from bot.settings import Settings
from tests.chaos.disks import Disk, LimitedFiles, small_disk
from tests.e2e.server import until


def test_where_nothing_may_be_mounted_files_that_may_not_grow_serve_as_well(tmp_path: Path) -> None:
    with _server(tmp_path) as (server, client):
        _is_full_and_free_again(LimitedFiles(lambda: [server.pid]), client)


def test_a_small_disk_is_filled_to_its_end() -> None:
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "redis", 8) as disk:
        if disk is None:
            pytest.skip("nothing may be mounted here")
        with _server(Path(folder)) as (_server_process, client):
            _is_full_and_free_again(disk, client)


@contextmanager
def _server(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", "Redis"]]:
    """A Redis that writes all it is told below this folder, as the stack starts it."""
    settings = Settings(port=1, var_dir=folder, secret_key="of-the-tests-alone")
    with subprocess.Popen(embedded_redis.command(settings), restore_signals=False) as started:
        until(partial(embedded_redis.answers, settings), "redis answers", 30)
        with closing(Redis.from_url(settings.redis)) as client:
            yield started, client
        started.terminate()


def _is_full_and_free_again(disk: Disk, client: "Redis") -> None:
    assert client.set("before", 1)
    disk.fill()
    until(lambda: not _takes(client), "a full disk is noticed", 30)
    disk.free()
    until(lambda: _takes(client), "there is room again", 30)
    assert client.get("before") == b"1"


def _takes(client: "Redis") -> bool:
    try:
        return bool(client.set("written", bytes(5000)))
    except ResponseError:
        return False
