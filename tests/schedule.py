"""Which tests of a run share a process: those that serve everything and drive a browser, so that one server is started.

The marks of pytest-xdist's own groups reach no worker with this pytest, so the folder decides.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

ALONE = ("tests/e2e/", "tests/chaos/")
"""Folders whose tests run one after the other, all in one process: two crowds at once would starve each other."""


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Every test goes to whichever process is free, but for those of ALONE."""

    def _split_scope(self, nodeid: str) -> str:
        return "alone" if nodeid.startswith(ALONE) else nodeid


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByFolder:
    """The scheduler of this run (a hook of pytest-xdist)."""
    return ByFolder(config, log)
