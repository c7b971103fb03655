"""Draws an event's poster: a large QR code that opens WhatsApp with the event's word, and below it the web address.

In dots of 300 to the inch and in grey values, as the sheet of passes (bot.delivery.images.print_sheet); of an event
with colour or pictures of its own the head is in colour. All measures are those of A4; A3 has the same proportions
and is drawn as much larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import IO

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from bot.delivery.images import print_sheet, qr
from bot.delivery.images.canvas import BODY, GREY, HEAD, INK, PAPER, Inlay
from bot.delivery.images.pdf import Pdf
from bot.delivery.images.schemes import Scheme, plate, scheme
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, balanced, fitted, width, wrapped, write
from bot.domain.events.identity import PLAIN, Identity
from bot.errors import Refused


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper."""

    dots: tuple[int, int]
    """Width and height, 300 dots to the inch."""
    points: tuple[float, float]
    """Both in a PDF's units, 72 to the inch."""


PAPERS = {
    "a4": Paper(print_sheet.A4, print_sheet.POINTS),
    "a3": Paper((3508, 4961), (841.89, 1190.55)),
}
"""210 by 297 mm and 297 by 420 mm (ISO 216)."""
MARGIN = 190
QR_SIDE, QR_SIDE_AMONG_MANY = 1440, 1240
"""Dots of the QR symbol's side at most, with the quiet zone; the second where many languages need the room. The symbol
itself has 8 cm or more, whatever the length of the link, so that it is read from two steps away."""
LOGO = (1400, 300)
"""Width and height that a logo has at most."""
MAX_LOGO_PIXELS = 25_000_000
"""A file can claim to be larger than any memory."""
LOGO_FORMATS = ("PNG", "JPEG")
NAME_STEPS = ((150, 1), (126, 2), (104, 2), (88, 3))
OTHER_NAME_STEPS = ((66, 2), (56, 2), (48, 3), (40, 4))
FACT_STEPS = ((60, 2), (50, 2), (42, 3))
ADDRESS_STEPS = ((72, 1), (60, 1), (50, 2), (42, 3))
BLOCK_SIZES = (60, 54, 48, 42, 38, 34, 30, 27)
"""Sizes of the words of each language, the preferred first."""
ONE_COLUMN, TWO_COLUMNS = 3, 6
"""Languages up to which they stand below each other, and side by side in two columns; more in three."""
HEADER_RATIO = 6
"""How many times as wide as high the event's header is here."""
GAP = 70
"""Dots between columns."""


@dataclass(frozen=True, slots=True)
class PosterText:
    """What the poster says in one language."""

    heading: str
    told: str


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster shows. Texts are in their languages already."""

    names: tuple[str, ...]
    """The event's name in each of its languages, each once; the first is the largest."""
    facts: tuple[str, ...]
    """Days and place, a line each."""
    link: str
    """What the QR code says."""
    texts: tuple[PosterText, ...]
    """In each of the event's languages."""
    addresses: tuple[str, ...]
    """What can be typed in place of a scan: the web address, and whom to write to."""
    logo: Image.Image | None = None
    """Brought for this poster alone, in grey; in place of the event's own."""
    identity: Identity = PLAIN


def write_pdf(out: IO[bytes], poster: Poster, paper: str) -> None:
    """One page of this paper (a key of PAPERS) as a PDF. Raises OSError as the file does."""
    size = PAPERS[paper]
    with Pdf(out, *size.points) as pages:
        pages.add(*page(poster, size))


def read_logo(file: IO[bytes]) -> Image.Image:
    """A PNG or JPEG as it is printed: grey, on white. Raises Refused `bad_logo`."""
    try:
        opened = Image.open(file, formats=LOGO_FORMATS)
        if opened.width * opened.height > MAX_LOGO_PIXELS:
            raise Refused("bad_logo")
        drawn = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused("bad_logo") from None
    ground = Image.new("RGBA", drawn.size, "white")
    return Image.alpha_composite(ground, drawn).convert("L")


def page(poster: Poster, paper: Paper) -> tuple[Image.Image, bytes]:
    """The page in grey values, and no colours; or in places of a palette, and its colours."""
    return laid_out(poster, paper).coloured()


def laid_out(poster: Poster, paper: Paper) -> "_Page":
    """The page with the event's pictures; where many words need the room without its header, or without both."""
    whole = poster.identity
    for look in (whole, replace(whole, header=None), replace(whole, header=None, logo=None)):
        drawn = _Page(paper, look)
        drawn.write(replace(poster, identity=look))
        if drawn.fits:
            break
    return drawn


