"""The one-server guide: its units are sound and run what the Procfile names, and its nginx does what it promises."""

import re
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.deploy import nginx
from tests.e2e import server
from tests.paths import ROOT
from tests.ports import free_port

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
CADDYFILE = ROOT / "deploy/caddy/Caddyfile"
GUIDE = (ROOT / "docs/one-server.md").read_text()
MAX_EXPOSURE = 20
"""By `systemd-analyze security`, from 0 (safe) to 100; a unit without any of it has 96."""


@pytest.mark.parametrize("name", ["release", "web", "worker", "clock"])
def test_a_unit_runs_what_the_procfile_names(name: str) -> None:
    (unit,) = [file for file in UNITS if file.stem.rstrip("@") == f"pravesh-{name}"]
    (command,) = re.findall(r"^ExecStart=/opt/pravesh/\.venv/bin/(.*)$", unit.read_text(), re.MULTILINE)
    assert shlex.split(command) == shlex.split(server.procfile()[name])


def test_units_and_files_that_the_guide_names_are_there() -> None:
    for path in re.findall(r"(?:^|\s)(deploy/[\w./-]+|bin/\w+)", GUIDE):
        assert list(ROOT.glob(path.rstrip("/*") or path)), path
    known = {file.stem.rstrip("@") for file in UNITS} | {"pravesh"}
    named = set(re.findall(r"\bpravesh-(?:web|worker|clock|release)\b|\bpravesh(?=\.target)", GUIDE))
    assert named <= known


def test_ports_of_units_and_of_proxies_agree() -> None:
    target = (ROOT / "deploy/systemd/pravesh.target").read_text()
    ports = set(re.findall(r"pravesh-web@(\d+)", target))
    assert ports == set(re.findall(r"server 127\.0\.0\.1:(\d+)", nginx.SITE))
    assert ports == set(re.findall(r"\b127\.0\.0\.1:(\d+)", CADDYFILE.read_text()))
    assert ports == set(re.findall(r"pravesh-web@(\d+)", GUIDE))


@pytest.mark.infra
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    analyze = nginx.tool("systemd-analyze")
    for file in (ROOT / "deploy/systemd").iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace("/opt/pravesh", str(ROOT)))
    copies = sorted(map(str, tmp_path.iterdir()))
    verified = subprocess.run([analyze, "verify", *copies], capture_output=True, text=True, timeout=60, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    for copy in copies:
        if copy.endswith(".service"):
            judged = [analyze, "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", copy]
            subprocess.run(judged, capture_output=True, timeout=60, check=True)


# --- nginx, started ------------------------------------------------------------------------------


class Web(BaseHTTPRequestHandler):
    """Plays a web process: tells what it was asked, and may go away in the middle."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str]]
    gone: threading.Event

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.headers["X-Forwarded-For"]))
        if self.gone.is_set():
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        told = (
            f"{self.headers['X-Forwarded-For']} {self.headers['X-Forwarded-Proto']} {self.headers['Host']} {len(body)}"
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        if self.path.startswith("/assets/"):
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.end_headers()
        self.wfile.write(told.encode())

    def log_message(self, *_said: object) -> None:
        """Nothing: every request would be a line."""


@contextmanager
def _web(gone: threading.Event | None = None) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []
    kind = type("OneWeb", (Web,), {"asked": asked, "gone": gone or threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield serving.server_port, asked
        finally:
            serving.shutdown()
            thread.join()


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    """pass.example.org is this machine."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: look_up("127.0.0.1" if host == "pass.example.org" else host, *rest, **more),
    )


