"""Checks our own link to a picture before Twilio gets it: a picture that it cannot fetch is lost (63019)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import requests
from redis import Redis
from redis.exceptions import RedisError

from bot.timeouts import MEDIA_CHECK_TIMEOUTS_SECONDS

PNG = b"\x89PNG\r\n\x1a\n"
"""How every PNG begins (ISO/IEC 15948, 5.2)."""
FOUND = "media:found"
FOUND_SECONDS = 60
"""For so long nobody looks again, in any process: our address fails for all pictures or for none."""
NOT_FETCHED = "63019"


def media_problem(url: str) -> str | None:
    """Why Twilio would not get an image from this address, as a reason for admins; None where it would."""
    try:
        answer = requests.get(url, timeout=MEDIA_CHECK_TIMEOUTS_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return "media_unreachable"
    if answer.status_code != requests.codes.ok:
        return f"media_http_{answer.status_code}"
    if answer.headers.get("Content-Type", "").partition(";")[0].strip() != "image/png":
        return "media_not_png"
    return None if answer.content.startswith(PNG) else "media_empty"


@dataclass(frozen=True, slots=True)
class MediaCheck:
    """Looks at our own link at most once a minute while it works. Threads that ask at once share one look."""

    redis: "Redis" = field(repr=False)
    look: Callable[[str], str | None] = media_problem
    _looking: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _failed: list[tuple[float, str]] = field(default_factory=list, repr=False, compare=False)
    """When a look ended that found a problem, and which."""

    def __call__(self, url: str) -> str | None:
        """Why Twilio would not get the image, as `media_problem` says; None where it would, or would a minute ago."""
        asked = monotonic()
        if self._is_found():
            return None
        with self._looking:
            if self._is_found():
                return None
            if self._failed and self._failed[-1][0] > asked:
                return self._failed[-1][1]  # somebody else has looked meanwhile
            return self._look(url)

    def _look(self, url: str) -> str | None:
        reason = self.look(url)
        if reason:
            self._failed[:] = [(monotonic(), reason)]
            return reason
        try:
            self.redis.set(FOUND, 1, ex=FOUND_SECONDS)
        except RedisError:
            return None
        return None

    def _is_found(self) -> bool:
        try:
            return bool(self.redis.exists(FOUND))
        except RedisError:
            return False

    def doubt(self) -> None:
        """Look again before the next picture: Twilio could not fetch one."""
        try:
            self.redis.delete(FOUND)
        except RedisError:
            return
