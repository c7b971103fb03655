"""Opens XLSX workbooks: archive, sheets, texts and formats; each part is bounded before it is read."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO

from bot.domain.imports import markup
from bot.domain.imports.unreadable import MAX_CELL_LENGTH, MAX_CELLS, MAX_FILE_BYTES, UnreadableFile

MAX_PART_BYTES = 8 << 20
"""Most bytes of the parts that describe the workbook; texts may have MAX_TEXT_BYTES, cells MAX_FILE_BYTES."""
MAX_TEXT_BYTES = 128 << 20
MAX_DIRECTORY_BYTES = 4 << 20
"""Most bytes of the archive's directory: 50,000 names."""
_END = struct.Struct("<4s4H2LH")
"""The end of an archive: its signature; the seventh field is the size of the directory."""
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""The built-in number formats that are dates or times (ECMA-376, 18.8.30)."""
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""The parts of a number format that stand for themselves, and colours and conditions."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """A sheet of a workbook."""

    name: str
    part: str
    """Where in the archive it is."""
    hidden: bool


@dataclass
class _Parts:
    """Elements of a small part, in their order."""

    found: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self.found.append((name, attributes))
        if len(self.found) > MAX_PART_BYTES >> 5:
            raise UnreadableFile("no_workbook")

    def end(self, name: str, text: str) -> None:
        pass


@dataclass
class SharedTexts:
    """Texts of which each may be made of runs with formats of their own."""

    found: list[str] = field(default_factory=list)
    _runs: list[str] = field(default_factory=list)
    _length: int = 0
    _aside: int = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """How a text is read aloud stands beside it."""
        self._aside += name == "rPh"

    def end(self, name: str, text: str) -> None:
        """Keep a text whose element `si` ends."""
        if name == "t" and not self._aside:
            self._runs.append(text)
            self._length += len(text)
            if self._length > 2 * MAX_CELL_LENGTH:
                raise UnreadableFile("text_too_long", most=MAX_CELL_LENGTH)
        elif name == "rPh":
            self._aside -= 1
        elif name == "si":
            self.found.append(unescaped("".join(self._runs)))
            self._runs.clear()
            self._length = 0
            if len(self.found) > MAX_CELLS // 2:
                raise UnreadableFile("too_many_cells", most=MAX_CELLS // 2)


class SpreadsheetFile:
    """A workbook that is open. Raises UnreadableFile `no_workbook`, `too_large` (`most`, in megabytes)."""

    def __init__(self, file: IO[bytes]) -> None:
        _check_directory(file)
        with _unreadable():
            self._archive = zipfile.ZipFile(file)
            whole = next((part for kind, part in self._related("").values() if kind == "officeDocument"), "")
            related = self._related(whole)
            self._kinds = dict(related.values())
            about = self._elements(whole)
            sheets = [attributes for name, attributes in about if name == "sheet"]
            self.since_1904 = any(tag.get("date1904") in ("1", "true") for name, tag in about if name == "workbookPr")
            self.sheets = [
                WorkbookSheet(tag.get("name", ""), related[found][1], tag.get("state", "visible") != "visible")
                for tag in sheets
                for attribute, found in tag.items()
                if attribute.endswith(":id") and related[found][0] == "worksheet"
            ]

    @cached_property
    def texts(self) -> list[str]:
        """The shared texts, which cells name by number."""
        texts = SharedTexts()
        if "sharedStrings" in self._kinds:
            with self.part(self._kinds["sharedStrings"], MAX_TEXT_BYTES) as part:
                markup.read_all(part, texts)
        return texts.found

    @cached_property
    def dates(self) -> list[bool]:
        """Whether numbers are shown as dates, by the number of their cells' format."""
        if "styles" not in self._kinds:
            return []
        formats, found, within = dict[str, bool](), list[bool](), ""
        for name, attributes in self._elements(self._kinds["styles"]):
            if name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                within = name
            elif name == "numFmt":
                formats[attributes.get("numFmtId", "")] = _is_date(attributes.get("formatCode", ""))
            elif name == "xf" and within == "cellXfs":
                number = attributes.get("numFmtId", "0")
                found.append(formats.get(number, number.isdecimal() and int(number) in _DATES))
        return found

    @contextmanager
    def part(self, name: str, max_bytes: int = 0) -> Iterator[IO[bytes]]:
        """A part of the archive, opened.

        Raises UnreadableFile `too_large` for more than `max_bytes` (0: MAX_FILE_BYTES) when unpacked.
        """
        max_bytes = max_bytes or MAX_FILE_BYTES
        with _unreadable():
            if self._archive.getinfo(name).file_size > max_bytes:
                raise UnreadableFile("too_large", most=max_bytes >> 20)
            with self._archive.open(name) as part:
                yield part

    def _elements(self, name: str) -> list[tuple[str, Mapping[str, str]]]:
        parts = _Parts()
        with self.part(name, MAX_PART_BYTES) as part:
            markup.read_all(part, parts)
        return parts.found

    def _related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part names, by id: their kind and path."""
        folder, _, own = name.rpartition("/")
        base = f"{folder}/" if folder else ""
        found = self._elements(f"{base}_rels/{own}.rels")
        return {
            attributes["Id"]: (attributes["Type"].rpartition("/")[2], _within(base, attributes["Target"]))
            for name, attributes in found
            if name == "Relationship"
        }


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _within(base: str, target: str) -> str:
    """The path in the archive of a part that is named relative to a folder."""
    parts = list[str]()
    for segment in (target if target.startswith("/") else base + target).split("/"):
        if segment == "..":
            parts = parts[:-1]
        elif segment not in ("", "."):
            parts.append(segment)
    return "/".join(parts)


def _is_date(code: str) -> bool:
    return bool(re.search("[dmyhs]", _NOT_SHOWN.sub("", code.partition(";")[0]), re.IGNORECASE))


def _check_directory(file: IO[bytes]) -> None:
    """What is in the archive would be listed in memory as a whole."""
    size = file.seek(0, 2)
    file.seek(max(size - _END.size - 0xFFFF, 0))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size or b"PK\x06\x07" in tail[max(place - 20, 0) : place]:
        raise UnreadableFile("no_workbook")
    if _END.unpack_from(tail, place)[5] > MAX_DIRECTORY_BYTES:
        raise UnreadableFile("no_workbook")


@contextmanager
def _unreadable() -> Iterator[None]:
    """Whatever is wrong with an archive, it is no workbook that can be read."""
    try:
        yield
    except (LookupError, ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        raise UnreadableFile("no_workbook") from None