@pytest.mark.infra
@pytest.mark.usefixtures("there")
def test_nginx_serves_as_the_guide_says(tmp_path: Path) -> None:
    with _web() as (one, first), _web() as (two, second), nginx.secure(tmp_path, (one, two)) as (origin, plain):
        trusted = str(tmp_path / "fullchain.pem")
        told = requests.get(f"{origin}/", verify=trusted, timeout=60, headers={"X-Forwarded-For": "203.0.113.9"}).text
        assert told.split() == ["127.0.0.1", "https", "pass.example.org", "0"], "what a caller claims is dropped"

        moved = requests.get(f"http://pass.example.org:{plain}/p/TOKEN?a=1", allow_redirects=False, timeout=60)
        assert (moved.status_code, moved.headers["Location"]) == (308, "https://pass.example.org/p/TOKEN?a=1")
        assert requests.get(f"{origin}/metrics", verify=trusted, timeout=60).status_code == 404
        assert requests.post(origin, b"x" * 3_000_000, verify=trusted, timeout=60).status_code == 413

        for _ in range(3):
            requests.get(f"{origin}/assets/abc/page.css", verify=trusted, timeout=60)
        before = len(first) + len(second)
        requests.get(f"{origin}/assets/abc/page.css", verify=trusted, timeout=60)
        assert len(first) + len(second) == before, "files are kept"
        _send_slowly(origin, tmp_path / "fullchain.pem", first, second)


def _send_slowly(origin: str, trusted: Path, first: list[tuple[str, str]], second: list[tuple[str, str]]) -> None:
    """Half a request holds no web process: it hears of it only when all is there."""
    before = len(first) + len(second)
    port = int(origin.rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(trusted))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="pass.example.org") as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: pass.example.org\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab")
        requests.get(f"{origin}/", verify=str(trusted), timeout=60)
        assert len(first) + len(second) == before + 1
        slow.sendall(b"cd")
        answer = b"".join(iter(lambda: slow.recv(4096), b""))
    assert answer.endswith(b" 4")


@contextmanager
def _caddy(folder: Path, ports: tuple[int, int]) -> Iterator[str]:
    """A real Caddy with our file, on a port of its own, without TLS (for that it asks the world); its origin."""
    port = free_port()
    site = CADDYFILE.read_text()
    for old, new in (
        ("\npass.example.org {", f"\n{{\n\tadmin off\n}}\n\nhttp://127.0.0.1:{port} {{"),
        ("127.0.0.1:8001", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8002", f"127.0.0.1:{ports[1]}"),
    ):
        assert old in site, old
        site = site.replace(old, new)
    (folder / "Caddyfile").write_text(site)
    command = [nginx.tool("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with server.process("caddy", command, folder, folder, environment):
        server.until(lambda: nginx.listens(port), f"caddy listens; see {folder}/caddy.log")
        yield f"http://127.0.0.1:{port}"


needs_caddy = pytest.mark.skipif(shutil.which("caddy") is None, reason="there is no caddy here: apt-get install caddy")


@pytest.mark.infra
@needs_caddy
def test_caddy_serves_as_the_guide_says(tmp_path: Path) -> None:
    """One process runs; the other is being replaced."""
    with _web() as (one, asked), _caddy(tmp_path, (one, free_port())) as origin:
        told = requests.get(f"{origin}/", timeout=60, headers={"X-Forwarded-For": "203.0.113.9"}).text
        assert told.split()[0] == "127.0.0.1", "what a caller claims is dropped"
        assert requests.get(f"{origin}/metrics", timeout=60).status_code == 404
        answers = [requests.post(f"{origin}/webhooks/twilio/message", b"Body=hi", timeout=60) for _ in range(6)]
        assert [answer.text.split()[-1:] for answer in answers] == [["7"]] * 6
        assert len(asked) == 7


@pytest.mark.infra
@pytest.mark.usefixtures("there")
def test_a_process_that_goes_away_is_not_noticed(tmp_path: Path) -> None:
    """A POST whose process dies in the middle is answered by the other one; also where that one goes next, at once."""
    first, second = threading.Event(), threading.Event()
    with _web(first) as (one, of_one), _web(second) as (two, of_two), nginx.secure(tmp_path, (one, two)) as (origin, _):

        def all_answered() -> bool:
            url, trusted = f"{origin}/webhooks/twilio/message", str(tmp_path / "fullchain.pem")
            return all(requests.post(url, b"Body=hi", verify=trusted, timeout=60).ok for _ in range(6))

        first.set()
        assert all_answered()
        assert of_one, "it was asked, and went away"
        assert len(of_two) == 6
        first.clear()
        second.set()
        assert all_answered()
