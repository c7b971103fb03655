"""The settings: defaults, what is refused, that all complaints come at once and that no value is ever told."""

import multiprocessing
import re
from pathlib import Path

import pytest

from bot import secret_key, settings
from bot.errors import NotReady
from bot.settings import Settings, load
from tests.paths import ROOT

SEED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
REAL = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
    "PUBLIC_URL": "https://pass.example.org",
    "SECRET_KEY": "sixteen letters!",
}


@pytest.fixture(autouse=True)
def bare_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env`, and none of our settings in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def _complaints() -> list[str]:
    with pytest.raises(NotReady) as caught:
        load()
    return str(caught.value).splitlines()


def _named(complaints: list[str]) -> set[str]:
    return {line.split(":")[0] for line in complaints}


def test_nothing_given_is_the_simulator_on_loopback(bare_folder: Path) -> None:
    found = load()
    assert found.simulated
    assert found.origin == found.api_base == "http://127.0.0.1:8000"
    assert found.listens_on == "127.0.0.1"
    assert found.database == f"sqlite:///{bare_folder}/var/pravesh.db"
    assert found.redis == f"unix://{bare_folder}/var/redis.sock"
    assert found.twilio_whatsapp_from == (settings.SIMULATED_SENDER,)
    assert (found.twilio_account_sid, found.twilio_auth_token) == (settings.SIMULATED_ACCOUNT, settings.SIMULATED_TOKEN)


def test_real_twilio(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, REAL | {"TWILIO_WHATSAPP_FROM": "whatsapp:+911, whatsapp:+912", "PUBLIC_URL": "https://a.in/"})
    found = load()
    assert not found.simulated
    assert found.origin == "https://a.in"
    assert found.api_base == ""
    assert found.sms_from == ""
    assert found.listens_on == "0.0.0.0"
    assert found.twilio_whatsapp_from == ("whatsapp:+911", "whatsapp:+912")


def test_dotenv_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, bare_folder: Path) -> None:
    (bare_folder / ".env").write_text("PORT=9000\nDEFAULT_REGION=NP\nTWILIO_SMS_FROM=\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9001")
    found = load()
    assert (found.port, found.default_region, found.twilio_sms_from) == (9001, "NP", "")


@pytest.mark.parametrize(
    ("name", "given", "must_be"),
    [
        ("TWILIO_MPS", "fast", "a whole number from 1 to 1000"),
        ("TWILIO_MPS", "0", "a whole number from 1 to 1000"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("DEMO", "perhaps", "1 or 0"),
        ("DEFAULT_REGION", "ZZ", "IN"),
        ("DEFAULT_REGION", "India", "IN"),
        ("OTP_COUNTRIES", "IN,Nepal", "IN,NP"),
    ],
)
def test_what_a_wrong_setting_must_be(monkeypatch: pytest.MonkeyPatch, name: str, given: str, must_be: str) -> None:
    monkeypatch.setenv(name, given)
    [told] = _complaints()
    assert told.startswith(f"{name}: must be")
    assert must_be in told


def test_an_unreadable_dotenv_is_one_line(bare_folder: Path) -> None:
    (bare_folder / ".env").write_bytes(b"SECRET_KEY=\xff\xfe\n")
    assert _named(_complaints()) == {".env"}


@pytest.mark.parametrize(("given", "kept"), [("", ("LV",)), ("in, np", ("IN", "NP")), ("NP", ("NP",))])
def test_codes_go_by_sms_to_the_own_country_unless_others_are_named(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: tuple[str, ...]
) -> None:
    _set(monkeypatch, {"DEFAULT_REGION": "LV", "OTP_COUNTRIES": given})
    assert load().sms_countries == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
    ],
)
def test_database_urls_of_platforms_are_rewritten(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    _set(monkeypatch, {"DATABASE_URL": given, "SECRET_KEY": "x" * 16})
    assert load().database == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("DATABASE_URL", "mysql://hidden/x"),
        ("DATABASE_URL", "postgres://hidden:port/x"),
        ("REDIS_URL", "http://hidden"),
        ("REDIS_URL", "redis://hidden:99999"),
        ("PUBLIC_URL", "hidden.example.org"),
        ("PUBLIC_URL", "https://hidden.example.org/path"),
        ("PUBLIC_URL", "https://hidden.example.org?x"),
        ("PUBLIC_URL", "https://hidden.example.org#x"),
        ("PUBLIC_URL", "https://me@hidden.example.org"),
        ("PUBLIC_URL", "https://hidden.example.org:port"),
        ("SECRET_KEY", "hidden"),
        ("PASS_SIGNING_KEY", "hidden!"),
        ("PASS_SIGNING_KEY", "aGlkZGVu"),
        ("TWILIO_API_BASE", "hidden"),
        ("TWILIO_MPS", "0"),
        ("OTP_BACKEND", "hidden"),
        ("DEFAULT_REGION", "hidden"),
        ("LOG_LEVEL", "hidden"),
        ("LOG_FORMAT", "hidden"),
        ("SENTRY_DSN", "https://hidden"),
        ("WORKERS", "0"),
        ("CONVERSATION_HOURS", "0"),
        ("DEMO", "hidden"),
    ],
)
def test_a_wrong_setting_is_named_but_never_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    _set(monkeypatch, {"SECRET_KEY": "x" * 16, name: value})
    complaints = _complaints()
    assert _named(complaints) == {name}
    assert "hidden" not in str(complaints)


def test_everything_wrong_or_missing_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PORT": "http", "REDIS_URL": "hidden", "PUBLIC_URL": "hidden", "TWILIO_AUTH_TOKEN": "t"}
    _set(monkeypatch, given | {"OTP_BACKEND": "twilio_verify"})
    complaints = _complaints()
    missing = {"TWILIO_ACCOUNT_SID", "TWILIO_WHATSAPP_FROM", "SECRET_KEY", "TWILIO_VERIFY_SID"}
    assert _named(complaints) == {"PORT", "REDIS_URL", "PUBLIC_URL"} | missing
    assert len(complaints) == 7


@pytest.mark.parametrize("name", sorted(REAL))
def test_what_real_twilio_needs(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _set(monkeypatch, {key: value for key, value in REAL.items() if key != name})
    assert _named(_complaints()) == {name}


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "sqlite:///x.db"), ("REDIS_URL", "redis://x")])
def test_a_store_elsewhere_needs_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert _named(_complaints()) == {"SECRET_KEY"}


@pytest.mark.parametrize("origin", ["http://localhost:9", "http://127.0.0.1", "http://[::1]:9", "https://a.in"])
def test_http_is_enough_on_loopback(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    _set(monkeypatch, REAL | {"PUBLIC_URL": origin})
    assert load().origin == origin


def test_a_secret_never_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, REAL | {"PASS_SIGNING_KEY": SEED})
    printed = repr(load())
    assert REAL["SECRET_KEY"] not in printed
    assert SEED not in printed
    assert "auth_token" not in printed


def test_the_secret_is_made_once(bare_folder: Path) -> None:
    first = load().secret_key
    assert load().secret_key == first
    kept = bare_folder / "var" / "secret_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in kept.parent.iterdir()] == ["secret_key"]


def test_a_damaged_secret_is_not_replaced(bare_folder: Path) -> None:
    (bare_folder / "var").mkdir()
    (bare_folder / "var" / "secret_key").write_text("")
    assert _named(_complaints()) == {"VAR_DIR"}


@pytest.mark.race
def test_racing_processes_keep_one_secret(bare_folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    folders = [bare_folder / f"var{number}" for number in range(20)]
    with context.Pool(4) as pool:
        for folder in folders:
            assert len(set(pool.map(secret_key.stored_secret, [folder] * 8, chunksize=1))) == 1


def test_a_long_var_dir_still_gets_a_socket(monkeypatch: pytest.MonkeyPatch, bare_folder: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(bare_folder / ("x" * 120)))
    socket = load().redis_socket
    assert len(str(socket)) < 100
    assert load().redis_socket == socket


@pytest.mark.parametrize("document", ["docs/settings.md", ".env.example"])
def test_documents_name_every_setting(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    lacking = [name.upper() for name in Settings.model_fields if not re.search(rf"\b{name.upper()}\b", text)]
    assert lacking == []


def test_the_example_is_a_valid_dotenv_of_settings_we_have(bare_folder: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^# ([A-Z_]+)=", text, re.MULTILINE)
    assert set(named) == {name.upper() for name in Settings.model_fields}
    empty = re.sub(r"^# ([A-Z_]+)=.*$", r"\1=", text, flags=re.MULTILINE)
    (bare_folder / ".env").write_text(empty, encoding="utf-8")
    assert load().simulated


def test_a_public_address_without_twilio_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ({"PUBLIC_URL": "https://a.example.org"}, {"HOST": "::"}, {"HOST": "192.0.2.7"}):
        with monkeypatch.context() as here:
            _set(here, where)
            assert _named(_complaints()) == {"TWILIO_ACCOUNT_SID"}
            here.setenv("SIMULATOR", "1")
            assert _named(_complaints()) == {"SIMULATOR_PASSWORD"}
            for weak in ("x", "a" * 12, "passwordpassword"):
                here.setenv("SIMULATOR_PASSWORD", weak)
                assert _named(_complaints()) == {"SIMULATOR_PASSWORD"}
            here.setenv("SIMULATOR_PASSWORD", "of the organisers")
            assert load().simulated
    _set(monkeypatch, REAL | {"PUBLIC_URL": "http://hidden.example.org"})
    assert _named(_complaints()) == {"PUBLIC_URL"}
    for origin in ("http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "https://127.8.0.1"):
        assert Settings(public_url=origin).only_here
