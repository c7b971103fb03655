"""The picture of a pass: it scans, it fits, it is small, and it says what it must."""

import io
import time as clock
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bot.delivery.images import fonts, pass_head, qr, typesetting
from bot.delivery.images.canvas import MARGIN, ROOM, WIDTH
from bot.delivery.images.fonts import BOX
from bot.delivery.images.pass_image import BADGE, FACTS_ROOM, POLICIES, PassImage, draw
from bot.delivery.images.typesetting import BOLD, REGULAR, Style
from bot.domain.events import pictures
from bot.domain.events.identity import Identity
from bot.errors import NotReady
from flows.text import LANGUAGES
from tests.bot.domain.events.drawn import header, logo

QR_TEXT = "HTTPS://" + "A" * 26 + ".ORG/P/" + ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 5)[:130]
"""As long as it gets: a host of 30 characters and a whole token."""
PLAIN = PassImage(
    event="Delhi Book Fair 2027",
    venue="Pragati Maidan, New Delhi",
    opens=time(10),
    closes=time(20),
    full_name="Asha Verma",
    day=date(2027, 1, 17),
    party_size=3,
    code="7K3M-PQ2R",
    qr_text=QR_TEXT,
    policy="daily",
    language="en",
)
DRESSED = Identity("#7a1f5c", pictures.checked("logo", logo()), pictures.checked("header", header()))
NAMES = {
    "short": "Li",
    "hindi": "ज्ञानेश्वरी त्रिवेदी श्रीवास्तव",
    "long": "Venkatanarasimharajuvaripeta Subrahmanyam Ramakrishnan Iyer-Krishnamoorthy S/o L",
    "unbroken": "W" * 80,
    "mixed": "Asha आशा Zoë",
    "arabic": "محمد علي",
    "tamil": "தமிழ் செல்வன்",
    "emoji": "Zoë 👩‍👩‍👧‍👦 🇮🇳",
    "none": "李小龙",
}
PASSES = {
    **{name: replace(PLAIN, full_name=text) for name, text in NAMES.items()},
    "everything": replace(
        PLAIN,
        event="The 54th International Kolkata Book Fair and Festival of Literature, Arts and Children's Reading",
        venue="Boi Mela Prangan, Central Park Ground, Sector II, Salt Lake (Bidhannagar), near the Metro Station, " * 2,
        kind="Exhibitor and speaker",
        party_size=255,
        kind_days=tuple(date(2027, 1, day) for day in (18, 20, 22, 24)),
        language="hi",
        policy="in_out",
    ),
    "shared": replace(PLAIN, full_name=NAMES["long"], language="ml", shared=True),
    "dressed": replace(PLAIN, identity=DRESSED, kind="Exhibitor", gates=("Gate 3 Metro", "Gate 4")),
    "bare": replace(PLAIN, venue="", opens=None, closes=None, party_size=1, policy="once"),
}


def opened(facts: PassImage) -> Image.Image:
    return Image.open(io.BytesIO(draw(facts))).convert("RGB")


def as_it_is(image: Image.Image) -> Image.Image:
    return image


