"""`db backup`, `db verify`, `db restore`, and what `doctor` says afterwards."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from obstore.store import LocalStore
from sqlalchemy import select

from admin_cli.__main__ import cli
from bot.clocks import utc_now
from bot.database import Database
from bot.delivery.outbox import hold
from bot.delivery.outbox.enqueue import enqueue_reply
from bot.delivery.twilio.messages import Twilio
from bot.domain.models import AuditEntry, Delivery
from bot.errors import SendFailed
from bot.ops.backup import encryption

PASSPHRASE = "quiet river under stones"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path, logs_as_before: None) -> None:
    """A machine with a database of its own, and one message that is owed."""
    monkeypatch.setattr(encryption, "SCRYPT_COST", 2)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/pravesh.db").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "var/secret_key").write_text("a secret of this very machine")
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    database = Database(f"sqlite:///{tmp_path / 'var/pravesh.db'}")
    with database.write() as db:
        enqueue_reply(db, message_sid="SM1", address="whatsapp:+91", sender=None, body="words", now=utc_now())
    database.close()


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=typed)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """An encrypted one with its secret, whose passphrase was typed twice."""
    folder = tmp_path / "backup"
    made = run("db", "backup", "--out", folder, "--encrypt", "--with-secret", typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    """Another machine, with nothing on it."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "anew"))
    database = Database(f"sqlite:///{tmp_path / 'anew/pravesh.db'}")
    yield database
    database.close()


def test_a_machine_that_is_new_takes_over(
    backup: Path, anew: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "passphrase"
    words.write_text(f"{PASSPHRASE}\n")
    told = json.loads(run("db", "verify", backup, "--passphrase-file", words, "--json").stdout)
    assert (told["encrypted"], told["has_secret"], told["secret_key_opens_it"]) == (True, True, False)
    secret = run("db", "verify", backup, "--passphrase-file", words, "--show-secret")
    assert secret.stdout.strip() == "a secret of this very machine"

    done = run("db", "restore", backup, "--passphrase-file", words, "--as", "Asha")
    assert (done.exit_code, "doctor --reconcile" in done.stdout) == (0, True), done.output
    assert json.loads(run("db", "verify", backup, "--passphrase-file", words, "--json").stdout)["secret_key_opens_it"]
    sending = {one["check"]: one for one in json.loads(run("doctor", "--json").stdout)}["sending"]
    assert (sending["ok"], "--reconcile" in sending["said"]) == (False, True)

    def away(_self: Twilio, since: datetime) -> object:
        raise SendFailed("http_503", retry=True)

    monkeypatch.setattr(Twilio, "sent", away)
    refused = run("doctor", "--reconcile", "--as", "Asha")
    assert (refused.exit_code, "nothing is sent until" in refused.stderr) == (1, True)
    assert _held(anew)
    monkeypatch.setattr(Twilio, "sent", lambda _self, since: [])
    done = run("doctor", "--reconcile", "--as", "Asha", "--json")
    assert done.exit_code == 0, done.output
    assert [one["code"] for one in json.loads(done.stdout)] == ["outcome_unknown"]
    assert "messages leave again" in done.stderr
    assert not _held(anew)
    with anew.read() as db:
        acts = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert db.scalars(select(Delivery.tried_at)).one() is not None
    assert [(act.what, act.actor) for act in acts] == [("database_restored", "Asha"), ("reconciled", "Asha")]


def test_a_wrong_passphrase_restores_nothing(backup: Path, anew: Database, tmp_path: Path) -> None:
    refused = run("db", "restore", backup, typed="another one of the kind\n")
    assert (refused.exit_code, "another passphrase" in refused.stderr) == (1, True)
    assert not (tmp_path / "anew/pravesh.db").exists()


def _held(database: Database) -> bool:
    with database.read() as db:
        return hold.in_force(db) is not None


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What lies in a bucket, in a folder: a real one is asked in tests/deploy/test_bucket.py."""

    def opened(name: str, prefix: str | None, **_options: object) -> LocalStore:
        return LocalStore(tmp_path / "s3" / name / (prefix or ""), mkdir=True)

    monkeypatch.setattr("obstore.store.S3Store", opened)
    return tmp_path / "s3/fair"


def test_a_bucket_keeps_what_a_new_machine_restores(
    bucket: Path, anew: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as before:
        before.setenv("VAR_DIR", str(tmp_path / "var"))
        made = json.loads(run("db", "backup", "--to", "s3://fair/nightly/", "--json").stdout)
        assert made["place"].startswith("s3://fair/nightly/20")
        none = run("db", "verify", "s3://fair/nightly")
        assert (none.exit_code, made["place"] in none.stderr) == (1, True), "the newest below it is named"
        verified = json.loads(run("db", "verify", made["place"], "--json").stdout)
        assert (verified["rows"], verified["secret_key_opens_it"]) == (made["rows"], True)
    (tmp_path / "anew").mkdir()
    (tmp_path / "anew/secret_key").write_text("a secret of this very machine")
    done = run("db", "restore", made["place"], "--as", "Asha")
    assert done.exit_code == 0, done.output
    assert _held(anew)


def test_what_is_wrong_with_a_backup_in_a_bucket_is_told_of_the_bucket(bucket: Path) -> None:
    place = json.loads(run("db", "backup", "--to", "s3://fair", "--json").stdout)["place"]
    (kept,) = bucket.glob("*/database.sqlite")
    kept.write_bytes(b"cut off")
    damaged = run("db", "verify", place)
    assert (damaged.exit_code, damaged.stderr.startswith(f"Error: {place}/database.sqlite")) == (1, True), (
        damaged.stderr
    )
    empty = run("db", "verify", "s3://other/place")
    assert (empty.exit_code, "none below it" in empty.stderr) == (1, True)


@pytest.mark.parametrize("given", [(), ("--out", "backup", "--to", "s3://fair")])
def test_a_backup_has_one_place(given: tuple[str, ...]) -> None:
    assert run("db", "backup", *given).exit_code == 2


@pytest.mark.parametrize("address", ["s3://", "s3://UPPER/x", "fair/nightly"])
def test_no_address_of_a_bucket(address: str) -> None:
    refused = run("db", "backup", "--to", address)
    assert (refused.exit_code, "s3://BUCKET/PREFIX" in refused.stderr) == (1, True)