class _Page:
    """A page that is written on from the top."""

    def __init__(self, paper: Paper, look: Identity) -> None:
        self.image = Image.new("L", paper.dots, PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.scale = paper.dots[0] / print_sheet.A4[0]
        self.margin = self.of(MARGIN)
        self.room = paper.dots[0] - 2 * self.margin
        self.top, self.bottom = self.margin, paper.dots[1] - self.margin
        self.head, self.inlays = 0, list[Inlay]()
        self.scheme: Scheme | None = None
        if look != PLAIN:
            header = (paper.dots[0], paper.dots[0] // HEADER_RATIO)
            self.scheme = scheme(look, header, (self.of(LOGO[0]), self.of(LOGO[1])))

    def of(self, dots: float) -> int:
        """A measure of A4 on this paper."""
        return round(dots * self.scale)

    def write(self, poster: Poster) -> None:
        """Draw all of it."""
        if self.scheme:
            self._pictures(self.scheme, poster)
        self._logo(poster.logo)
        self._centred(poster.names[0], NAME_STEPS, BOLD)
        self._centred(" · ".join(poster.names[1:]), OTHER_NAME_STEPS, BOLD)
        self.top += self.of(10)
        for fact in poster.facts:
            self._centred(fact, FACT_STEPS)
        if self.scheme:
            self.top += self.of(50)
            self.head = self.top
        self._symbol(poster.link, QR_SIDE if len(poster.texts) <= TWO_COLUMNS else QR_SIDE_AMONG_MANY)
        self._addresses(poster.addresses)
        self._texts(poster.texts)

    @property
    def fits(self) -> bool:
        """Whether all words stand above the address."""
        return self.top <= self.bottom

    def coloured(self) -> tuple[Image.Image, bytes]:
        """What was drawn: the head on its colour, and the rest black on white."""
        if self.scheme is None:
            return self.image, b""
        width, height = self.image.size
        head, body = (0, 0, width, self.head), (0, self.head, width, height)
        whole = Image.new("L", self.image.size)
        for box, ramp in ((head, HEAD), (body, BODY)):
            whole.paste(self.image.crop(box).point(list(ramp)), box[:2])
        for inlay in self.inlays:
            whole.paste(inlay.pixels, inlay.at, inlay.mask)
        return whole, self.scheme.palette.colours

    def _pictures(self, used: Scheme, poster: Poster) -> None:
        """The event's header over the whole width, and its logo."""
        self.top = self.of(90)
        if used.header:
            self.inlays.append(Inlay(used.header, (0, 0)))
            self.top = used.header.height + self.of(70)
        if used.logo and poster.logo is None:
            self._plate(used.logo)

    def _logo(self, logo: Image.Image | None) -> None:
        if logo is None:
            return
        fitting = ImageOps.contain(logo, (self.of(LOGO[0]), self.of(LOGO[1])))
        if self.scheme:
            self._plate(fitting.point(list(BODY)))
            return
        self.image.paste(fitting, ((self.image.width - fitting.width) // 2, self.top))
        self.top += fitting.height + self.of(60)

    def _plate(self, logo: Image.Image) -> None:
        """A logo, in places of the palette, on white."""
        edge = self.of(30)
        self.inlays += plate(logo, ((self.image.width - logo.width) // 2 - edge, self.top), edge)
        self.top += logo.height + 2 * edge + self.of(40)

    def _steps(self, steps: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple((self.of(size), most) for size, most in steps)

    def _centred(self, text: str, steps: Sequence[tuple[int, int]], weight: int = REGULAR) -> None:
        if not text:
            return
        style, lines = fitted(text, self.room, self._steps(steps), weight)
        for line in balanced(" ".join(lines), self.room, style):
            self._middle(line, style, self.top)
            self.top += round(style.size * 1.3)

    def _middle(self, line: str, style: Style, top: int, ink: int = INK) -> None:
        at = ((self.image.width - width(line, style)) / 2, top + style.size)
        write(self.draw, at, line, style, ink)

    def _symbol(self, link: str, most: int) -> None:
        symbol = qr.symbol(link, qr.POSTER_LEVEL)
        side = self.of(most) // symbol.width * symbol.width
        place = ((self.image.width - side) // 2, self.top)
        self.image.paste(symbol.resize((side, side), Image.Resampling.NEAREST), place)
        self.top += side

    def _addresses(self, addresses: Sequence[str]) -> None:
        """At the foot, the first the largest, above a line."""
        for place, address in reversed(list(enumerate(addresses))):
            steps = ADDRESS_STEPS if place == 0 else FACT_STEPS
            style, lines = fitted(address, self.room, self._steps(steps), BOLD if place == 0 else REGULAR)
            for line in reversed(lines):
                self.bottom -= round(style.size * 1.3)
                self._middle(line, style, self.bottom)
        self.bottom -= self.of(40)
        self.draw.line((self.margin, self.bottom, self.margin + self.room, self.bottom), fill=GREY, width=self.of(3))
        self.bottom -= self.of(30)

    def _texts(self, texts: Sequence[PosterText]) -> None:
        """What to do, in each language: side by side where there are many, in the largest letters that fit."""
        columns = 1 if len(texts) <= ONE_COLUMN else 2 if len(texts) <= TWO_COLUMNS else 3
        room = (self.room - (columns - 1) * self.of(GAP)) // columns
        for size in map(self.of, BLOCK_SIZES):
            rows = [_blocks(texts[at : at + columns], room, size) for at in range(0, len(texts), columns)]
            if self.top + sum(height for height, _ in rows) <= self.bottom:
                break
        spare = max(self.bottom - self.top - sum(height for height, _ in rows), 0) // (len(rows) + 1)
        for height, blocks in rows:
            self.top += spare
            for column, lines in enumerate(blocks):
                self._block(lines, self.margin + column * (room + self.of(GAP)), room)
            self.top += height

    def _block(self, lines: Sequence[tuple[str, Style]], left: int, room: int) -> None:
        top = self.top
        for line, style in lines:
            write(self.draw, (left + (room - width(line, style)) / 2, top + style.size), line, style, INK)
            top += round(style.size * 1.3)


def _blocks(texts: Sequence[PosterText], room: int, size: int) -> tuple[int, list[list[tuple[str, Style]]]]:
    """The lines of texts that stand side by side, and how high the highest is."""
    heading, plain = Style(round(size * 1.15), BOLD), Style(size)
    blocks = [
        [
            (line, style)
            for said, style in ((text.heading, heading), (text.told, plain))
            for line in _lines(said, style, room)
        ]
        for text in texts
    ]
    return max(sum(round(style.size * 1.3) for _, style in lines) for lines in blocks), blocks


def _lines(text: str, style: Style, room: int) -> Sequence[str]:
    lines = wrapped(text, room, style)
    return balanced(text, room, style) if len(lines) > 1 else lines
