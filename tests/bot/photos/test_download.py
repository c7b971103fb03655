"""From where a photo is fetched, with what, and how much of it: against a server of the test's own."""

import json
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.delivery.twilio import media
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.media import TwilioMedia
from bot.photos import download
from bot.photos.decode_qr import UnreadableImage
from bot.photos.download import MAX_BYTES, MediaDownloader
from bot.settings import Settings

ACCOUNT, TOKEN = "AC77", "the token"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
MEDIUM = TwilioMedia("MM1", "ME1")
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Origin:
    """A server whose answers the test says, and what it was asked."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Authorization of each request."""
    url: str = ""


def serve(origin: Origin) -> ThreadingHTTPServer:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            origin.asked.append((self.path, self.headers.get("Authorization", "")))
            answer = origin.answers.pop(0) if len(origin.answers) > 1 else origin.answers[0]
            answer(self)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    origin.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


@pytest.fixture
def twilio_origin() -> Iterator[Origin]:
    origin = Origin()
    server = serve(origin)
    yield origin
    server.shutdown()
    server.server_close()


@pytest.fixture
def foreign_origin() -> Iterator[Origin]:
    """Somebody else's server."""
    origin = Origin([body(b"not yours")])
    server = serve(origin)
    yield origin
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PHOTO_RETRY_DELAY_SECONDS", 0.0)


def settings(api_base: str) -> Settings:
    return Settings(
        twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_whatsapp_from=("whatsapp:+14155238886",),
        secret_key="x" * 20, public_url="https://localhost", twilio_api_base=api_base,
    )  # fmt: skip


def of(base: str) -> MediaDownloader:
    return MediaDownloader(settings(base), TwilioHttp(base))


