"""Twilio's Messages API on a port of this machine: takes messages, lists them, can be made to wait or refuse."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.bot.delivery.conftest import NOW


class FakeApi(ThreadingHTTPServer):
    """What it has taken, and what it does next."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.taken: list[dict[str, str]] = []
        self.moments: list[float] = []
        """When each was taken, in seconds of a clock that only goes forward."""
        self.statuses: list[int] = []
        """Answers to the next messages, one each; then 201."""
        self.arrived = threading.Event()
        """Set as soon as a message has come in."""
        self.may_answer = threading.Event()
        """Cleared: answers are held back."""
        self.may_answer.set()
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        """What TWILIO_API_BASE is set to."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def bodies(self) -> list[str]:
        return [message["Body"] for message in self.taken]

    def take(self, form: dict[str, str]) -> tuple[int, object]:
        with self._lock:
            status = self.statuses.pop(0) if self.statuses else 201
            if status == 201:
                self.taken.append(form)
                self.moments.append(time.monotonic())
            number = len(self.taken)
        self.arrived.set()
        self.may_answer.wait(30)
        return status, {"sid": f"SM{number:032}"} if status == 201 else {"code": 20500, "message": "no"}

    def listed(self, to: str) -> dict[str, object]:
        messages = [
            {
                **{"sid": f"SM{number:032}", "body": form["Body"], "num_media": "1" if "MediaUrl" in form else "0"},
                **{"direction": "outbound-api", "status": "queued", "date_created": format_datetime(NOW)},
            }
            for number, form in enumerate(self.taken, start=1)
            if form["To"] == to
        ]
        return {"messages": messages[::-1], "next_page_uri": None}


class _Door(BaseHTTPRequestHandler):
    server: FakeApi

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever sends it was killed in the middle
        form = parse_qs(body.decode())
        self._answer(*self.server.take({name: values[0] for name, values in form.items()}))

    def do_GET(self) -> None:
        self._answer(200, self.server.listed(parse_qs(urlsplit(self.path).query)["To"][0]))

    def _answer(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[FakeApi]:
    """A running API; ended at the end of the block."""
    api = FakeApi()
    thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.may_answer.set()
        api.shutdown()
        thread.join(10)
        api.server_close()
