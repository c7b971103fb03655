"""Settings that several processes share."""

import multiprocessing
from multiprocessing.context import ForkServerContext
from typing import Any

import pytest
from redis import Redis


@pytest.fixture
def settings(redis: "Redis", redis_url: str, database_url: str) -> dict[str, Any]:
    """As JSON can carry them; Redis and the database are empty."""
    return {"database_url": database_url, "redis_url": redis_url, "secret_key": "a secret for tests only"}


def warm_processes() -> ForkServerContext:
    """New processes that have the code loaded but share no connection, lock or thread with the test."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.service", "tests.races.people"])
    return context
