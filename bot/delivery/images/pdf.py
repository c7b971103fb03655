"""Writes a PDF of pictures page by page, so that a thousand pages need no more memory than one.

Of the format (ISO 32000-1) it needs: objects and their offsets (7.3, 7.5), pages (7.7.3), and an image whose data
are a PNG's own, packed and predicted as PNG does it (7.4.4.4). Why no library does it:
docs/adr/0029-a-pdf-of-pictures.md.
"""

import io
import struct
from types import TracebackType
from typing import IO, Self

from PIL import Image

SHADES = 16
"""Shades of grey: four bits a pixel."""
_TO_SHADES = [value * (SHADES - 1) // 255 for value in range(256)]
_GREYS = [part for shade in range(SHADES) for part in (shade * 17,) * 3]
CATALOG, PAGES = 1, 2
"""The numbers of the two objects that are written last."""


class Pdf:
    """A PDF that is being written; it is whole when the block ends. Raises OSError as the file does."""

    def __init__(self, out: IO[bytes], width: float, height: float) -> None:
        """Pages are `width` by `height` points, 72 to the inch."""
        self._out, self._size = out, (width, height)
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []

    def __enter__(self) -> Self:
        self._out.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._finish()

    def add(self, picture: Image.Image, colours: bytes = b"") -> None:
        """A page that is all of a picture: of grey values, or of places in `colours`, red, green and blue of each.

        The picture is of mode `L` either way.
        """
        width, height = self._size
        first = PAGES + 1 + 3 * len(self._pages)
        bits = 8 if colours else 4
        packing = f"/Predictor 15 /Colors 1 /BitsPerComponent {bits} /Columns {picture.width}"
        shades = f"[/Indexed /DeviceRGB {len(colours) // 3 - 1} <{colours.hex()}>]" if colours else "/DeviceGray"
        shape = f"/Width {picture.width} /Height {picture.height} /ColorSpace {shades} /BitsPerComponent {bits}"
        kind = "/Type /XObject /Subtype /Image"
        data = _packed(picture) if colours else _packed(_in_shades(picture), bits=4)
        self._stream(first, f"{kind} {shape} /Filter /FlateDecode /DecodeParms << {packing} >>", data)
        self._stream(first + 1, "", f"{width:g} 0 0 {height:g} 0 0 cm /I Do".encode())
        uses = f"/Resources << /XObject << /I {first} 0 R >> >> /Contents {first + 1} 0 R"
        box = f"/MediaBox [0 0 {width:g} {height:g}]"
        self._object(first + 2, f"<< /Type /Page /Parent {PAGES} 0 R {box} {uses} >>".encode())
        self._pages.append(first + 2)

    def _stream(self, number: int, about: str, data: bytes) -> None:
        self._object(number, f"<< {about} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    def _finish(self) -> None:
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(PAGES, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode())
        self._object(CATALOG, f"<< /Type /Catalog /Pages {PAGES} 0 R >>".encode())
        start, count = self._out.tell(), len(self._offsets) + 1
        self._out.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        self._out.writelines(b"%010d 00000 n \n" % self._offsets[number] for number in range(1, count))
        self._out.write(b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, CATALOG, start))


def _in_shades(picture: Image.Image) -> Image.Image:
    shades = picture.point(_TO_SHADES)
    shades.putpalette(_GREYS)
    return shades


def _packed(picture: Image.Image, **bits: int) -> bytes:
    """The pixels as a PNG keeps them."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=6, **bits)
    png, place, data = file.getvalue(), 8, b""
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        data += png[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    return data