def body(data: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(door: BaseHTTPRequestHandler) -> None:
        door.send_response(status)
        for name, value in headers.items():
            door.send_header(name.replace("_", "-"), value)
        door.send_header("Content-Length", str(len(data)))
        door.end_headers()
        door.wfile.write(data)

    return answer


def redirect(to: str) -> Answer:
    return body(b"", 307, Location=to)


def drops(door: BaseHTTPRequestHandler) -> None:
    door.close_connection = True
    door.connection.shutdown(socket.SHUT_RDWR)


def trickles(door: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    door.send_response(200)
    door.end_headers()
    try:
        while True:
            door.wfile.write(b"x")
            time.sleep(0.02)
    except OSError:
        return


def endless(door: BaseHTTPRequestHandler) -> None:
    """More than anybody wants, without saying how much."""
    door.send_response(200)
    door.end_headers()
    try:
        for _ in range(200):
            door.wfile.write(bytes(1024 * 1024))
    except OSError:
        return


def outcome(base: str) -> bytes | str:
    try:
        return of(base).bytes_of(MEDIUM)
    except UnreadableImage as no:
        return no.code


def test_it_is_fetched_with_our_credentials_from_the_api(twilio_origin: Origin) -> None:
    twilio_origin.answers = [body(b"the picture")]
    assert outcome(twilio_origin.url) == b"the picture"
    assert twilio_origin.asked == [(PATH, "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode())]


def test_a_redirect_within_twilio_is_followed_without_credentials(twilio_origin: Origin) -> None:
    twilio_origin.answers = [redirect("/store/1?signed=yes"), body(b"the picture")]
    assert outcome(twilio_origin.url) == b"the picture"
    assert twilio_origin.asked[1] == ("/store/1?signed=yes", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1.nip.io"])
def test_a_redirect_to_anybody_else_is_not_followed(twilio_origin: Origin, foreign_origin: Origin, host: str) -> None:
    twilio_origin.answers = [redirect(foreign_origin.url.replace("127.0.0.1", host))]
    assert outcome(twilio_origin.url) == "not_fetched"
    assert foreign_origin.asked == []


def test_redirects_without_end_are_given_up(twilio_origin: Origin) -> None:
    twilio_origin.answers = [redirect("/again")]
    assert outcome(twilio_origin.url) == "not_fetched"
    assert len(twilio_origin.asked) == 3


@pytest.mark.parametrize(
    ("answers", "result", "asked"),
    [
        ([body(b"", 404)], "not_fetched", 2),
        ([body(b"", 404), body(b"now")], b"now", 2),
        ([body(b"", 401)], "not_fetched", 1),
        ([body(b"", 503), body(b"now")], b"now", 2),
        ([body(b"", 500)], "not_fetched", 2),
        ([drops, body(b"now")], b"now", 2),
        ([body(bytes(MAX_BYTES))], bytes(MAX_BYTES), 1),
        ([body(bytes(MAX_BYTES + 1))], "too_large", 1),
        ([endless], "too_large", 1),
    ],
    ids=["gone", "not yet", "401", "503 once", "500", "cut once", "5 MB", "5 MB and a byte", "endless"],
)
def test_what_twilio_may_answer(twilio_origin: Origin, answers: list[Answer], result: bytes | str, asked: int) -> None:
    twilio_origin.answers = answers
    assert outcome(twilio_origin.url) == result
    assert len(twilio_origin.asked) == asked


def test_who_sends_single_bytes_does_not_hold_us(twilio_origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PHOTO_DOWNLOAD_SECONDS", 0.3)
    twilio_origin.answers = [trickles]
    begun = time.monotonic()
    assert outcome(twilio_origin.url) == "not_fetched"
    assert time.monotonic() - begun < 5


LIST = PATH.removesuffix("/ME1") + ".json"


def test_media_of_a_message_that_twilio_only_listed_are_asked_for(twilio_origin: Origin) -> None:
    twilio_origin.answers = [
        body(json.dumps({"media_list": [{"sid": "ME1"}, {"sid": "ME2"}, {"sid": "../x"}]}).encode())
    ]
    assert of(twilio_origin.url).media(API + LIST, "MM1") == (
        TwilioMedia("MM1", "ME1", ""),
        TwilioMedia("MM1", "ME2", ""),
    )
    assert twilio_origin.asked[0][0] == LIST


@pytest.mark.parametrize("answer", [body(b"", 500), body(b"[1]"), body(b'{"media_list": [3]}'), body(b"<x/>"), drops])
def test_a_list_that_cannot_be_had_is_empty(twilio_origin: Origin, answer: Answer) -> None:
    twilio_origin.answers = [answer]
    assert of(twilio_origin.url).media(API + LIST, "MM1") == ()
    assert of(twilio_origin.url).media("https://evil.org" + LIST, "MM1") == ()


API = "https://api.twilio.com"


@pytest.mark.parametrize(
    "url",
    [API + PATH, "https://api.dublin.ie1.twilio.com" + PATH],
)
def test_twilios_own_addresses_are_known(url: str) -> None:
    found = of("").medium(url, "MM1")
    assert found is not None
    assert (found.message_sid, found.sid, url.startswith(f"https://{found.host}/")) == ("MM1", "ME1", True)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com" + PATH,
        "https://api.twilio.com.evil.org" + PATH,
        "https://api.twilio.com@evil.org" + PATH,
        "https://evil.org/api.twilio.com" + PATH,
        "https://apixtwilio.com" + PATH,
        "https://api.twilio.com:8443" + PATH,
        "https://169.254.169.254" + PATH,
        API + PATH.replace(ACCOUNT, "AC78"),
        API + PATH.replace("MM1", "MM2"),
        API + PATH + "/../../../../Calls",
        "https://[",
        "file:///etc/passwd",
        "",
    ],
)
def test_any_other_address_is_none(url: str) -> None:
    assert of("").medium(url, "MM1") is None


def test_where_another_api_is_set_its_addresses_count_too(twilio_origin: Origin) -> None:
    assert of(twilio_origin.url).medium(twilio_origin.url + PATH, "MM1") == TwilioMedia("MM1", "ME1", "")
    assert of(twilio_origin.url).medium("http://127.0.0.1:1" + PATH, "MM1") is None


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://mms.twiliocdn.com/AC77/abc?Expires=1", True),
        ("https://media.twiliocdn.com/AC77/abc", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC77/abc", True),
        ("https://s3-external-1.amazonaws.com/mine/AC77/abc", False),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/../mine", False),
        ("http://mms.twiliocdn.com/AC77/abc", False),
        ("https://twiliocdn.com.evil.org/AC77/abc", False),
        ("https://mms.twiliocdn.com@evil.org/", False),
        ("https://eviltwiliocdn.com/", False),
        ("https://[", False),
    ],
)
def test_where_a_redirect_may_lead(url: str, followed: bool) -> None:
    assert media.may_follow(url, settings("")) is followed
