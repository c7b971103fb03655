"""Logs of a command, configured when there is something to log: most commands say nothing, and structlog loads much.

Our modules log by structlog, which says things its own way until it is configured: so that is done as soon as it is
imported.
"""

import logging
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

LIBRARY = "structlog"


def configure(settings: "Settings", process: str) -> None:
    """As bot.logs.configure, which it calls: at once where structlog is loaded, else before anything is logged."""
    waiting = _Waiting(settings, process)
    _forget_waiting()
    if LIBRARY in sys.modules:
        waiting.end()
    else:
        waiting.begin()


class _Waiting(logging.Handler, MetaPathFinder):
    """Hears what is logged and what is imported, until one of both needs the logs."""

    def __init__(self, settings: "Settings", process: str) -> None:
        super().__init__()
        self._settings, self._process = settings, process

    def begin(self) -> None:
        """Wait."""
        logging.getLogger().addHandler(self)
        logging.getLogger().setLevel(self._settings.log_level)
        sys.meta_path.insert(0, self)

    def end(self) -> None:
        """Configure the logs."""
        _forget_waiting()
        from bot import logs

        logs.configure(self._settings, self._process)

    def emit(self, record: logging.LogRecord) -> None:
        """Have this record told as all that follow."""
        self.end()
        logging.getLogger().handle(record)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Structlog as it is found without us, with the end of waiting behind it; nothing of other modules."""
        found = PathFinder.find_spec(fullname, path, target) if fullname == LIBRARY else None
        if found is not None and found.loader is not None:
            load = found.loader.exec_module

            def load_and_end(module: ModuleType) -> None:
                load(module)
                self.end()

            found.loader.exec_module = load_and_end  # type: ignore[method-assign]  # of this one loader
        return found


def _forget_waiting() -> None:
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Waiting)]
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Waiting)]
