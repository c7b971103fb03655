"""Settings that several processes share."""

import multiprocessing
from multiprocessing.context import ForkServerContext
from typing import Any

import pytest

from bot.settings import Settings


@pytest.fixture
def given_settings(settings: Settings) -> dict[str, Any]:
    """The settings as JSON can carry them to other processes; Redis and the database are empty."""
    return settings.model_dump(include={"database_url", "redis_url", "secret_key", "public_url"})


def warm_processes() -> ForkServerContext:
    """New processes that have the code loaded but share no connection, lock or thread with the test."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.service", "tests.races.people"])
    return context
