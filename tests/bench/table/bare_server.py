"""gunicorn's settings for the bare application: those of our own web process, but for where it listens."""

from webhooks.server import control_socket_disable as control_socket_disable
from webhooks.server import graceful_timeout as graceful_timeout
from webhooks.server import keepalive as keepalive
from webhooks.server import threads as threads
from webhooks.server import timeout as timeout
from webhooks.server import worker_class as worker_class
