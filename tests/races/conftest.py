"""Settings that several processes share."""

from typing import Any

import pytest
from redis import Redis


@pytest.fixture
def settings(redis: "Redis", redis_url: str, database_url: str) -> dict[str, Any]:
    """As JSON can carry them; Redis and the database are empty."""
    return {"database_url": database_url, "redis_url": redis_url, "secret_key": "a secret for tests only"}
