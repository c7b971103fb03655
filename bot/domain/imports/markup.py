"""Reads XML bit by bit in bounded memory, and refuses what no spreadsheet writes."""

from collections.abc import Iterator, Mapping
from typing import IO, Protocol
from xml.parsers import expat

from bot.domain.imports.unreadable import CHUNK_BYTES, MAX_CELL_LENGTH, UnreadableFile

MAX_TOKEN_BYTES = 1 << 20
"""Bytes of one tag or comment: the parser holds it as a whole."""
MAX_DEPTH = 64
"""Elements within each other."""
MAX_DISTINCT_NAMES = 2_000
"""Different names of elements and attributes: the parser keeps each."""


class Listener(Protocol):
    """Is told of the elements of a document, by their names without a prefix."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str, text: str) -> None:
        """Called at the end of an element, with its text if it has no elements inside."""


class _Bounds:
    """Stands between the parser and its listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._local: dict[str, str] = {}
        self._attributes = set[str]()
        self._depth = 0
        self._text, self._length = list[str](), 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if not attributes.keys() <= self._attributes:
            self._attributes |= attributes.keys()
        if name not in self._local:
            self._local[name] = name.rpartition(":")[2]
        if self._depth > MAX_DEPTH or len(self._local) + len(self._attributes) > MAX_DISTINCT_NAMES:
            raise UnreadableFile("no_workbook")
        self._text, self._length = [], 0
        self._listener.begin(self._local[name], attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._listener.end(self._local[name], "".join(self._text))
        self._text, self._length = [], 0

    def text(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)
        if self._length > MAX_CELL_LENGTH * 2:  # an escaped character is seven
            raise UnreadableFile("text_too_long", most=MAX_CELL_LENGTH)


def read(part: IO[bytes], listener: Listener) -> Iterator[None]:
    """Tell the listener of a document, piece by piece as often as the caller goes on. Raises UnreadableFile."""
    bounds = _Bounds(listener)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = bounds.begin, bounds.end
    parser.CharacterDataHandler = bounds.text
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    try:
        while chunk := part.read(CHUNK_BYTES):
            parser.Parse(chunk)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                raise UnreadableFile("no_workbook")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise UnreadableFile("no_workbook") from None
    yield


def read_all(part: IO[bytes], listener: Listener) -> None:
    """Read the whole part at once."""
    for _ in read(part, listener):
        pass


def _no_doctype(*_: object) -> None:
    """Entities are declared there, and no spreadsheet writes any."""
    raise UnreadableFile("no_workbook")
