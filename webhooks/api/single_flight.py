"""One at a time: many who ask at once for what is dear to make share what was begun after they asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Made = TypeVar("Made")


@dataclass
class SingleFlight(Generic[Made]):
    """For one thing in one process. Nobody is given what was begun more than `fresh` before they asked."""

    fresh: float = 0.0
    """Seconds."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: float = -1.0
    _made: Made | None = None

    def get(self, make: Callable[[], Made]) -> Made:
        """What `make` gives, called now or by somebody else lately enough. What it raises goes to whoever called it."""
        asked = time.monotonic()
        with self._lock:
            if self._made is None or self._begun < asked - self.fresh:
                begun = time.monotonic()
                self._made, self._begun = make(), begun
            return self._made
