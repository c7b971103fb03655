"""The only reader of the environment. Every wrong or missing setting is reported at once, by name."""

import base64
import binascii
import hashlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import NotReady

SIMULATED_ACCOUNT = "AC" + "0" * 31 + "1"
SIMULATED_TOKEN = "simulator"  # noqa: S105 - the built-in simulator's, on loopback only
SIMULATED_SENDER = "whatsapp:+14155238886"
SIMULATED_SMS = "+14155550100"
LONGEST_SOCKET_PATH = 100
"""Linux allows 107 bytes in a socket's path; some of them go to temporary suffixes."""


class Settings(BaseSettings):
    """The settings of contract section 2; fields are named as there, in small letters."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=False)

    port: int = Field(8000, ge=1, le=65535)
    var_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    public_url: str = ""
    secret_key: str = ""
    pass_signing_key: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_whatsapp_from: Annotated[tuple[str, ...], NoDecode] = ()
    twilio_sms_from: str = ""
    twilio_otp_content_sid: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_base: str = ""
    twilio_mps: int = Field(80, ge=1, le=1000)
    otp_backend: Literal["self", "twilio_verify"] = "self"
    twilio_verify_sid: str = ""
    default_region: str = Field("IN", pattern="^[A-Z]{2}$")
    demo: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["", "text", "json"] = ""
    sentry_dsn: str = ""
    conversation_hours: int = Field(24, ge=1, le=24 * 7)
    """How long an unfinished conversation is remembered."""
    workers: int = Field(1, ge=1, le=64)
    """Processes of one `worker` command."""

    @field_validator("twilio_whatsapp_from", mode="before")
    @classmethod
    def _separate_senders(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _accept_platform_urls(cls, value: str) -> str:
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                return "postgresql+psycopg://" + value.removeprefix(short)
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _accept_redis_urls(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url", "twilio_api_base")
    @classmethod
    def _origin(cls, value: str) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query):
            raise ValueError("must be an origin such as https://pass.example.org, without a path")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @field_validator("pass_signing_key")
    @classmethod
    def _seed(cls, value: str) -> str:
        try:
            seed = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("must be base64") from None
        if value and len(seed) != 32:
            raise ValueError("must be the base64 of 32 bytes")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing: list[str] = []
        if self.simulated:
            self.twilio_account_sid = SIMULATED_ACCOUNT
            self.twilio_auth_token = SIMULATED_TOKEN
            self.twilio_whatsapp_from = self.twilio_whatsapp_from or (SIMULATED_SENDER,)
        else:
            missing += [] if self.twilio_account_sid else ["TWILIO_ACCOUNT_SID: needed with TWILIO_AUTH_TOKEN"]
            missing += [] if self.twilio_auth_token else ["TWILIO_AUTH_TOKEN: needed with TWILIO_ACCOUNT_SID"]
            missing += [] if self.public_url else ["PUBLIC_URL: needed with real Twilio"]
            missing += [] if self.secret_key else ["SECRET_KEY: needed with real Twilio"]
            if not (self.twilio_whatsapp_from or self.twilio_messaging_service_sid):
                missing.append("TWILIO_WHATSAPP_FROM: needed with real Twilio (or TWILIO_MESSAGING_SERVICE_SID)")
        if (self.database_url or self.redis_url) and not self.secret_key:
            missing.append("SECRET_KEY: needed where DATABASE_URL or REDIS_URL is given")
        if self.otp_backend == "twilio_verify" and not self.twilio_verify_sid:
            missing.append("TWILIO_VERIFY_SID: needed with OTP_BACKEND=twilio_verify")
        if self.public_url.startswith("http://") and not is_loopback(self.public_url):
            missing.append("PUBLIC_URL: must be https unless its host is loopback")
        if missing:
            raise ValueError("\n".join(missing))
        return self

    @property
    def simulated(self) -> bool:
        """True where no real Twilio account is set: the built-in simulator plays Twilio."""
        return self.twilio_account_sid in ("", SIMULATED_ACCOUNT) and self.twilio_auth_token in ("", SIMULATED_TOKEN)

    @property
    def origin(self) -> str:
        """The origin that Twilio and visitors reach us at."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def api_base(self) -> str:
        """Where Twilio's REST calls go instead of Twilio; empty: to Twilio."""
        return self.twilio_api_base or (f"http://127.0.0.1:{self.port}" if self.simulated else "")

    @property
    def sms_from(self) -> str:
        """The sender of SMS; empty: there is none."""
        return self.twilio_sms_from or (SIMULATED_SMS if self.simulated else "")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.var_dir.absolute() / 'pravesh.db'}"

    @property
    def redis(self) -> str:
        """The Redis URL in force; the embedded server listens on a socket under VAR_DIR."""
        return self.redis_url or f"unix://{self.redis_socket}"

    @property
    def redis_socket(self) -> Path:
        """The embedded Redis's socket; in a folder of the system's where VAR_DIR's path is too long for one."""
        socket = self.var_dir.absolute() / "redis.sock"
        if len(str(socket).encode()) <= LONGEST_SOCKET_PATH:
            return socket
        name = hashlib.sha256(str(socket).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"pravesh-{os.getuid()}-{name}" / "redis.sock"


def is_loopback(origin: str) -> bool:
    """Whether the origin's host is this machine."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """The settings from the environment and `.env`.

    Raises NotReady that names every wrong or missing setting, never its value.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise NotReady("\n".join(_complaints(error))) from None
    if not settings.secret_key:
        settings.secret_key = kept_secret(settings.var_dir)
    return settings


def _complaints(error: ValidationError) -> list[str]:
    lines: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in problem["loc"][:1]).upper()
        lines += [f"{name}: {message}"] if name else message.splitlines()
    return lines


def kept_secret(var_dir: Path) -> str:
    """The secret made once and kept under VAR_DIR, readable by its owner only."""
    file = var_dir / "secret_key"
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    except OSError as problem:
        raise NotReady(f"VAR_DIR: cannot write there ({problem.strerror})") from None
    with os.fdopen(descriptor, "w") as kept:
        kept.write(secrets.token_urlsafe(32))
    return file.read_text().strip()
