"""gunicorn's settings for the web process: `gunicorn --config webhooks/server.py webhooks.wsgi:app`.

The names are gunicorn's. The number of processes is its own WEB_CONCURRENCY.
"""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from bot.jobs import startup
from bot.ops import malloc
from bot.timeouts import KEEPALIVE_SECONDS, WEB_PROCESS_TIMEOUT_SECONDS, WEB_STOP_SECONDS

# Said once here and not by every worker process. A Redis that is away is waited for: see /readyz.
_settings = startup.ready("web", needs_redis=False)

malloc.limit_arenas()
bind = f"{_settings.listens_on}:{_settings.port}"
# gunicorn's threads behind a main loop that reads and writes: slow callers hold none of them.
worker_class = "webhooks.serving.worker.BufferedWorker"
worker_connections = 900
# A turn waits for its person's lease and for the database, so threads sleep more than they work.
threads = 32
timeout = WEB_PROCESS_TIMEOUT_SECONDS
graceful_timeout = WEB_STOP_SECONDS
keepalive = KEEPALIVE_SECONDS
# Files are short and go as bytes, which the main loop can keep.
sendfile = False
control_socket_disable = True
preload_app = True


class logger_class(Logger):  # noqa: N801 - gunicorn's name for it
    """gunicorn's log, written by ours."""

    def setup(self, cfg: Config) -> None:
        """Take no handlers of its own: what it says goes up to the root."""
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(_settings.log_level)
