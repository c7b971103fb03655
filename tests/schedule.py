"""Which tests of a run share a process: those that serve everything and drive a browser, so that few servers start.

The marks of pytest-xdist's own groups reach no worker with this pytest, so the path decides.
"""

from functools import cached_property
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
AT_ONCE = 4
"""Tests that a process is given together, so that it is not asked after each of them."""


class ByPath(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Every test goes to whichever process is free, but for those that are together in one."""

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget what has been done: at each test xdist looks through all that a process has been given."""
        super().mark_test_complete(node, item_index, duration)
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]

    def _assign_work_unit(self, node: Any) -> None:
        given: list[str] = []
        while self.workqueue and len(given) < AT_ONCE:
            scope, unit = self.workqueue.popitem(last=False)
            self.assigned_work[node][scope] = unit
            given += [nodeid for nodeid, done in unit.items() if not done]
        node.send_runtest_some([self._places[nodeid] for nodeid in given])

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each test stands in every process's list."""
        return {nodeid: place for place, nodeid in enumerate(self.collection)}

    def _split_scope(self, nodeid: str) -> str:
        for name, paths in (("visitors", VISITORS), ("staff", STAFF)):
            if nodeid.startswith(paths):
                return name
        return nodeid.partition("::")[0] if nodeid.startswith(BY_FILE) else nodeid


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByPath:
    """The scheduler of this run (a hook of pytest-xdist)."""
    return ByPath(config, log)
