"""Pictures between the worker that draws them and Twilio that fetches them: kept in Redis until they are fetched.

Each pass is drawn once. A picture that is gone (fetched before, too old, no room, Redis away) is drawn again by whoever
is asked for it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from bot.redis_client import Script

KEEP_SECONDS = 600
MAX_BYTES = 64_000_000
"""Bytes of all pictures together: some 1,900 of them. The oldest are removed first."""
KEPT_SET_KEY, TOTAL_BYTES_KEY = "pictures:kept", "pictures:bytes"
SCRIPT = Script.of(Path(__file__).with_suffix(".lua").read_text(encoding="utf-8"))


def version_of(language: str, *, shared: bool) -> str:
    """Which picture of a pass it is: in this language, and whether to be forwarded."""
    return f"{language}:shared" if shared else language


@dataclass(frozen=True, slots=True)
class Handover:
    """The pictures that wait to be fetched, by pass and version. Never raises where Redis is away."""

    redis: "Redis" = field(repr=False)
    max_bytes: int = MAX_BYTES

    def keep(self, pass_id: int, version: str, picture: bytes) -> None:
        """Keep a picture until it is fetched, ten minutes at most."""
        self._run(pass_id, version, "keep", picture, KEEP_SECONDS, self.max_bytes)

    def take(self, pass_id: int, version: str) -> bytes | None:
        """The picture, which is not kept any longer; None where it is not here."""
        return cast("bytes | None", self._run(pass_id, version, "take"))

    def _run(self, pass_id: int, version: str, *arguments: str | bytes | int) -> object:
        keys = [KEPT_SET_KEY, TOTAL_BYTES_KEY, f"picture:{pass_id}:{version}"]
        try:
            return SCRIPT.run(self.redis, keys, arguments)
        except RedisError:
            return None
