"""The web process: its first one loads everything and keeps nothing open, so that those that it forks share no line."""

import os
import subprocess
import sys

import pytest

from tests.paths import ROOT

LOADED = """
import os, threading
from pathlib import Path
before = set(os.listdir("/proc/self/fd"))
import webhooks.wsgi
files = [os.path.realpath(f"/proc/self/fd/{fd}") for fd in set(os.listdir("/proc/self/fd")) - before]
print([name for name in files if "socket:" in name or ".db" in name], threading.active_count())
"""


@pytest.mark.databases("sqlite", "postgres")
@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_nothing_is_connected_and_no_thread_runs_before_the_fork(database_url: str, redis_url: str) -> None:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "a secret for tests only"}
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=60
    )
    assert loaded.stdout == "[] 1\n", loaded.stderr
