"""The real web process, attacked by callers who send or read next to nothing while Twilio's messages come."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import parse_headers
from itertools import count
from typing import BinaryIO

import pytest
import requests
from twilio.request_validator import RequestValidator

from bot.settings import SIMULATED_ACCOUNT
from bot.timeouts import HEAD_SECONDS
from tests.e2e.server import Running, served_by, until
from webhooks.serving.worker import MAX_PER_ADDRESS

SLOW = 40
"""More than a web process has threads."""
IN_TIME = HEAD_SECONDS - 1
"""Seconds in which a message is answered on the busiest machine: before those who hold a thread are cut off."""
MESSAGE = "/webhooks/twilio/message"
BEGUN_HEADERS = f"POST {MESSAGE} HTTP/1.1\r\nHost: x\r\nX-A: "
UNSIGNED_BODY = f"POST {MESSAGE} HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nBody="
FORGED_BODY = UNSIGNED_BODY.replace("Host: x", "Host: x\r\nX-Twilio-Signature: AAAA")
"""A signature is there, and what it signs never comes."""
FORM_BODY = "POST /register/demo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nfull_name="
_numbers = count(1)


class Web:
    """One more web process beside the one that all tests share."""

    def __init__(self, running: Running, *options: str) -> None:
        self._options = served_by(running, "web", GUNICORN_CMD_ARGS=" ".join(options))
        self.port = int(self._options["env"]["PORT"])
        self._signed_for = running.settings

    @contextmanager
    def served(self) -> Iterator["Web"]:
        with subprocess.Popen(
            **self._options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                until(self.is_ready, "the web process answers")
                self.pid = process.pid
                yield self
            finally:
                os.killpg(process.pid, signal.SIGKILL)

    def is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def connect(self, sent: str) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connected.sendall(sent.encode())
        return connected

    def hear(self, seconds: float) -> requests.Response:
        """Twilio posts a message, and waits for the answer for so many seconds."""
        number = next(_numbers)
        form = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": SIMULATED_ACCOUNT,
            "From": f"whatsapp:+9170000{number:05d}",
            "To": self._signed_for.twilio_whatsapp_from[0],
            "Body": "hi",
            "NumMedia": "0",
        }
        validator = RequestValidator(self._signed_for.twilio_auth_token)
        origin = f"http://127.0.0.1:{self.port}"
        signature = validator.compute_signature(origin + MESSAGE, form)
        return requests.post(origin + MESSAGE, form, headers={"X-Twilio-Signature": signature}, timeout=seconds)


@pytest.fixture(scope="module")
def web(running: Running) -> Iterator[Web]:
    with Web(running).served() as made:
        yield made


@contextmanager
def attacked(web: Web, begun: str, number: int = SLOW) -> Iterator[list[socket.socket]]:
    """So many callers begin a request and send a byte now and then."""
    with ExitStack() as stack:
        yield [stack.enter_context(web.connect(begun)) for _ in range(number)]


def drip(callers: list[socket.socket]) -> None:
    for caller in callers:
        caller.send(b"x")


@pytest.mark.parametrize(
    "begun",
    [BEGUN_HEADERS, UNSIGNED_BODY, FORGED_BODY, FORM_BODY],
    ids=["headers", "unsigned body", "forged body", "body of a form"],
)
def test_messages_are_answered_while_slow_callers_drip(web: Web, begun: str) -> None:
    with attacked(web, begun) as callers:
        for _ in range(3):
            if begun != UNSIGNED_BODY:
                drip(callers)
            answer = web.hear(IN_TIME)
            assert (answer.status_code, "<Message>" in answer.text) == (200, True)


def test_without_the_guard_the_same_attack_stops_the_process(running: Running) -> None:
    with Web(running, "--worker-class", "gthread").served() as bare, attacked(bare, BEGUN_HEADERS) as callers:
        drip(callers)
        with pytest.raises(requests.Timeout):
            bare.hear(seconds=2)


def test_without_a_signature_the_refusal_comes_before_the_body(web: Web) -> None:
    with web.connect(UNSIGNED_BODY) as caller:
        assert caller.recv(1000).startswith(b"HTTP/1.1 403 ")


def test_drips_do_not_put_the_deadline_off(web: Web) -> None:
    with web.connect(BEGUN_HEADERS) as caller:
        caller.settimeout(0.5)
        begun, answer = time.monotonic(), b""
        while not answer and time.monotonic() < begun + HEAD_SECONDS + 60:
            caller.send(b"x")
            try:
                answer = caller.recv(1000)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begun >= HEAD_SECONDS - 1


def test_one_address_holds_so_many_and_no_more(web: Web) -> None:
    with attacked(web, BEGUN_HEADERS, MAX_PER_ADDRESS + 3) as callers:
        assert [caller.recv(1) for caller in callers[:3]] == [b"", b"", b""]
        for caller in callers[3:]:
            caller.setblocking(False)
            with pytest.raises(BlockingIOError):
                caller.recv(1)


def test_the_address_is_the_one_that_the_proxy_tells(web: Web) -> None:
    """One caller of a proxy's uses up what is theirs, and not what belongs to another."""

    def behind(address: str) -> str:
        return FORM_BODY.replace("Host: x", f"Host: x\r\nX-Forwarded-For: forged, {address}")

    with (
        web.connect(behind("198.51.100.1")) as other,
        attacked(web, behind("198.51.100.2"), MAX_PER_ADDRESS + 1) as many,
    ):
        assert many[0].recv(1) == b""
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_whoever_does_not_read_their_answer_holds_nobody_up(web: Web) -> None:
    page = requests.get(f"http://127.0.0.1:{web.port}/", timeout=60).text
    digest = page.partition("/assets/")[2].partition("/")[0]
    wanted = f"GET /assets/{digest}/lib/zxing_reader.wasm HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        callers = [stack.enter_context(socket.socket()) for _ in range(SLOW)]
        for deaf in callers:
            deaf.settimeout(60)
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", web.port))
            deaf.sendall(wanted.encode() * 20)  # together more than the kernel keeps for a connection
        for deaf in callers:
            assert deaf.recv(1, socket.MSG_PEEK)
        for _ in range(20):
            assert web.hear(IN_TIME).status_code == 200


