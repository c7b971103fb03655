"""Backups in a bucket, over S3's own protocol: moto plays Amazon, on this machine alone."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from admin_cli.__main__ import cli
from bot.ops.backup import bucket as buckets
from tests.e2e import server
from tests.paths import ROOT
from tests.ports import free_port

pytestmark = pytest.mark.infra
MOTO = ROOT / ".venv-infra/bin/moto_server"
REGION = "ap-south-1"
WHERE = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
BIG = 24 * 1024 * 1024
"""Bytes that go in several parts."""


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """S3 with the bucket `fair`, where the environment says."""
    folder, port = tmp_path_factory.mktemp("moto"), free_port()
    origin = f"http://127.0.0.1:{port}"
    command = [str(MOTO), "--host", "127.0.0.1", "--port", str(port)]
    with server.process("moto", command, folder, folder, dict(os.environ)), pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", origin)
        environment.setenv("AWS_ACCESS_KEY_ID", "of nobody")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "of nobody")
        environment.setenv("AWS_REGION", REGION)
        server.until(lambda: _answers(origin), "moto answers")
        requests.put(f"{origin}/fair", WHERE, timeout=60).raise_for_status()
        yield


def _answers(origin: str) -> bool:
    try:
        return requests.get(f"{origin}/moto-api/", timeout=5).ok
    except requests.RequestException:
        return False


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


@pytest.mark.usefixtures("amazon", "logs_as_before")
def test_a_backup_goes_there_and_comes_back(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/pravesh.db").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "var/secret_key").write_text("a secret of this very machine")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    made = run("db", "backup", "--to", "s3://fair/nightly", "--json")
    assert made.exit_code == 0, made.output
    place = json.loads(made.stdout)["place"]
    assert json.loads(run("db", "verify", place, "--json").stdout)["secret_key_opens_it"]
    assert place in run("db", "verify", "s3://fair/nightly").stderr
    (tmp_path / "var/pravesh.db").unlink()
    restored = run("db", "restore", place, "--as", "Asha")
    assert restored.exit_code == 0, restored.output
    assert (tmp_path / "var/pravesh.db").exists()


@pytest.mark.usefixtures("amazon")
def test_what_is_large_goes_in_parts_and_comes_back_the_same(tmp_path: Path) -> None:
    content = os.urandom(BIG)
    (tmp_path / "large").write_bytes(content)
    with buckets._opened(buckets.Place("fair", "parts")) as store:
        told = store.put("large", tmp_path / "large")
        assert str(told["e_tag"]).rstrip('"').endswith("-5"), "in parts of 5 MiB"
        buckets._download(store, "large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content


@pytest.mark.usefixtures("amazon", "logs_as_before")
def test_a_bucket_that_is_not_there_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = run("db", "verify", "s3://missing/nightly")
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1), missing.output
    assert "NoSuchBucket" in missing.stderr
    monkeypatch.setattr(buckets, "BUCKET_PATIENCE_SECONDS", 0.5)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = run("db", "verify", "s3://fair/nightly")
    assert (away.exit_code, away.stderr.count("\n")) == (1, 1), away.output
