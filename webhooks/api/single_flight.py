"""Shares a costly result among callers that ask for it at the same time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass
class SingleFlight(Generic[Result]):
    """Keeps one result in this process. A caller gets one whose making began at most `fresh` before the call."""

    fresh: float = 0.0
    """Seconds."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: float = -1.0
    _result: Result | None = None

    def get(self, make: Callable[[], Result]) -> Result:
        """The result of `make`, called now or for an earlier caller. An error of `make` goes to whoever called it."""
        asked = time.monotonic()
        with self._lock:
            if self._result is None or self._begun < asked - self.fresh:
                begun = time.monotonic()
                self._result, self._begun = make(), begun
            return self._result
