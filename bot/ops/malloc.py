"""How memory is kept: by the C library for the many threads of a process, and shared among forked processes."""

import ctypes
import gc
import sys
from contextlib import suppress

M_ARENA_MAX = -8
"""From glibc's malloc.h."""
ARENAS = 2


def limit_arenas() -> None:
    """Let all threads of this process, and of those that it forks, take memory from few places.

    To be called before the first of them.
    glibc gives up to eight arenas a processor, and what one thread has freed in its own is of no use to another:
    the process grows for hours. Threads of Python hardly ever take memory at the same moment. Without glibc it
    does nothing.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def share_loaded() -> None:
    """Leave what is loaded by now to the processes that are forked from here, as long as they only read it.

    To be called before the first of them. Python's garbage collection writes to every object that it looks at, and so
    makes a page of its own of each that a process shares: of a worker's 60 MB 90, at its first full round.
    """
    gc.collect()
    gc.freeze()
