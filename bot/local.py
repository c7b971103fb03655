"""`make run`: starts everything on one machine, until Ctrl-C.

Ends with exit code 0 on Ctrl-C or SIGTERM, with 1 and one line on standard error where it cannot
start or go on. The work is in bot.ops.launch.
"""

import atexit
import gc
import os
import signal
import sys

from bot.ops.progress import Progress
from bot.ops.stop_signal import StopSignal

PRIVATE_UMASK = 0o077
"""Whatever the processes write (database, Redis's file, logs) nobody else of the machine may read."""


def main() -> int:
    """Run until told to stop; the exit code."""
    os.umask(PRIVATE_UMASK)
    # At the end Python would look through all that is loaded once more: seconds on a busy machine.
    atexit.register(gc.freeze)
    stop = StopSignal()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop.ask)
    starting = Progress("Starting Redis, the database, web, worker and clock")
    # Imported only now: they take a second, in which a Ctrl-C would end in a traceback.
    from bot.errors import NotReady
    from bot.ops import launch

    try:
        launch.run(stop, starting.end)
    except NotReady as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        starting.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
