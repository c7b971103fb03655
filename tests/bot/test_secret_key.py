"""SECRET_KEY: which ones are refused, and which installations go on with theirs."""

import re
import secrets

import pytest
from structlog.testing import capture_logs

from bot import pass_keys
from bot.database import Database
from bot.domain.keys import KeyRing
from bot.errors import NotReady
from bot.secret_key import check_secret, is_guessable
from bot.settings import Settings
from tests.paths import ROOT


@pytest.mark.parametrize(
    "secret",
    [
        "a" * 16,
        "abababababababab",
        "abcd1234abcd1234abcd",
        "passwordpassword",
        "abcdefghijklmnop",
        "0123456789abcdef",
        "zyxwvutsrqponmlk",
        "1122334455667788",
        "change-me-before-2027",
        "your-secret-key-here-9",
        "MyPassw0rd-of-the-fair",
        "at-least-16-characters-that-nobody-guesses",
    ],
)
def test_patterns_and_samples_can_be_guessed(secret: str) -> None:
    assert is_guessable(secret)


def test_random_ones_cannot_be_guessed() -> None:
    made = [secrets.token_urlsafe(32) for _ in range(300)] + [secrets.token_hex(32) for _ in range(300)]
    assert [secret for secret in made if is_guessable(secret)] == []


def test_no_document_holds_a_secret_that_would_be_taken() -> None:
    files = [ROOT / "README.md", ROOT / ".env.example", *(ROOT / "docs").rglob("*.md")]
    shown = [one for file in files for one in re.findall(r"SECRET_KEY=(\S+)", file.read_text(encoding="utf-8"))]
    assert [secret for secret in shown if len(secret) >= 16 and not is_guessable(secret)] == []


def test_a_new_installation_needs_a_good_one_and_an_old_one_goes_on(database: Database) -> None:
    weak = _real(database, "aaaaaaaaaaaaaaaa")
    with pytest.raises(NotReady, match="SECRET_KEY"):
        pass_keys.open_ring(database, weak)
    assert not KeyRing.is_there(database)
    KeyRing.open(database, weak.secret_key)
    with capture_logs() as logs:
        signed = pass_keys.open_ring(database, weak).sign(b"x")
    assert [line["event"] for line in logs] == ["guessable_secret"]
    assert weak.secret_key not in str(logs)
    assert signed[0] == 1
    with pytest.raises(NotReady, match="rewrap"):
        pass_keys.is_strong(weak)


def test_the_simulator_takes_any_and_a_good_one_is_taken_everywhere(database: Database) -> None:
    pass_keys.open_ring(database, Settings(database_url=database.url, secret_key="aaaaaaaaaaaaaaaa"))
    with pytest.raises(NotReady, match="SECRET_KEY: cannot open"):
        pass_keys.open_ring(database, _real(database, secrets.token_urlsafe(32)))


def test_the_first_key_is_the_one_that_was_given(database: Database) -> None:
    seed = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    settings = _real(database, secrets.token_urlsafe(32)).model_copy(update={"pass_signing_key": seed})
    pass_keys.open_ring(database, settings)
    # RFC 8032's arithmetic of this seed: whoever restores it elsewhere gets the same public part.
    public = KeyRing.open(database, settings.secret_key).public(1)
    assert public is not None
    assert public.public_bytes_raw().hex() == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"


@pytest.mark.parametrize("secret", ["short", "aaaaaaaaaaaaaaaaaaaa"])
def test_a_secret_to_move_to_must_be_a_good_one(secret: str) -> None:
    with pytest.raises(NotReady, match="the new secret"):
        check_secret(secret)


def _real(database: Database, secret: str) -> Settings:
    return Settings(
        database_url=database.url,
        secret_key=secret,
        public_url="https://pass.example.org",
        twilio_account_sid="AC1",
        twilio_auth_token="token",
        twilio_whatsapp_from=("whatsapp:+15550000000",),
    )
