"""Logs: one line for each event, JSON unless a terminal reads them, without personal data.

Events are named in snake_case and carry ids and codes. What may name a person is kept out by the
callers; `mask` is the net below them, and it holds for libraries' logs and Sentry's reports as well.
"""

import logging
import re
import sys
import threading
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from bot import error_reports
from bot.address import WHATSAPP
from bot.error_reports import REDACTED as REDACTED
from bot.settings import Settings

PERSONAL = frozenset(
    (
        *("phone", "phones", "name", "names", "address", "lane", "to", "from", "sender", "user", "contact", "waid"),
        *("body", "text", "answer", "answers", "said", "payload", "params", "data"),
        *("otp", "token", "secret", "password", "auth", "authorization", "cookie", "cookies"),
    )
)
"""Words of keys whose values may be a person's, or give access: `full_name`, `from_`, `auth_token`."""
NUMBERS = re.compile(rf"\+\d{{7,15}}|{WHATSAPP}:[^\s'\"&]+", re.IGNORECASE)
"""Phone numbers and WhatsApp addresses, wherever in a text they stand."""
QUIET_LIBRARIES = ("bot.database", "urllib3", "twilio.http_client", "PIL", "asyncio", "sanic", "rasa_sdk", "alembic")
"""Loggers whose chatter helps nobody here; their warnings are kept. `bot.database` is that of our pool."""


class ToStderr(logging.Handler):
    """Writes each record as one line to whatever standard error is now."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def configure(settings: Settings, process: str = "web") -> None:
    """Send every log of this process, libraries' too, through here; tell Sentry of errors where SENTRY_DSN is set.

    May be called again, with the same or other settings.
    """
    shared = _shared(process)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # On the handler as well: libraries give their own loggers a level.
    handler = ToStderr(settings.log_level)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_drop_argument_values, *shared],
            processors=_last(settings),
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, ToStderr)] + [handler]
    root.setLevel(settings.log_level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.sentry_dsn:
        _report_to_sentry(settings.sentry_dsn, process)
    if process != "cli":  # somebody at a terminal may see what broke
        _log_what_ends_us()


def _log_what_ends_us() -> None:
    """A bug that ends a process or a thread is a line of the log too: Python itself would print the error's words."""

    def tell(problem: BaseException | None) -> None:
        structlog.get_logger(__name__).critical("crashed", exc_info=problem)

    sys.excepthook = lambda _kind, problem, _trace: tell(problem)
    threading.excepthook = lambda crash: tell(crash.exc_value)


def _shared(process: str) -> list[Processor]:
    def name_process(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
        _describe_error,
        mask,
    ]


def _last(settings: Settings) -> list[Processor]:
    as_json = settings.log_format == "json" or (not settings.log_format and not sys.stderr.isatty())
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    if not as_json:
        # The plain formatter: the rich one shows local variables, and those are people's data.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]


def _drop_argument_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keeps of a library's log line only its constant text and numbers: filled-in values may be personal."""
    record: logging.LogRecord = event["_record"]
    event["event"] = error_reports.template(record.msg, event.pop("positional_args", ()))
    return event


def _describe_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Where there is an error: its class and where in the code it came from, never its message."""
    given = event.pop("exc_info", None)
    problem = given[1] if isinstance(given, tuple) else given if isinstance(given, BaseException) else None
    if given is True:
        problem = sys.exc_info()[1]
    if problem is not None:
        event["exception"] = error_reports.describe(problem)
    event.pop("stack_info", None)
    return event


def mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Hide the values of keys that may hold personal data or secrets, and numbers and addresses within any text."""
    return {key: REDACTED if _is_sensitive_key(key) else _without_numbers(value) for key, value in event.items()}


def _is_sensitive_key(key: str) -> bool:
    return not key.startswith("_") and not PERSONAL.isdisjoint(key.lower().split("_"))


def _without_numbers(value: Any) -> Any:
    match value:
        case str():
            return NUMBERS.sub(REDACTED, value)
        case dict():
            return {
                key: REDACTED if _is_sensitive_key(str(key)) else _without_numbers(inner)
                for key, inner in value.items()
            }
        case list() | tuple():
            return [_without_numbers(inner) for inner in value]
        case _:
            return value


def _report_to_sentry(dsn: str, process: str) -> None:
    import sentry_sdk  # half a second that only those pay who use it
    from sentry_sdk.integrations.flask import FlaskIntegration
    from sentry_sdk.integrations.rq import RqIntegration

    sentry_sdk.init(
        dsn=dsn,
        # What it would enable by itself follows each statement and each command, for spans that we do not send.
        auto_enabling_integrations=False,
        integrations=[FlaskIntegration(), RqIntegration()],
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=error_reports.scrub,
        before_breadcrumb=lambda _crumb, _hint: None,
    )
    sentry_sdk.set_tag("process", process)
