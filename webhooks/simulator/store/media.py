"""Media of simulated messages: attachments of phones, and what our own links gave."""

from dataclasses import dataclass
from typing import Any, cast

from redis import Redis

from webhooks.simulator.store.messages import MESSAGE_TTL_SECONDS, new_sid, now_ms

MAX_BYTES = 16_000_000
"""Bytes of one medium at most (Twilio, 'Accepted content types for media')."""
MAX_IMAGE_BYTES = 5_000_000
"""Bytes of an image at most on WhatsApp."""
DELETED_COUNT_KEY = "sim:media:count:deleted"


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """One file. `parent` is the message that it belongs to; empty until it is sent."""

    sid: str
    content_type: str
    name: str
    parent: str
    created_ms: int
    size: int


class MediaStore:
    """The files, by sid."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def add(self, data: bytes, content_type: str, name: str = "", parent: str = "") -> str:
        """Keep a file; its sid."""
        sid = new_sid("ME")
        kept: dict[Any, Any] = {
            "type": content_type,
            "name": name,
            "parent": parent,
            "created_ms": now_ms(),
            "size": len(data),
            "data": data,
        }
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(f"sim:media:{sid}", mapping=kept)
            pipeline.expire(f"sim:media:{sid}", MESSAGE_TTL_SECONDS)
            pipeline.execute()
        return sid

    def adopt(self, sid: str, parent: str) -> None:
        """Say which message a file belongs to."""
        self._redis.hset(f"sim:media:{sid}", "parent", parent)

    def about(self, sid: str) -> StoredMedia | None:
        """The file's facts, without its bytes."""
        kept = self._redis.hmget(f"sim:media:{sid}", ["type", "name", "parent", "created_ms", "size"])
        if kept[0] is None:
            return None
        content_type, name, parent, created_ms, size = (value.decode() for value in cast("list[bytes]", kept))
        return StoredMedia(sid, content_type, name, parent, int(created_ms), int(size))

    def data(self, sid: str) -> bytes | None:
        """The file's bytes."""
        return cast("bytes | None", self._redis.hget(f"sim:media:{sid}", "data"))

    def remove(self, sid: str) -> None:
        """Delete a file at Twilio. The phone that sent it has its own copy, which the page goes on showing."""
        if self._redis.hset(f"sim:media:{sid}", "deleted", 1):
            self._redis.incr(DELETED_COUNT_KEY)

    def is_deleted(self, sid: str) -> bool:
        """Whether Twilio does not have the file any more."""
        return bool(self._redis.hexists(f"sim:media:{sid}", "deleted"))

    def deleted(self) -> int:
        """How many files have been deleted at Twilio."""
        return int(cast("bytes | None", self._redis.get(DELETED_COUNT_KEY)) or 0)
