"""HTTP requests to Twilio or a stand-in: time-outs, one session for each thread, nothing logged."""

import os
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from bot.timeouts import MAX_RETRY_AFTER_SECONDS, TWILIO_TIMEOUTS_SECONDS
from bot.tracing import traced

API_ORIGIN = "https://api.twilio.com"


class TwilioHttp:
    """Carries the client's requests: to another origin where one is set, with time-outs, one session a thread.

    It takes the place of twilio's own HTTP client, which logs URLs and parameters: they hold numbers.
    """

    is_async = False

    def __init__(self, api_base: str = "") -> None:
        self._base = urlsplit(api_base) if api_base else None
        self._local = threading.local()

    @traced("Twilio")
    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> requests.Response:
        """Make the request; raises requests' own exceptions."""
        self._local.retry_after = None
        as_json = (headers or {}).get("Content-Type") == "application/json"
        answer = self._session().request(
            method.upper(),
            self.address(uri),
            params=params,  # type: ignore[arg-type]  # twilio types its values as object
            data=None if as_json else data,
            json=data if as_json else None,
            headers=headers,
            auth=auth,
            timeout=timeout or TWILIO_TIMEOUTS_SECONDS,
            allow_redirects=allow_redirects,
        )
        self._local.retry_after = answer.headers.get("Retry-After")
        return answer

    def address(self, uri: str) -> str:
        """The address of a request for Twilio's `uri`."""
        if self._base is None:
            return uri
        return urlunsplit(urlsplit(uri)._replace(scheme=self._base.scheme, netloc=self._base.netloc))

    @property
    def retry_after(self) -> float | None:
        """Seconds that the last answer of this thread asked to wait; None where it said nothing usable."""
        return _seconds(getattr(self._local, "retry_after", None))

    def _session(self) -> requests.Session:
        # A session must not be shared with the process that was forked from: both would read one socket.
        if getattr(self._local, "pid", None) != os.getpid():
            session = _Session()
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=4))
            self._local.session, self._local.pid = session, os.getpid()
        kept: requests.Session = self._local.session
        return kept


class _Session(requests.Session):
    """A session that reads once what the environment says of proxies and certificates for an origin.

    requests reads it at each request: a third of what a request costs besides its sending.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_origin: dict[tuple[str, str], dict[str, Any]] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """What requests would find, for requests that say nothing of it themselves."""
        origin = urlsplit(str(url))[:2]
        if origin not in self._of_origin:
            read = super().merge_environment_settings(url, proxies, stream, verify, cert)
            self._of_origin[origin] = dict(read)
        found = self._of_origin[origin]
        return {**found, "proxies": dict(found["proxies"])}


def _seconds(header: str | None) -> float | None:
    if not header:
        return None
    try:
        wait = float(header)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(wait, 0.0), MAX_RETRY_AFTER_SECONDS)
