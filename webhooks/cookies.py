"""Flask's session in a signed cookie, judged by the time that all machines share.

Flask refuses a cookie that was signed a second in the future: by a machine whose clock is ahead.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, current_app
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from bot.domain.roster.sessions import MAX_CLOCK_AHEAD


class SharedTimeSigner(TimestampSigner):
    """Signs and judges by one clock, with tolerance for another that is ahead."""

    def __init__(self, *keys: Any, now: Callable[[], datetime], **options: Any) -> None:
        super().__init__(*keys, **options)
        self._now = now

    def get_timestamp(self) -> int:
        """The present moment in seconds."""
        return int(self._now().timestamp())

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """See TimestampSigner; a signature of the next two minutes is one of now."""
        value, signed_at = super().unsign(signed_value, None, return_timestamp=True)
        age = self._now() - signed_at
        if max_age is not None and not -MAX_CLOCK_AHEAD <= age <= timedelta(seconds=max_age):
            raise SignatureExpired("too old, or too far ahead", payload=value, date_signed=signed_at)
        return (value, signed_at) if return_timestamp else value


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, by the service's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request; an empty one, and nothing made to read it, where no cookie came."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The serializer that signs and reads the cookie."""
        made = super().get_signing_serializer(app)
        if made is not None:
            made.signer = SharedTimeSigner
            made.signer_kwargs = {**made.signer_kwargs, "now": self._now}
        return made


def keep_for_staff(answer: Response, name: str, value: str, seconds: int) -> None:
    """Let the browser send this value to the staff pages for so long, whoever signs in meanwhile."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(name, value, seconds, path="/staff", secure=secure, httponly=True, samesite="Lax")
