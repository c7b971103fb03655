"""The container: what the Dockerfile says holds, and the Procfile's processes start from what its steps make."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bot.database import Database
from tests import empty_tables
from tests.deploy import dockerfile
from tests.deploy.dockerfile import Built, Context, Stage
from tests.e2e import server
from tests.paths import ROOT
from tests.ports import free_port

PASSWORD = "simulator of the tests 1"
STARTS = 120.0
"""Seconds within which a process must be up, on a machine with other things to do."""


def stages() -> list[Stage]:
    return dockerfile.parse((ROOT / "Dockerfile").read_text())


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return services


def words(service: Mapping[str, Any]) -> list[str]:
    return list(service.get("command") or json.loads(stages()[-1].last("CMD")))


def test_what_runs_is_nobody_and_brings_no_tools() -> None:
    last = stages()[-1]
    assert last.last("USER").split(":")[0] not in ("0", "root")
    copied = [text for name, text in last.steps if name == "COPY"]
    assert all(text.startswith("--from=") for text in copied), "nothing comes past the stages that build"
    assert not [text for name, text in last.steps if name == "RUN" and re.search(r"\b(apt|pip|npm|uv)\b", text)]


def test_no_digest_is_made_up() -> None:
    """A digest or a hash of a commit is given by whoever builds."""
    files = (ROOT / name for name in ("Dockerfile", "compose.yaml"))
    assert [file.name for file in files if re.search(r"sha256:[0-9a-f]{8}", file.read_text())] == []


def test_the_installer_is_the_one_that_is_pinned() -> None:
    (pinned,) = re.findall(r"^uv==(\S+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    assert f"UV_VERSION={pinned}" in (ROOT / "Dockerfile").read_text()


def test_backups_are_made_by_the_servers_own_version() -> None:
    """An older pg_dump refuses the server; what a newer one writes the server may not understand."""
    (version,) = re.findall(r"ARG POSTGRES_VERSION=(\d+)", (ROOT / "Dockerfile").read_text())
    assert f"postgres:{version}" in compose()["postgres"]["image"]
    assert f'startswith(var.postgres_version, "{version}")' in (ROOT / "deploy/terraform/variables.tf").read_text()


@pytest.mark.parametrize("name", [".env", ".git", "var", "var/pravesh.db", "tests", "docs", "bot/__pycache__", "x.pyc"])
def test_nothing_private_goes_into_a_build(name: str) -> None:
    assert not Context(ROOT).has(name)


@pytest.mark.parametrize("name", ["bot", "bot/settings.py", "webhooks/static/page.css", "requirements.txt"])
def test_what_is_built_goes_in(name: str) -> None:
    assert Context(ROOT).has(name)


def test_compose_runs_what_the_procfile_names() -> None:
    services = compose()
    for name, command in server.procfile().items():
        assert words(services[name]) == shlex.split(command), name


def test_compose_gives_no_process_more_than_it_needs() -> None:
    services = compose()
    for name in server.procfile():
        service = services[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    open_to_the_world = [
        port for service in services.values() for port in service.get("ports", ()) if not port.startswith("127.0.0.1:")
    ]
    assert open_to_the_world == []


# --- carried out: `make infra` ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What the Dockerfile's steps make, without an engine."""
    folder = tmp_path_factory.mktemp("image")
    return dockerfile.carry_out(stages(), Context(ROOT), folder, _of_a_builder())


def _of_a_builder() -> dict[str, str]:
    """The PATH with a bare Python first, and where packages come from on this machine."""
    bare = Path(os.path.realpath(sys.executable)).parent
    kept = dict(os.environ)
    told = subprocess.run([bare / "python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    for index in re.findall(r"\.index-url='(.*)'", told.stdout):
        kept.setdefault("UV_DEFAULT_INDEX", index)
    return {**kept, "PATH": f"{bare}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.infra
def test_every_process_starts_from_it_and_writes_nothing_into_it(
    built: Built, postgres: Database, redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    environment = {
        **built.environment,
        "TMPDIR": str(tmp_path),
        "PORT": str(port),
        "DATABASE_URL": empty_tables.new_database(postgres.url),
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a secret of the tests, of 3 kinds",
        "PUBLIC_URL": here,
        "SIMULATOR_PASSWORD": PASSWORD,
        "DEMO": "1",
    }
    before = dockerfile.listing(built.app)

    def run(command: list[str], *, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=built.app, env=environment, check=check, capture_output=True, text=True, timeout=STARTS
        )

    health = _health_check()
    services = compose()
    assert "made the demo event" in run(words(services["release"])).stdout
    assert run(health, check=False).returncode != 0, "nothing serves yet"
    with ExitStack() as running:
        for name in ("web", "worker", "clock"):
            command = words(services[name])
            running.enter_context(_process(name, command, built.app, environment, tmp_path))
        server.until(lambda: run(health, check=False).returncode == 0, "its health check passes", STARTS)
        server.until(_answers(f"{here}/readyz"), "ready", STARTS)
        (library,) = re.findall(r'"(/assets/\w+/lib/pico.css)"', requests.get(here, timeout=60).text)
        assert requests.get(here + library, timeout=60).status_code == 200
        assert "the pass came" in run(["python", str(ROOT / "deploy/checks/register.py"), here]).stdout
        server.until(lambda: _works(run(["python", "-m", "admin_cli", "doctor", "--json"], check=False)), "all run", 60)
    assert dockerfile.listing(built.app) == before


def _health_check() -> list[str]:
    _, _, command = stages()[-1].last("HEALTHCHECK").partition("CMD ")
    return list(json.loads(command))


def _works(doctor: "subprocess.CompletedProcess[str]") -> bool:
    """Whether all is well but what this test has not: a Redis that keeps a file."""
    ours = {
        "settings",
        "database",
        "migrations",
        "pass keys",
        "Redis",
        "fonts",
        "workers",
        "clock",
        "public URL",
        "Twilio",
        "queue",
    }
    well = {finding["check"] for finding in json.loads(doctor.stdout) if finding["ok"]}
    return ours <= well


def _answers(address: str) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            return requests.get(address, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    return asked


@contextmanager
def _process(name: str, command: list[str], app: Path, environment: Mapping[str, str], logs: Path) -> Iterator[None]:
    """A process that must end by itself, and well, when it is told to."""
    with (logs / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=app, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
        started.send_signal(signal.SIGTERM)
        assert started.wait(60) == 0, (logs / f"{name}.log").read_text()
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait(10)


def test_files_for_browsers_are_in_the_image() -> None:
    """The stage that fetches them is the one from which they are taken."""
    names = [stage.name for stage in stages()]
    assert names == ["assets", "build", "runtime", "final"]
    assert "--from=assets /app/node_modules node_modules" in [
        text for name, text in stages()[-1].steps if name == "COPY"
    ]
