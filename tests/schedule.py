"""Which tests of a run share a process: those that serve everything and drive a browser, so that few servers start.

The marks of pytest-xdist's own groups reach no worker with this pytest, so the path decides.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

VISITORS = tuple(
    f"tests/e2e/test_{name}"
    for name in ("buttons", "in_the_browser", "pass_page", "reach", "trouble", "web_refusals", "web_registration")
)
"""What visitors see: the one half of what is served; what staff see is the other."""
STAFF = ("tests/e2e/", "tests/chaos/test_", "tests/chaos/rolling/")
"""With the crowds of tests/chaos, which must not meet one another."""
BY_FILE = ("tests/bot/test_local.py",)
"""Files whose tests share something that takes long to start."""


class ByPath(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Every test goes to whichever process is free, but for those that are together in one."""

    def _split_scope(self, nodeid: str) -> str:
        for name, paths in (("visitors", VISITORS), ("staff", STAFF)):
            if nodeid.startswith(paths):
                return name
        return nodeid.partition("::")[0] if nodeid.startswith(BY_FILE) else nodeid


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByPath:
    """The scheduler of this run (a hook of pytest-xdist)."""
    return ByPath(config, log)
