"""Remembers that a signal asked the process to stop."""

import signal
import time
from types import FrameType


class StopSignal:
    """Whether we were asked to stop.

    No threading.Event: a signal that comes while the main thread is inside the event's own lock would
    wait for that lock for ever, in the very thread that holds it.
    """

    def __init__(self) -> None:
        self.asked = False
        self.why = ""
        """The signal's name, such as SIGTERM; the first one's."""

    def ask(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Ask; made to be a signal's handler."""
        if not self.asked and signum:
            self.why = signal.Signals(signum).name
        self.asked = True

    def wait(self, seconds: float) -> bool:
        """Let so much time pass; whether we have been asked by then."""
        if not self.asked:
            time.sleep(seconds)
        return self.asked
