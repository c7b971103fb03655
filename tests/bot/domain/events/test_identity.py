"""An event's colour and pictures: what is taken, what is refused, and what is kept of a file."""

import io
import random
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from bot.domain import events
from bot.domain.events import clone, colours, identity, pictures
from bot.domain.models import Event, EventPicture
from bot.errors import Refused
from tests.bot.domain.builders import DAY, NOW, refused
from tests.bot.domain.events.drawn import file, header, logo

PLACE = 0x8825
"""The tag under which a photo says where it was taken (Exif 2.3, GPS)."""


def made(db: Session, slug: str = "mela", **changes: Any) -> Event:
    return events.create(db, slug=slug, name="Mela", starts_on=DAY, ends_on=DAY + timedelta(3), now=NOW, **changes)


def test_words_can_be_read_on_every_colour_that_is_taken_and_on_the_one_proposed_for_another() -> None:
    chosen = random.Random(7)
    asked = [f"#{chosen.randrange(1 << 24):06x}" for _ in range(2000)]
    refusals = 0
    for colour in asked:
        try:
            kept = colours.checked(colour)
        except Refused as no:
            refusals += 1
            kept = str(no.params["nearest"])
        assert colours.contrast(colours.ink_on(kept), kept) >= 4.5
    assert 0 < refusals < len(asked) / 10


def test_a_colour_on_which_nothing_can_be_read_is_refused_with_one_like_it() -> None:
    with refused("colour_unreadable", colour="#7a7a7a", nearest="#767676"):
        colours.checked("#7A7A7A")
    assert colours.checked("0B6E4F") == "#0b6e4f"
    for none in ("green", "#fff", "#12345g", "#0b6e4f; }", "url(x)"):
        with refused("bad_colour"):
            colours.checked(none)


@pytest.mark.parametrize("grounds", [colours.LIGHT_GROUNDS, colours.DARK_GROUNDS], ids=["day", "night"])
def test_links_and_buttons_in_any_colour_can_be_read(grounds: tuple[str, ...]) -> None:
    chosen = random.Random(8)
    for _ in range(500):
        one = colours.accent(f"#{chosen.randrange(1 << 24):06x}", grounds)
        pairs = [(one.colour, below) for below in (*grounds, one.tint)]
        pairs += [(one.ink, one.colour), (one.ink, one.strong)]
        assert [pair for pair in pairs if colours.contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_cut_to_shape_and_made_anew(kind: str) -> None:
    kept = pictures.checked(identity.HEADER, header(kind=kind))
    assert (kept.mime, kept.width, kept.height) == ("image/jpeg", 1200, 300)
    cut = pictures.checked(identity.LOGO, logo(kind="WEBP" if kind == "JPEG" else kind))
    # What is empty around it is gone.
    assert (cut.mime, cut.width, cut.height) == ("image/png", 201, 201)


def test_nothing_of_a_file_but_its_pixels_is_kept() -> None:
    about = Image.Exif()
    about[0x010E] = "taken by Asha"
    about.get_ifd(PLACE)[1] = "N"
    brought = header(exif=about, comment=b"Asha's phone") + b"<script>"
    assert b"Asha" in brought
    kept = pictures.checked(identity.HEADER, brought).data
    opened = Image.open(io.BytesIO(kept))
    assert not opened.getexif()
    assert not any(part in kept for part in (b"Asha", b"<script>"))


def bomb() -> bytes:
    """A PNG of few bytes that says that it has 900 million pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    shape = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", shape) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("logo", b"", "bad_picture"),
        ("logo", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "bad_picture"),
        ("logo", b"%PDF-1.5", "bad_picture"),
        ("logo", file(Image.new("P", (200, 200)), "GIF"), "bad_picture"),
        ("header", header()[:2000], "bad_picture"),
        ("header", bomb(), "picture_too_large"),
        ("header", bytes(8_000_001), "picture_too_large"),
        ("header", header((1000, 700)), "picture_too_small"),
        ("header", header((1200, 200)), "picture_too_small"),
        ("logo", file(Image.new("RGB", (60, 60), "navy")), "picture_too_small"),
        ("logo", logo("#ffffff"), "logo_too_pale"),
        ("logo", logo("#ffe9a0"), "logo_too_pale"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_cannot_be_shown_is_refused_and_says_which_picture(kind: str, data: bytes, code: str) -> None:
    with refused(code, picture=kind):
        pictures.checked(kind, data)


def test_an_identity_is_kept_replaced_copied_and_taken_away(db: Session) -> None:
    event = made(db)
    assert identity.of(db, event) == identity.PLAIN
    events.change(db, "mela", colour="#7A1F5C", logo=logo(), header=header())
    first = identity.of(db, event)
    assert (first.colour, first.ink) == ("#7a1f5c", "#ffffff")
    assert first.logo
    assert first.header
    assert identity.find(db, "mela", first.logo.digest) == first.logo
    assert identity.find(db, "mela", "0" * 16) is None
    events.change(db, "mela", logo=logo("#8f1a12"))
    second = identity.of(db, event)
    assert (second.header, second.logo == first.logo) == (first.header, False)
    copy = clone.clone(db, "mela", "next", name="", starts_on=DAY, now=NOW)
    assert identity.of(db, copy) == second
    events.change(db, "mela", colour="", logo=None, header=None)
    db.flush()
    assert identity.of(db, event) == identity.PLAIN
    assert db.query(EventPicture).filter_by(event_id=event.id).count() == 0
    assert db.query(EventPicture).filter_by(event_id=copy.id).count() == 2


def test_copies_of_an_event_learn_that_it_looks_otherwise(db: Session) -> None:
    event = made(db)
    db.flush()
    before = event.revision
    events.change(db, "mela", header=header())
    db.refresh(event)
    assert event.revision > before
    assert events.shape(event).header == event.header != ""
