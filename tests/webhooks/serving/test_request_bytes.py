"""When a request has come whole, however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks import twilio
from webhooks.serving.body_limits import MAX_UPLOAD_BYTES, body_limit
from webhooks.serving.request_bytes import MAX_HEAD_BYTES, RequestBytes
from webhooks.simulator.store import media

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FORM = b"POST /register/demo HTTP/1.1\r\nhost: x\r\ncontent-length: 7\r\n\r\na=b&c=d"
LAST_LENGTH = b"POST / HTTP/1.1\r\nContent-Length:3\r\nCookie: content-length: 9\r\n\r\nabc"
CHUNKS = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na\r\n\r\n\r\nA;x=y\r\n0\r\n\r\n56789\r\n0\r\n\r\n"
TRAILERS = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nDigest: z\r\n\r\n"
UNSIGNED = b"POST /webhooks/twilio/message HTTP/1.1\r\nContent-Length: 500\r\n\r\n"
SIGNED = UNSIGNED[:-2] + b"X-Twilio-Signature: 0\r\n\r\n"


def came(*pieces: bytes) -> RequestBytes:
    request = RequestBytes(body_limit)
    for piece in pieces:
        request.add(piece)
    return request


@pytest.mark.parametrize("whole", [GET, FORM, LAST_LENGTH, CHUNKS, TRAILERS])
@given(data=st.data())
def test_it_is_whole_with_its_last_byte_and_not_before(whole: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)))
    request = RequestBytes(body_limit)
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        assert not request.come
        request.add(whole[start:end])
    assert request.whole
    assert bytes(request.data) == whole


def test_what_follows_is_kept_for_the_next_request() -> None:
    request = came(FORM + GET)
    assert request.whole
    assert bytes(request.data) == FORM + GET


def test_a_door_that_wants_a_signature_is_asked_before_the_body_has_come() -> None:
    assert came(UNSIGNED).unwanted
    assert not came(SIGNED).come
    assert came(SIGNED, b"x" * 500).whole


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/register/demo", 1_000_000),
        ("/webhooks/twilio/message", twilio.MAX_BODY_BYTES),
        ("/simulator/media", 16 * 10**6),
    ],
)
def test_a_body_that_its_door_refuses_is_not_waited_for(path: str, limit: int) -> None:
    head = f"POST {path} HTTP/1.1\r\nX-Twilio-Signature: 0\r\nContent-Length: {{}}\r\n\r\n"
    assert not came(head.format(limit).encode()).come
    assert came(head.format(limit + 1).encode()).unwanted
    endless = head.replace("Content-Length: {}", "Transfer-Encoding: chunked").encode()
    assert not came(endless, b"fffff0\r\n", b"x" * 1000).come
    assert came(endless, b"fffff0\r\n", b"x" * limit).unwanted


def test_the_simulators_bound_is_its_own() -> None:
    assert MAX_UPLOAD_BYTES == media.MAX_BYTES


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nwords\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 9000,
    ],
)
def test_what_cannot_be_understood_is_left_to_the_parser_at_once(nonsense: bytes) -> None:
    assert came(nonsense).come


def test_headers_have_an_end() -> None:
    assert not came(b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000).too_long
    assert came(b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES).too_long


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_nothing_that_anybody_sends_breaks_it(pieces: list[bytes]) -> None:
    came(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", *pieces)
    assert bytes(came(*pieces).data) == b"".join(pieces)
