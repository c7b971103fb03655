"""How much of one HTTP request has come: it is looked at only for its end. gunicorn's own parser reads it afterwards.

Whatever cannot be understood here counts as come: the parser then refuses it in its own words. It gets these bytes
and nothing more, so a mistake here can shorten a request and never wait for one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_HEAD_BYTES = 64 * 1024
"""Of the request line and all headers together: browsers send 2 KB, proxies allow 8 to 32."""
HEAD_END = b"\r\n\r\n"
_TARGET = re.compile(rb"[^ \r\n]+ ([^ \r\n]+)")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
MAX_SIZE_LINE_BYTES = 8 * 1024
"""Of the line that says how long a chunk is."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the end of a request depends on, from its headers; names as HTTP has them, in any case."""

    target: str
    """The path and query as they were sent; empty where there is no request line."""
    headers: bytes = field(repr=False)

    def value(self, name: str) -> str | None:
        """The last header of this name; None: there is none."""
        lines = re.findall(
            rb"\r\n" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*([^\r\n]*)", self.headers, re.IGNORECASE
        )
        return lines[-1].decode("latin-1").strip() if lines else None


BodyLimit = Callable[[Head], int]
"""How many bytes of the body of such a request are worth waiting for."""


@dataclass(slots=True)
class RequestBytes:
    """One request on its way."""

    body_limit: BodyLimit = field(repr=False)
    data: bytearray = field(default_factory=bytearray, repr=False)
    head: Head | None = None
    """None until all headers have come."""
    whole: bool = False
    """All of it has come."""
    unwanted: bool = False
    """The rest is not waited for: the application answers without the body, and the connection is closed."""
    _body_at: int = 0
    _chunk_at: int = 0
    """Where the next chunk's size stands."""

    @property
    def too_long(self) -> bool:
        """Whether its headers are longer than any that we take."""
        return self.head is None and len(self.data) > MAX_HEAD_BYTES

    @property
    def come(self) -> bool:
        """Whether it can be given to a thread."""
        return self.whole or self.unwanted

    @property
    def expects_continue(self) -> bool:
        """Whether the caller sends the body only when told to (`Expect: 100-continue`)."""
        return self.head is not None and (self.head.value("Expect") or "").lower() == "100-continue"

    def add(self, more: bytes) -> None:
        """Take what has come."""
        searched = max(0, len(self.data) - len(HEAD_END))
        self.data += more
        if self.head is None:
            self._find_head(searched)
        if self.head is not None and not self.come:
            self._find_end(self.head)

    def _find_head(self, searched: int) -> None:
        end = self.data.find(HEAD_END, searched)
        if end < 0:
            return
        head = bytes(self.data[:end])
        target = _TARGET.match(head)
        self.head = Head(target[1].decode("latin-1") if target else "", head[head.find(b"\r\n") :])
        self._body_at = self._chunk_at = end + len(HEAD_END)

    def _find_end(self, head: Head) -> None:
        limit, held = self.body_limit(head), len(self.data) - self._body_at
        if head.value("Transfer-Encoding") is not None:
            self.whole = self._last_chunk_is_here()
            self.unwanted = not self.whole and held > limit
            return
        length = head.value("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            self.unwanted = True
            return
        self.whole = held >= int(length)
        self.unwanted = not self.whole and int(length) > limit

    def _last_chunk_is_here(self) -> bool:
        """Whether the chunks have come to their end; also where they are none, which the parser refuses."""
        while True:
            size = _CHUNK_SIZE.match(self.data, self._chunk_at)
            if size is None:
                rest = self.data[self._chunk_at : self._chunk_at + MAX_SIZE_LINE_BYTES + 1]
                return b"\r\n" in rest or len(rest) > MAX_SIZE_LINE_BYTES
            if int(size[1], 16) == 0:
                # The last chunk's own line end is the first of the trailers', of which there may be none.
                return self.data.find(HEAD_END, size.end() - 2) >= 0
            following = size.end() + int(size[1], 16) + len(b"\r\n")
            if following > len(self.data):
                return False
            self._chunk_at = following