def as_a_jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.resize((image.width // 2, image.height // 2)).save(file, "JPEG", quality=60)
    return Image.open(file)


def turned(image: Image.Image) -> Image.Image:
    return image.rotate(15, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


@pytest.mark.parametrize("seen", [as_it_is, as_a_jpeg, turned])
@pytest.mark.parametrize("name", PASSES)
def test_its_symbol_is_read(name: str, seen: Callable[[Image.Image], Image.Image]) -> None:
    found = zxingcpp.read_barcodes(seen(opened(PASSES[name])))
    assert [symbol.text for symbol in found] == [QR_TEXT]


@pytest.mark.parametrize("name", PASSES)
def test_it_is_portrait_small_and_within_its_margins(name: str) -> None:
    data = draw(PASSES[name])
    image = Image.open(io.BytesIO(data))
    assert data.startswith(b"\x89PNG")
    assert len(data) < 150_000
    assert image.width == WIDTH
    assert 1.3 < image.height / image.width < 2.2
    body = image.convert("L").crop((0, 900 if name == "dressed" else 700, WIDTH, image.height))
    paper = Image.new("L", body.size, 255)
    left, _top, right, _bottom = ImageChops.difference(body, paper).getbbox() or (0, 0, 0, 0)
    assert left >= MARGIN - 4
    assert right <= WIDTH - MARGIN + 4


@pytest.mark.parametrize("language", ["en", "hi", "xx"])
@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_and_language_has_its_own_picture(language: str, policy: str) -> None:
    facts = replace(PLAIN, language=language, policy=policy)
    others = {draw(replace(facts, policy=other)) for other in POLICIES if other != policy}
    assert draw(facts) not in others


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "Exhibitor"},
        {"party_size": 4},
        {"day": date(2027, 1, 18)},
        {"code": "11111118"},
        {"venue": "Elsewhere"},
        {"closes": time(21)},
        {"full_name": "Asha Varma"},
        {"shared": True},
        {"kind_days": (date(2027, 1, 17), date(2027, 1, 24))},
        {"gates": ("Gate 3",)},
        {"identity": Identity("#7a1f5c")},
        {"identity": Identity(logo=DRESSED.logo)},
        {"identity": Identity(header=DRESSED.header)},
    ],
)
def test_whatever_it_says_is_seen(changed: dict[str, Any]) -> None:
    assert draw(replace(PLAIN, **changed)) != draw(PLAIN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_runs_under_the_plate_of_the_party(language: str) -> None:
    drawn = Image.open(io.BytesIO(draw(replace(PLAIN, language=language, opens=time(10, 30), closes=time(20, 45)))))
    plate = WIDTH - MARGIN - BADGE[0]
    before = drawn.convert("L").crop((MARGIN + FACTS_ROOM + 4, 440, plate - 2, 720))
    assert before.getextrema() == (255, 255)


def test_it_is_in_the_colour_and_with_the_pictures_of_its_event() -> None:
    plain, dressed = opened(replace(PLAIN, identity=Identity("#7a1f5c"))), opened(PASSES["dressed"])
    assert plain.getpixel((4, 4)) == (0x7A, 0x1F, 0x5C)
    sky, ground = dressed.getpixel((4, 4)), dressed.getpixel((4, 266))
    assert isinstance(sky, tuple)
    assert isinstance(ground, tuple)
    assert (sky[2] > sky[0], ground[0] > ground[2]) == (True, True)
    assert dressed.getpixel((4, 300)) == (0x7A, 0x1F, 0x5C)
    navy = dressed.crop((72, 280, 400, 520)).getchannel("B").histogram()[0x60:0x6C]
    assert sum(navy) > 2000


def test_words_on_a_light_colour_are_dark() -> None:
    head = opened(replace(PLAIN, identity=Identity("#ffcc00"))).crop((0, 0, WIDTH, 300))
    assert head.convert("L").getextrema()[0] < 40  # type: ignore[operator]  # of one band it is a pair of numbers


def test_nothing_is_told_by_colour_alone() -> None:
    histogram = opened(PLAIN).convert("L").histogram()
    greys = [grey for grey, count in enumerate(histogram) if count]
    assert greys[-1] - greys[0] > 220
    assert len(greys) <= 16


def test_it_is_drawn_quickly() -> None:
    draw(PLAIN)

    def seconds(facts: PassImage) -> float:
        begun = clock.process_time()
        draw(facts)
        return clock.process_time() - begun

    assert min(seconds(replace(PLAIN, party_size=number)) for number in range(2, 12)) < 0.06


@pytest.mark.parametrize(("host", "version"), [("pass.example.org", 7), ("a" * 26 + ".org", 7), ("x.in", 6)])
def test_the_symbol_is_at_most_version_seven(host: str, version: int) -> None:
    text = f"https://{host}/P/".upper() + "A" * 130
    side = qr.symbol(text).width - 2 * qr.QUIET_ZONE
    assert side == 17 + 4 * version


def test_the_symbol_has_its_quiet_zone() -> None:
    symbol = qr.symbol(QR_TEXT)
    inner = ImageChops.difference(symbol, Image.new("L", symbol.size, 255)).getbbox()
    assert inner == (4, 4, symbol.width - 4, symbol.height - 4)


# --- letters -----------------------------------------------------------------------------------


def written(text: str) -> str:
    return "".join(piece for _family, piece in fonts.runs(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Asha Verma", "Asha Verma"),
        ("आशा वर्मा", "आशा वर्मा"),
        ("Zoë 👩‍👩‍👧‍👦 X", "Zoë 👩‍👩‍👧‍👦 X"),
        ("🇮🇳 🇮🇳", "🇮🇳 🇮🇳"),
        ("👍🏽", "👍🏽"),
        ("李小龙", BOX * 3),
        ("A\tB\u00a0C", "A B C"),
        ("", ""),
    ],
)
def test_what_no_font_has_is_seen_to_be_missing(text: str, shown: str) -> None:
    assert written(text) == shown


IN_SCRIPTS = {
    "bengali": "শ্রাবন্তী চট্টোপাধ্যায়",
    "devanagari": "ज्ञानेश्वरी त्रिवेदी",
    "gujarati": "જ્ઞાનેશ્વરી ત્રિવેદી",
    "gurmukhi": "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
    "kannada": "ಶ್ರೀನಿವಾಸ ಕೃಷ್ಣಮೂರ್ತಿ",
    "malayalam": "ശ്രീലക്ഷ്മി നമ്പൂതിരി",
    "meetei": "ꯃꯩꯇꯩ ꯂꯣꯟ",
    "odia": "ଶ୍ରୀଲକ୍ଷ୍ମୀ ପଟ୍ଟନାୟକ",
    "ol chiki": "ᱥᱟᱱᱛᱟᱲᱤ",
    "tamil": "தமிழ்ச்செல்வன்",
    "telugu": "శ్రీలక్ష్మి",
    "urdu": "ٹیپو سلطان گھوڑے",
    "emoji": "👩‍👩‍👧‍👦 🎉 👍🏽",
}
SHAPED = ("bengali", "gujarati", "gurmukhi", "kannada", "malayalam", "odia", "tamil", "telugu", "urdu")
"""Scripts in which the letters of these names join: a word is narrower than its letters apart."""


@pytest.mark.parametrize("name", IN_SCRIPTS.values(), ids=IN_SCRIPTS)
@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_every_letter_of_every_script_is_in_the_font_that_draws_it(name: str, weight: int) -> None:
    assert written(name) == name
    for family, piece in fonts.runs(name):
        face = ImageFont.truetype(fonts.FAMILIES[family].file(weight), 40, layout_engine=ImageFont.Layout.BASIC)
        nothing = bytes(face.getmask(fonts.NO_CHARACTER))
        letters = [letter for letter in piece if unicodedata.category(letter) not in ("Cf", "Zs")]
        assert letters
        assert [letter for letter in letters if bytes(face.getmask(letter)) == nothing] == []


@pytest.mark.parametrize("script", SHAPED)
def test_letters_that_join_are_shaped(script: str) -> None:
    style = Style(64)
    assert typesetting.width(IN_SCRIPTS[script], style) < 0.97 * sum(
        typesetting.width(letter, style) for letter in IN_SCRIPTS[script]
    )


def test_urdu_is_written_from_right_to_left() -> None:
    style = Style(64)
    image = Image.new("L", (400, 120), 0)
    typesetting.write(ImageDraw.Draw(image), (0, 90), "ا123", style, 255)
    alone = Image.new("L", (400, 120), 0)
    typesetting.write(ImageDraw.Draw(alone), (0, 90), "123", style, 255)
    digits = alone.getbbox()
    assert digits
    # The letter, read first, stands on the right of the digits.
    assert ImageChops.difference(image.crop(digits), alone.crop(digits)).getbbox() is None


def test_fonts_that_are_not_fetched_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fonts.all_there()
    monkeypatch.setattr(fonts, "MISSING", ("noto-sans-bengali",))
    with pytest.raises(NotReady, match="noto-sans-bengali"):
        fonts.all_there()


def test_hindi_is_shaped() -> None:
    style = Style(64)
    apart = sum(typesetting.width(letter, style) for letter in "क्ष")
    assert typesetting.width("क्ष", style) < apart * 0.9
    assert fonts.clusters("क्षत्रि") == ["क्ष", "त्रि"]


def test_words_are_broken_only_where_they_must() -> None:
    style = Style(40, BOLD)
    assert typesetting.wrapped("one two", 10_000, style) == ["one two"]
    lines = typesetting.wrapped("one " + "x" * 100, 300, style)
    assert lines[0] == "one"
    assert "".join(lines[1:]) == "x" * 100


@pytest.mark.parametrize("text", [*NAMES.values(), "Delhi Book Fair 2027, with words of every length, long and short"])
@pytest.mark.parametrize("size", [28, 38, 66, 76])
@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def test_every_line_keeps_to_its_room(text: str, size: int, weight: int) -> None:
    style = Style(size, weight)
    for line in typesetting.wrapped(text, ROOM, style):
        assert typesetting.width(line, style) <= ROOM


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    style, lines = typesetting.fitted("word " * 100, 300, ((60, 1), (40, 2)), REGULAR)
    assert style.size == 40
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert typesetting.width(lines[-1], style) <= 300
    assert typesetting.fitted("", 300, ((60, 1),), REGULAR)[1] == ()


def test_centred_lines_are_of_about_one_length() -> None:
    style = Style(38)
    text = "One entry, no re-entry. Come together, or tell the gate how many of you are there."
    assert len(typesetting.balanced(text, ROOM, style)) == len(typesetting.wrapped(text, ROOM, style))
    first, second = (typesetting.width(line, style) for line in typesetting.balanced(text, ROOM, style))
    assert second > first * 0.7


def test_what_all_passes_of_an_event_share_is_drawn_once() -> None:
    draw(replace(PLAIN, language="hi"))
    before = typesetting._written.cache_info().misses, pass_head.head.cache_info().misses
    draw(replace(PLAIN, language="hi", full_name="Somebody Else", code="ZZZZ-0000", qr_text=QR_TEXT[::-1]))
    after = typesetting._written.cache_info().misses, pass_head.head.cache_info().misses
    assert (after[0] - before[0], after[1] - before[1]) == (2, 0)  # the name and the code


def test_the_file_is_whole() -> None:
    rest, chunks = draw(PLAIN)[8:], dict[bytes, bytes]()
    while rest:
        size, name = int.from_bytes(rest[:4], "big"), rest[4:8]
        chunks[name], check = rest[8 : 8 + size], rest[8 + size : 12 + size]
        assert zlib.crc32(name + chunks[name]).to_bytes(4, "big") == check
        rest = rest[12 + size :]
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    deflated = zlib.decompressobj()
    rows = deflated.decompress(chunks[b"IDAT"])  # fails where its own check sum is wrong
    assert (deflated.eof, deflated.unused_data) == (True, b"")
    width, height = (int.from_bytes(chunks[b"IHDR"][at : at + 4], "big") for at in (0, 4))
    assert len(rows) == height * (1 + width // 2)
