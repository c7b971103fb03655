"""Reads the settings from the environment and `.env`; reports every wrong or missing one at once, by name."""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import quote, urlsplit

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.address import on_whatsapp
from bot.errors import NotReady
from bot.origins import bracketed, is_loopback, with_a_port_that_can_be
from bot.secret_key import MIN_SECRET_LENGTH, SECRET_FILE, is_guessable, stored_secret

SIMULATED_ACCOUNT = "AC" + "0" * 31 + "1"
SIMULATED_TOKEN = "simulator"  # noqa: S105 - the built-in simulator's, on loopback only
SIMULATED_SENDER = on_whatsapp("+14155238886")
SIMULATED_SMS = "+14155550100"
MIN_PASSWORD_LENGTH = 12
"""Characters of the password of a public simulator: whoever is in reads everybody's codes, admins' too."""
MAX_SOCKET_PATH_LENGTH = 100
"""macOS allows 103 bytes in a socket's path, Linux 107."""
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - every process must come to the same path, whatever its TMPDIR
ENV_FILE = Path(".env")


class Settings(BaseSettings):
    """Each setting is the environment variable of its name in capitals; an empty one counts as not given."""

    model_config = SettingsConfigDict(env_ignore_empty=True, str_strip_whitespace=True, extra="ignore")

    port: int = Field(default=8000, ge=1, le=65535)
    host: str = ""
    """The address that the web process listens on; empty: loopback with the simulator, else every address."""
    var_dir: Path = Path("var")
    database_url: str = Field(default="", repr=False)
    redis_url: str = Field(default="", repr=False)
    public_url: str = ""
    secret_key: str = Field(default="", repr=False)
    pass_signing_key: str = Field(default="", repr=False)
    twilio_account_sid: str = ""
    twilio_auth_token: str = Field(default="", repr=False)
    twilio_whatsapp_from: Annotated[tuple[str, ...], NoDecode] = ()
    twilio_sms_from: str = ""
    twilio_otp_content_sid: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_base: str = ""
    twilio_mps: int = Field(default=80, ge=1, le=1000)
    otp_backend: Literal["self", "twilio_verify"] = "self"
    twilio_verify_sid: str = ""
    default_region: str = "IN"
    otp_countries: Annotated[tuple[str, ...], NoDecode] = ()
    """ISO regions whose phones get codes by SMS; an event may add some. Empty: DEFAULT_REGION's only."""
    demo: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["", "text", "json"] = ""
    sentry_dsn: str = Field(default="", repr=False)
    conversation_hours: int = Field(default=24, ge=1, le=24 * 7)
    """How long an unfinished conversation is remembered."""
    silence_minutes: int = Field(default=15, ge=0, le=24 * 60)
    """Minutes of an event's opening hours without any message after which there is an alarm; 0: never."""
    workers: int = Field(default=1, ge=1, le=64)
    delivery_concurrency: int = Field(default=16, ge=1, le=64)
    """Processes of one `worker` command, and how many calls to Twilio each of them keeps in flight."""
    simulator: bool = False
    """Serve the simulator although PUBLIC_URL or HOST is not loopback."""
    simulator_password: str = Field(default="", repr=False)
    """Whoever opens the simulator must give it; needed with `simulator`."""
    metrics_token: str = Field(default="", repr=False)
    """The bearer token of `/metrics`; empty: only this machine is answered."""
    otel_exporter_otlp_endpoint: str = ""
    """Where traces go by OTLP over HTTP; empty: none are made."""
    cloudwatch_namespace: str = ""
    """Namespace of the figures that are logged for Amazon CloudWatch once a minute; empty: none are."""

    @field_validator("twilio_whatsapp_from", "otp_countries", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _accept_platform_urls(cls, value: str) -> str:
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                value = "postgresql+psycopg://" + value.removeprefix(short)
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return with_a_port_that_can_be(value)

    @field_validator("redis_url")
    @classmethod
    def _accept_redis_urls(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return with_a_port_that_can_be(value)

    @field_validator("public_url", "twilio_api_base", "otel_exporter_otlp_endpoint")
    @classmethod
    def _origin(cls, value: str) -> str:
        value = with_a_port_that_can_be(value.rstrip("/"))
        parts = urlsplit(value)
        bare = parts.scheme in ("http", "https") and parts.hostname and parts.netloc == value.split("://", 1)[1]
        if value and not (bare and "@" not in value):
            raise ValueError("must be an origin such as https://pass.example.org, without a path")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < MIN_SECRET_LENGTH:
            raise ValueError(f"must have at least {MIN_SECRET_LENGTH} characters")
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

    @field_validator("default_region")
    @classmethod
    def _region(cls, value: str) -> str:
        if value == cls.model_fields["default_region"].default:
            return value  # it is checked too, and the list takes a moment
        from phonenumbers import SUPPORTED_REGIONS

        if value not in SUPPORTED_REGIONS:
            raise ValueError("must be a country of which we know phone numbers, in two capitals, such as IN")
        return value

    @field_validator("otp_countries")
    @classmethod
    def _regions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        regions = tuple(region.upper() for region in value)
        if regions:
            from phonenumbers import SUPPORTED_REGIONS

            if set(regions) - SUPPORTED_REGIONS:
                raise ValueError("must be countries of which we know phone numbers, in two letters each: IN,NP")
        return regions

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn(cls, value: str) -> str:
        parts = urlsplit(with_a_port_that_can_be(value))
        if value and not (parts.scheme in ("http", "https") and parts.username and parts.path.strip("/")):
            raise ValueError("must be a Sentry DSN: https://KEY@HOST/PROJECT")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Judge the settings together also where one is wrong by itself, so that nobody mends them one by one."""
        try:
            settings, wrong = handler(values), {}
        except ValidationError as error:
            wrong = {str(problem["loc"][0]): _describe(problem) for problem in error.errors(include_input=False)}
            settings = handler({name: value for name, value in values.items() if name not in wrong})
        complaints = [f"{name.upper()}: {message}" for name, message in wrong.items()]
        complaints += _missing(settings, wrong)
        if complaints:
            raise ValueError("\n".join(complaints))
        if settings.simulated:
            settings.twilio_account_sid, settings.twilio_auth_token = SIMULATED_ACCOUNT, settings.simulated_token
            settings.twilio_whatsapp_from = settings.twilio_whatsapp_from or (SIMULATED_SENDER,)
        return settings

    @property
    def first_seed(self) -> bytes | None:
        """The seed of an empty database's first pass-signing key; None: one at random."""
        return base64.b64decode(self.pass_signing_key) or None

    @property
    def simulated(self) -> bool:
        """True where no real Twilio account is set: the built-in simulator plays Twilio."""
        tokens = ("", SIMULATED_TOKEN, self.simulated_token)
        return self.twilio_account_sid in ("", SIMULATED_ACCOUNT) and self.twilio_auth_token in tokens

    @property
    def simulated_token(self) -> str:
        """The token of the simulator's account: with a password one that strangers cannot know.

        Whoever knows it can sign messages of any phone, and read what was sent to each.
        """
        if not self.simulator_password:
            return SIMULATED_TOKEN
        return hashlib.sha256(f"{SIMULATED_ACCOUNT} {self.simulator_password}".encode()).hexdigest()

    @property
    def only_here(self) -> bool:
        """Whether nobody but this machine reaches us, as far as the settings say."""
        return is_loopback(self.origin) and is_loopback(f"http://{bracketed(self.host or '127.0.0.1')}")

    @property
    def silence(self) -> int:
        """Minutes of silence that are an alarm; nobody is missed at the simulator, unless it was asked for."""
        return 0 if self.simulated and "silence_minutes" not in self.model_fields_set else self.silence_minutes

    @property
    def listens_on(self) -> str:
        """The web process's own address. The simulator asks for no password, so it stays on this machine."""
        return self.host or ("127.0.0.1" if self.simulated else "0.0.0.0")  # noqa: S104 - platforms ask for it

    @property
    def origin(self) -> str:
        """The origin that Twilio and visitors reach us at."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def api_base(self) -> str:
        """The origin of Twilio's REST calls where it is not Twilio's own; empty: Twilio."""
        return self.twilio_api_base or (f"http://127.0.0.1:{self.port}" if self.simulated else "")

    @property
    def whatsapp_number(self) -> str:
        """The WhatsApp sender to which links lead; empty: there is none."""
        return next(iter(self.twilio_whatsapp_from), "")

    @property
    def sms_from(self) -> str:
        """The sender of SMS; empty: there is none."""
        return self.twilio_sms_from or (SIMULATED_SMS if self.simulated else "")

    @property
    def reaches_every_phone(self) -> bool:
        """Whether a one-time code can go to a phone whose owner has not written to us within the last day."""
        return bool(self.sms_from or self.twilio_otp_content_sid or self.otp_backend == "twilio_verify")

    @property
    def sms_countries(self) -> tuple[str, ...]:
        """ISO regions whose phones get codes by SMS."""
        return self.otp_countries or (self.default_region,)

    @property
    def codes_by_sms_alone(self) -> bool:
        """Whether a code can go only where SMS may go, and by WhatsApp to nobody who has not written to us."""
        return self.otp_backend == "twilio_verify" or bool(self.sms_from and not self.twilio_otp_content_sid)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.var_dir.absolute() / 'pravesh.db'}"

    @property
    def redis(self) -> str:
        """The Redis URL in force; the embedded server listens on a socket under VAR_DIR."""
        return self.redis_url or f"unix://{quote(str(self.redis_socket))}"

    @property
    def redis_socket(self) -> Path:
        """The embedded Redis's socket; in a folder of the system's where VAR_DIR's path is too long for one."""
        socket = self.var_dir.absolute() / "redis.sock"
        if len(str(socket).encode()) <= MAX_SOCKET_PATH_LENGTH:
            return socket
        name = hashlib.sha256(str(socket).encode()).hexdigest()[:16]
        return SHORT_FOLDER / f"pravesh-{os.getuid()}-{name}" / "redis.sock"


def load(env_file: Path = ENV_FILE, *, read_only: bool = False) -> Settings:
    """The settings from the environment and `.env`, with the kept secret where none is given.

    The secret is made where there is none yet; `read_only` makes nothing and leaves it empty.
    Raises NotReady that names every wrong or missing setting, a line each, never its value.
    """
    try:
        settings = Settings(_env_file=env_file, _env_file_encoding="utf-8")  # type: ignore[call-arg]  # BaseSettings' own
    except ValidationError as error:
        lines = [problem["msg"].removeprefix("Value error, ") for problem in error.errors(include_input=False)]
        raise NotReady("\n".join(lines)) from None
    except (OSError, UnicodeDecodeError):
        raise NotReady(f"{env_file}: cannot be read as UTF-8 text") from None
    if not settings.secret_key and not (read_only and not (settings.var_dir / SECRET_FILE).exists()):
        settings.secret_key = stored_secret(settings.var_dir)
    return settings


def _describe(problem: Mapping[str, Any]) -> str:
    """What a setting must be, in words."""
    field = Settings.model_fields[str(problem["loc"][0])]
    least, most = (
        [getattr(metadata, bound) for metadata in field.metadata if hasattr(metadata, bound)] for bound in ("ge", "le")
    )
    if problem["type"] == "literal_error":
        return f"must be {' or '.join(filter(None, get_args(field.annotation)))}"
    if problem["type"] == "bool_parsing":
        return "must be 1 or 0"
    if least and most:
        return f"must be a whole number from {least[0]} to {most[0]}"
    return str(problem["msg"]).removeprefix("Value error, ")


def _missing(settings: Settings, wrong: Collection[str]) -> Iterator[str]:
    """What the settings lack when seen together; one that is given but wrong is not missing."""

    def lacks(name: str) -> bool:
        return not getattr(settings, name) and name not in wrong

    if not settings.simulated:
        needed = {"twilio_account_sid": "TWILIO_AUTH_TOKEN", "twilio_auth_token": "TWILIO_ACCOUNT_SID"}
        needed |= {"public_url": "real Twilio"}
        yield from (f"{name.upper()}: needed with {other}" for name, other in needed.items() if lacks(name))
        if lacks("twilio_whatsapp_from") and lacks("twilio_messaging_service_sid"):
            yield "TWILIO_WHATSAPP_FROM: needed with real Twilio (or TWILIO_MESSAGING_SERVICE_SID)"
    elsewhere = not settings.simulated or not lacks("database_url") or not lacks("redis_url")
    if elsewhere and lacks("secret_key"):
        yield "SECRET_KEY: needed with real Twilio, and where DATABASE_URL or REDIS_URL is given"
    if settings.simulated and not settings.only_here:
        yield from _missing_for_a_public_simulator(settings, lacks)
    if settings.otp_backend == "twilio_verify" and lacks("twilio_verify_sid"):
        yield "TWILIO_VERIFY_SID: needed with OTP_BACKEND=twilio_verify"
    if settings.public_url.startswith("http://") and not is_loopback(settings.public_url):
        yield "PUBLIC_URL: must be https unless its host is loopback"


def _missing_for_a_public_simulator(settings: Settings, lacks: Callable[[str], bool]) -> Iterator[str]:
    """What a public simulator lacks: whoever is in reads everybody's codes, so it is asked for and has a password."""
    if not settings.simulator:
        yield (
            "TWILIO_ACCOUNT_SID: needed where PUBLIC_URL or HOST is not loopback "
            "(to show the simulator there: SIMULATOR=1 and SIMULATOR_PASSWORD)"
        )
    elif lacks("simulator_password"):
        yield "SIMULATOR_PASSWORD: needed with SIMULATOR=1 where PUBLIC_URL or HOST is not loopback"
    elif len(settings.simulator_password) < MIN_PASSWORD_LENGTH or is_guessable(settings.simulator_password):
        yield f"SIMULATOR_PASSWORD: can be guessed; at least {MIN_PASSWORD_LENGTH} characters, of many kinds"
