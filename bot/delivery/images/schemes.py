"""The colours of what is drawn for an event: a palette with its own colour and those of its pictures."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from bot.delivery.images.canvas import BODY, BROAD, MAX_COLOURS, NARROW, PAPER, Inlay, Palette, palette
from bot.domain.events import colours
from bot.domain.events.identity import Identity, Picture


@dataclass(frozen=True, slots=True)
class Scheme:
    """A palette, and the pictures as places in it; None: the event has no such picture."""

    palette: Palette
    header: Image.Image | None
    logo: Image.Image | None


def scheme(identity: Identity, header_size: tuple[int, int], logo_box: tuple[int, int]) -> Scheme:
    """The colours of an event, and its pictures in these sizes: the header cut to it, the logo as large as fits."""
    resample = Image.Resampling.LANCZOS
    header = ImageOps.fit(opened(identity.header), header_size, resample) if identity.header else None
    logo = contained(opened(identity.logo), logo_box) if identity.logo else None
    both = [picture for picture in (header, logo) if picture]
    ground, ink = colours.rgb(identity.colour), colours.rgb(identity.ink)
    if not both:
        return Scheme(palette(ground, ink), None, None)
    placed, more = _in_few_colours(both)
    return Scheme(palette(ground, ink, more), placed[0] if header else None, placed[-1] if logo else None)


def _in_few_colours(pictures: list[Image.Image]) -> tuple[list[Image.Image], bytes]:
    """The pictures as places behind the ramps of one palette, and its further colours."""
    sheet = Image.new("RGB", (max(one.width for one in pictures), sum(one.height for one in pictures)), "white")
    boxes, top = [], 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        boxes.append((0, top, picture.width, top + picture.height))
        top += picture.height
    first = MAX_COLOURS[NARROW]
    few = sheet.quantize(MAX_COLOURS[BROAD] - first, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    # As plain numbers: two palettes would be brought together by their colours.
    places = Image.frombytes("L", few.size, few.tobytes()).point([min(place + first, 255) for place in range(256)])
    return [places.crop(box) for box in boxes], bytes(few.getpalette() or ())[: 3 * (MAX_COLOURS[BROAD] - first)]


def plate(logo: Image.Image, at: tuple[int, int], edge: int) -> list[Inlay]:
    """A logo on white, for which it is made, with so much of it around."""
    size = (logo.width + 2 * edge, logo.height + 2 * edge)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=edge, fill=255)
    # A place in the palette cannot be half of two.
    hard = mask.point([0] * 128 + [255] * 128)
    return [Inlay(Image.new("L", size, BODY[PAPER]), at, hard), Inlay(logo, (at[0] + edge, at[1] + edge))]


def opened(picture: Picture) -> Image.Image:
    """A picture as it is on paper."""
    drawn = Image.open(io.BytesIO(picture.data)).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", drawn.size, colours.WHITE), drawn).convert("RGB")


def contained(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    """A picture as large as fits."""
    return ImageOps.contain(picture, box, Image.Resampling.LANCZOS)