def test_whoever_does_not_close_holds_nobody_up(web: Web) -> None:
    last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with attacked(web, last):
        assert web.hear(IN_TIME).status_code == 200


def test_requests_are_served_one_after_another_on_one_connection(web: Web) -> None:
    health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked = "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with web.connect(health + chunked + health[:20]) as caller, caller.makefile("rb") as answers:
        assert [_status(answers), _status(answers)] == ["200", "405"]
        caller.sendall(health[20:].encode())
        assert _status(answers) == "200"


def _status(answers: BinaryIO) -> str:
    """The status of the next answer, which is read to its end."""
    status = answers.readline().decode().split()[1]
    answers.read(int(parse_headers(answers)["Content-Length"]))
    return status


def test_who_waits_for_the_word_to_go_on_gets_it(web: Web) -> None:
    head = "POST /webhooks/twilio/status HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: AAAA\r\n"
    with web.connect(head + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n") as caller:
        assert caller.recv(1000).startswith(b"HTTP/1.1 100 ")
        caller.sendall(b"a=b")
        answer = b""
        while b"HTTP/1.1 403 " not in answer:
            answer += caller.recv(10_000)


def test_one_that_is_told_to_stop_sends_newcomers_away_and_ends_what_it_has_begun(running: Running) -> None:
    """Refused at once, a proxy asks the other process; taken and then reset, it could not know what was done."""
    health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with Web(running).served() as web, web.connect(health[:20]) as caller, caller.makefile("rb") as answers:
        assert web.hear(IN_TIME).status_code == 200
        os.kill(web.pid, signal.SIGTERM)
        until(lambda: _is_refused(web), "nobody is taken any more")
        caller.sendall(health[20:].encode())
        assert _status(answers) == "200"


def _is_refused(web: Web) -> bool:
    try:
        web.connect("").close()
    except ConnectionRefusedError:
        return True
    return False
