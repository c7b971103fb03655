"""Twilio's Messages API: sends messages and looks them up. All messages leave from here.

Nothing here logs, and no exception carries a number, a text or a link.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from json import loads
from typing import Any

from requests.exceptions import ConnectTimeout, InvalidURL, RequestException, SSLError
from twilio.base import values
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.delivery.carriers import StatusUpdate
from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.twilio.error_codes import CLASSES, HTTP_RETRY, HTTP_UNCLEAR, may_retry
from bot.delivery.twilio.http import API_ORIGIN, TwilioHttp
from bot.errors import SendFailed
from bot.inbound import Inbound, from_address, storable, storable_sid
from bot.settings import Settings

PAGE_SIZE = 200
"""Messages that one look-up reads: more than one person gets between a try and its look-up."""

MAX_PAGE_SIZE = 1000
"""The longest page that Twilio's list gives."""


class Twilio:
    """Sends messages, finds sent ones, lists received ones. Safe to share between threads and to carry over a fork."""

    def __init__(self, settings: Settings, wire: TwilioHttp | None = None) -> None:
        self._wire = wire or TwilioHttp(settings.api_base)
        # Twilio's client would read TWILIO_EDGE and TWILIO_REGION itself; bot.settings is the only reader.
        nothing = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
        account, token = settings.twilio_account_sid, settings.twilio_auth_token
        self._client = Client(account, token, http_client=self._wire, environment=nothing)
        self._service = settings.twilio_messaging_service_sid
        self._senders = settings.twilio_whatsapp_from

    def send(self, message: OutboundMessage) -> str:
        """Send one message and give its SID. Raises SendFailed."""
        filled = message.content
        try:
            made = self._client.messages.create(
                to=message.to,
                **self._origin(message.sender),
                body=values.unset if filled else message.body,
                media_url=[message.media_url] if message.media_url and not filled else values.unset,
                status_callback=_set(message.callback),
                validity_period=_set(message.validity),
                content_sid=_set(filled and filled.sid),
                content_variables=_set(filled and filled.variables),
            )
        except Exception as problem:
            raise self._failure(problem) from None
        if not made.sid:
            raise SendFailed("no_sid", retry=True, unclear=True)
        return str(made.sid)

    def find(self, wanted: SentSearch) -> StatusUpdate | None:
        """The message of this description that the API made since then.

        None where Twilio's list has none. Raises SendFailed where the list cannot be had.
        """
        # Twilio's filter by DateSent goes by days and passes over what is still in its queue, so the
        # whole latest list of this address is read and the time of making compared here.
        try:
            listed = self._client.messages.list(to=wanted.to, limit=PAGE_SIZE, page_size=PAGE_SIZE)
        except Exception as problem:
            raise self._failure(problem) from None
        for message in listed:
            if message.sid not in wanted.known and _matches(message, wanted):
                return StatusUpdate(str(message.sid), str(message.status), _number(message.error_code))
        if len(listed) == PAGE_SIZE and all(_is_since(message, wanted.since) for message in listed):
            raise SendFailed("list_too_long", retry=True)
        return None

    def status(self, sid: str) -> StatusUpdate:
        """What became of one message of ours by now. Raises SendFailed, also where Twilio knows none of this SID."""
        try:
            message = self._client.messages(sid).fetch()
        except Exception as problem:
            raise self._failure(problem) from None
        return StatusUpdate(sid, str(message.status), _number(message.error_code))

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[tuple[Inbound, datetime]]:
        """Every message to our senders that Twilio got since then (and until then), with the moment, to the second.

        Twilio's list tells less than a webhook: no user id, no profile name, no kind of media, no tap.
        What has media, or no words, is therefore of the form `other`, and its media are the address of
        their list; a tap is the words on the button. Raises SendFailed.
        """
        for sender in self._senders or (None,):
            which = {"date_sent_after": since} | ({} if sender is None else {"to": sender})
            which |= {} if until is None else {"date_sent_before": until}
            try:
                for message in self._client.messages.stream(**which, page_size=MAX_PAGE_SIZE):
                    moment = message.date_sent or message.date_created
                    sent_at = moment and moment.replace(tzinfo=moment.tzinfo or UTC)
                    if message.direction != "inbound" or not sent_at:
                        continue
                    if since.replace(microsecond=0) <= sent_at and (until is None or sent_at <= until):
                        yield _inbound(message), sent_at
            except Exception as problem:
                raise self._failure(problem) from None

    def sent(self, since: datetime) -> Iterator[tuple[StatusUpdate, datetime]]:
        """Every message that the API made since then, with its status and the moment. Raises SendFailed.

        Answers in webhooks are none of them. What is still in Twilio's queue may be missing.
        """
        try:
            for message in self._client.messages.stream(date_sent_after=since, page_size=MAX_PAGE_SIZE):
                moment = message.date_sent or message.date_created
                if str(message.direction) == "outbound-api" and moment and _is_since(message, since):
                    update = StatusUpdate(str(message.sid), str(message.status), _number(message.error_code))
                    yield update, moment.replace(tzinfo=moment.tzinfo or UTC)
        except Exception as problem:
            raise self._failure(problem) from None

    def call(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Another of Twilio's APIs, on this account: the HTTP status and what was answered. Raises SendFailed.

        A refusal is raised only where another try may help; else the caller looks at the status and,
        in the answer, at `code`.
        """
        headers = {"Content-Type": "application/json"} if json is not None else {}
        data = json if json is not None else form
        try:
            answer = self._client.request(method, uri, params=params, data=data, headers=headers)
            status, found = answer.status_code, loads(answer.text or "{}")
        except Exception as problem:
            raise self._failure(problem) from None
        if status in HTTP_RETRY:
            raise _refusal(status, _number(found.get("code")), self._wire.retry_after)
        return status, found

    def _origin(self, sender: str | None) -> dict[str, Any]:
        if self._service:
            return {"messaging_service_sid": self._service}
        return {"from_": sender or self._senders[0]}

    def _failure(self, problem: Exception) -> SendFailed:
        if isinstance(problem, TwilioRestException | TwilioServiceException):
            return _refusal(problem.status, problem.code, self._wire.retry_after)
        if isinstance(problem, RequestException):
            return _broken_call(problem)
        # An answer that is no JSON, or not what the client takes for a message: it may have gone out.
        return SendFailed("answer_unreadable", retry=True, unclear=True)


def _inbound(message: MessageInstance) -> Inbound:
    lane = str(message.from_)[:200]
    phone, user = from_address(lane)
    has_media = _number(message.num_media) != 0
    wordless = has_media or not message.body
    return Inbound(
        sid=storable_sid(str(message.sid)),
        lane=lane,
        sender=str(message.to)[:60],
        phone=phone,
        user=user,
        text=storable(message.body or ""),
        form="other" if wordless else "text",
        media=((f"{API_ORIGIN}/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media.json", ""),)
        if has_media
        else (),
    )


def _refusal(status: int, code: int | None, wait: float | None) -> SendFailed:
    unclear = status in HTTP_UNCLEAR
    if code is None or code == status:
        return SendFailed(f"http_{status}", retry=status in HTTP_RETRY, unclear=unclear, wait=wait)
    retry = may_retry(code) if code in CLASSES else status in HTTP_RETRY
    return SendFailed(str(code), retry=retry, unclear=unclear and retry, wait=wait)


def _broken_call(problem: RequestException) -> SendFailed:
    if isinstance(problem, InvalidURL):
        return SendFailed("bad_api_base", retry=False)
    # Where no connection came about, no byte of the message has left.
    cause = problem.args[0] if problem.args else None
    refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    if refused or isinstance(problem, ConnectTimeout | SSLError):
        return SendFailed("no_connection", retry=True)
    return SendFailed("no_answer", retry=True, unclear=True)


def _matches(message: MessageInstance, wanted: SentSearch) -> bool:
    has_text = (message.body or "").strip() in {text.strip() for text in wanted.bodies}
    same = has_text and wanted.media in (None, _number(message.num_media))
    return same and str(message.direction) == "outbound-api" and _is_since(message, wanted.since)


def _is_since(message: MessageInstance, since: datetime) -> bool:
    made = message.date_created or message.date_sent
    return made is None or made.replace(tzinfo=made.tzinfo or UTC) >= since.replace(microsecond=0)


def _number(value: Any) -> int | None:
    return int(value) if value is not None and str(value).isdigit() else None


def _set(value: Any) -> Any:
    return values.unset if value is None else value
