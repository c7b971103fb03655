"""All that is kept anywhere, as text: for tests that look for what must not be in it."""

from redis import Redis
from sqlalchemy import select

from bot.database import Database
from bot.domain.models import Base


def dump(database: Database, redis: "Redis") -> str:
    """Every row of every table and every key of Redis, as text."""
    found = []
    with database.read() as db:
        for table in Base.metadata.sorted_tables:
            found += [f"{table.name} {dict(row)!r}" for row in db.execute(select(table)).mappings()]
    for key in redis.scan_iter():
        kind = redis.type(key)
        value = redis.hgetall(key) if kind == b"hash" else redis.get(key) if kind == b"string" else ""
        found.append(f"{key!r} {value!r}")
    return "\n".join(found)
