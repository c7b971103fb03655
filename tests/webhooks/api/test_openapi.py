"""The API against its own document: schemathesis plays every operation it describes, with every check it has."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.webhooks.api.conftest import Gate

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "10")
"""Cases of each kind for each operation."""
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")
CONFIG = """
hooks = "plausible.py"
[parameters]
"path.event" = "fair"
"""


class Silent(WSGIRequestHandler):
    """Serves without a line a request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def served_app(app: Flask) -> Iterator[str]:
    """The application behind a socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_the_api_keeps_its_document(api_gate: Gate, unhurried: None, served_app: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    (tmp_path / "plausible.py").write_text(Path(__file__).with_name("plausible.py").read_text())
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{served_app}/api/v1/openapi.json"),
        *("--url", served_app, "--header", f"Authorization: Bearer {api_gate.token}", "--checks", "all"),
        *("--max-examples", EXAMPLES, "--generation-database", "none", "--no-color", "--seed", SEED),
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=float(os.environ.get("SCHEMATHESIS_SECONDS", "120")),
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Warnings" not in done.stdout, done.stdout[-8000:]  # such as: most of what it tried was refused
    assert "Tested: 6" in done.stdout
    assert "1 covered / 1 selected" in done.stdout, done.stdout[-8000:]  # registered at the gate, then scanned
