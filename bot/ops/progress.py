"""Says on a terminal what is being done and, while it takes long, for how many seconds already."""

import sys
from threading import Event, Thread

SILENT_SECONDS = 5


class Progress:
    """One thing that is being done; silent where nobody sits at a terminal."""

    def __init__(self, line: str) -> None:
        self._over = Event()
        if sys.stdout.isatty():
            print(line, "…", flush=True)
            Thread(target=self._tick, name="progress", daemon=True).start()

    def end(self) -> None:
        """It is done, or has failed: say no more. Twice does no harm."""
        self._over.set()

    def _tick(self) -> None:
        seconds = 0
        while not self._over.wait(SILENT_SECONDS):
            seconds += SILENT_SECONDS
            print(f"  … {seconds} s", flush=True)
