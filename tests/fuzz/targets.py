"""What reads bytes from outside, each with what must hold whatever comes.

A target takes bytes and raises AssertionError, or whatever breaks; the coverage-guided search and the short run in the
tests call the same ones.
"""

import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser

from bot import filled_form
from bot.domain.checkins import scan_input
from bot.domain.imports import columns, read_file, validate_rows
from bot.domain.imports.rows import ImportRules, KindFacts
from bot.domain.imports.unreadable import UnreadableFile
from bot.domain.imports.validate_rows import RowValidator
from bot.domain.keys import KeyRing
from bot.domain.passes import tokens
from bot.domain.passes.tokens import PassToken
from bot.inbound import PHONE_PATTERN, Inbound
from flows import understanding
from flows.fields import Number, Otp, Phone, Text, YesNo, accept
from flows.gate import parse as gate_parse
from flows.sandbox import world as sandbox_world
from flows.shapes import Invalid, UserInput
from flows.text import event_states
from flows.understanding import agreement, codes, dates, doubts, intents, labelled_forms, names, party_sizes, phones
from tests.bot.domain.imports.sheets import of_markup, of_sheets
from tests.flows.worlds import CODES, NOW
from webhooks.twilio import MAX_BODY_BYTES, read_inbound

TODAY = NOW.date()
DAYS = [TODAY + timedelta(days=passed) for passed in range(9)]
MAX_ROWS_JUDGED = 50
STRANGE = "stolenpasses"
"""No command, and with nothing beside it the eight characters of a code."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader."""

    read: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    """What the search begins with."""


class OneKey:
    """A ring of one key that is the same at every run."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

    def in_place_of(self, key: int) -> int:
        return key

    def public(self, key: int) -> Ed25519PublicKey | None:
        return self._key.public_key() if key == 1 else None

    def sign(self, data: bytes, key: int | None = None) -> tuple[int, bytes]:
        return 1, self._key.sign(data)


RING = cast(KeyRing, OneKey())
TOKEN = tokens.encode(PassToken(1, 7, 0, 123_456, TODAY, 0b101, 4), RING)


def text_of(data: bytes) -> str:
    """The bytes as somebody's typed text."""
    return data.decode("utf-8", errors="replace")


# --- passes ---------------------------------------------------------------------------------------


def token(data: bytes) -> None:
    """Only what we signed is a token, and only a code whose check character is right is a code."""
    text = text_of(data)
    scan_input.is_code(text)
    try:
        found = scan_input.read(text, RING)
    except Invalid:
        return
    if isinstance(found, PassToken):
        assert tokens.encode(found, RING) == TOKEN == tokens.cleaned(text[: scan_input.MAX_SCAN_LENGTH])
    else:
        assert codes.parse(found) == found


def gate_message(data: bytes) -> None:
    """What admits holds codes that were typed, and no word beside them."""
    text = text_of(data)
    heard = gate_parse.read(text)
    for scan in heard.scans:
        assert letters(scan.text) in letters(understanding.plain(text)), scan.text
    for strange in (f"{text} {STRANGE}", f"{STRANGE} {text}", f"{text}\n{STRANGE}"):
        scans = gate_parse.read(strange).scans
        assert not any(codes.found(scan.text) and not scan.force for scan in scans), strange  # a reason is any words


def letters(text: str) -> str:
    """Letters and digits alone, as codes have them."""
    return "".join(filter(str.isalnum, codes.corrected(text)))


# --- messages -------------------------------------------------------------------------------------


def twilio_form(data: bytes) -> None:
    """Any body of a form is a message that survives JSON and a database, or none."""
    parsed = FormDataParser(max_form_memory_size=MAX_BODY_BYTES, max_form_parts=1000, silent=True)
    _, form, _ = parsed.parse(io.BytesIO(data), "application/x-www-form-urlencoded", len(data))
    found = read_inbound(ImmutableMultiDict(form))
    if found is None:
        return
    kept = found.to_json()
    assert Inbound.from_json(json.loads(json.dumps(kept))) == found
    assert "\x00" not in json.dumps([found.text, found.choice, found.profile_name, found.media, found.sid])
    assert found.phone is None or PHONE_PATTERN.fullmatch(found.phone)
    assert found.addresses
    assert found.conversation_addresses
    json.dumps(kept, ensure_ascii=False).encode()
    assert found.user_input.form


def sent_form(data: bytes) -> None:
    """Any JSON is answers that a database keeps, and names without answers."""
    text = data.decode("utf-8", "replace")
    found = filled_form.read(text, text)
    "".join([*found, *found.values()]).encode()
    assert len(found) <= filled_form.MAX_ANSWERS
    told = filled_form.shape(text, text, ())
    assert not [path for path in told if "Asha Rao" in path]


# --- answers --------------------------------------------------------------------------------------


def day(data: bytes) -> None:
    """A day that is read was offered, or is in the calendar."""
    text = text_of(data)
    for offered in (DAYS, DAYS[:1], []):
        found = dates.read(text, TODAY, offered, DAYS)
        assert found is None or isinstance(found, date)
        assert dates.find(text, TODAY, offered) in (None, *DAYS, *offered)
    dates.interpret(text, TODAY, DAYS)


def number(data: bytes) -> None:
    """A number is what the digits say, and a place in a list is one that there is."""
    text = text_of(data)
    found = understanding.number(text)
    assert found is None or isinstance(found, int)
    if text.isascii() and text.isdecimal() and len(text) < 4:
        assert found == int(text), (text, found)
    party_sizes.find(text)
    party_sizes.read(text)
    party_sizes.is_doubtful(text)
    assert understanding.listed_number(text, 5) in (None, *range(5))
    try:
        value = accept(Number(1, 10), UserInput(text), Number(1, 10).known({}, cast(Any, None)))
    except Invalid:
        return
    assert 1 <= value <= 10


def phone(data: bytes) -> None:
    """A phone is E.164, in one form however it was typed."""
    text = text_of(data)
    known = {"region": "IN", "own": None}
    try:
        value = accept(Phone(), UserInput(text), known)
    except Invalid:
        return
    assert PHONE_PATTERN.fullmatch(value), value
    assert phones.canonical(value) == value
    assert value in phones.variants(value)
    assert accept(Phone(), UserInput(value), known) == value
    Phone().shown(value, known)


def words(data: bytes) -> None:
    """Whatever is said is read as something, equally with space around it."""
    text = text_of(data)
    for read in (understanding.command, intents.read, agreement.yes_no, names.introduced, understanding.greeting):
        assert read(text) == read(f" {text} "), read
    for look in (understanding.near_command, understanding.skips, understanding.wants_to_register, names.is_none):
        look(text)
    labelled_forms.read(text)
    doubts.split(text)
    agreement.is_the_word_itself(text)
    for field in (Text(), Text(least=2, most=80, letter=True, name=True), YesNo(), Otp()):
        try:
            value = accept(field, UserInput(text), {})
        except Invalid:
            continue
        json.dumps(value)


# --- lists ----------------------------------------------------------------------------------------

EVENT = sandbox_world.demo(NOW)
GUESSES = columns.head_guesses(EVENT.questions, several_kinds=False)
RULES = ImportRules(
    event=EVENT,
    today=TODAY,
    days=dict.fromkeys(DAYS, event_states.OPEN),
    kinds=(KindFacts(1, "visitor", ("visitor", "Visitor", "आगंतुक"), 255),),
    region="IN",
    questions=validate_rows.questions_of(EVENT),
)


def table(data: bytes) -> None:
    """A file is a table whose rows are people or told as wrong, or it is told why it is none."""
    try:
        found = read_file.read_table(io.BytesIO(data), known=GUESSES.known)
        rows = list(islice(found.rows(), MAX_ROWS_JUDGED))
        matched = columns.match_columns(found.heads, EVENT.questions)
    except UnreadableFile:
        return
    judge = RowValidator(RULES, matched)
    for line, cells in rows:
        judge.validate(line, cells)


def sheet(data: bytes) -> None:
    """A workbook whose one sheet is these bytes."""
    table(of_markup(whole=data.decode("latin-1")).getvalue())


PIECES = tuple(
    text.encode() for text in ("0", "-1", "\n", ",", "x" * 300, "नहीं", "👍", "\x00", "\u202e", "\ufeff", "%00", "&amp;")
)
"""What is put in besides."""
LIST = "Name,Phone,Day,Party,Kind,Ref\nAsha Verma,98123 45678,2026-01-16,3,visitor,7\n,,,,,\nRavi,,tomorrow,x,,\n"
ROWS: list[list[Any]] = [
    ["Name", "Phone", "Day"],
    ["Asha Verma", 9812345678, date(2026, 1, 16)],
    ["Ravi", None, 46038.5],
]
MARKUP = (
    '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row></sheetData></worksheet>'
)
SAID = (
    "register 3 people for saturday",
    "मैं और मेरी पत्नी",
    "stop",
    "please stop",
    "cancel pass",
    "2 adults 1 child",
    "hi",
)
FORM = "MessageSid=SM1&From=whatsapp%3A%2B919812345678&To=whatsapp%3A%2B1&Body=hi&NumMedia=1&MediaUrl0=x&ProfileName=A"
FILLED = '{"full_name": "Asha Rao", "visit_date": {"id": "2026-01-16", "title": "Fri"}, "party_size": 3}'

TARGETS = {
    "token": Target(token, (TOKEN.encode(), f"https://a/P/{TOKEN}".encode(), CODES[0].encode())),
    "gate_message": Target(
        gate_message,
        tuple(
            text.encode() for text in (f"{CODES[0]} 2", f"out {CODES[0]}", f"check\n{CODES[0]}\n{CODES[1]} 3", "in 5")
        ),
    ),
    "twilio_form": Target(twilio_form, (FORM.encode(), b"ButtonPayload=a.12345678%3A1&" + FORM.encode())),
    "sent_form": Target(sent_form, (FILLED.encode(), b'[{"name": "full_name", "value": ' + FILLED.encode() + b"}]")),
    "day": Target(day, tuple(text.encode() for text in ("15 jan", "tomorrow", "अगले शनिवार", "15/1/26", "16-18"))),
    "number": Target(number, tuple(text.encode() for text in ("3", "३", "we are four", *SAID))),
    "phone": Target(phone, (b"98765 43210", b"+91-98765-43210", b"0049 151 23456789", b"+5531 8765 4321")),
    "words": Target(words, tuple(text.encode() for text in SAID)),
    "table": Target(table, (LIST.encode(), LIST.encode("utf-16"), of_sheets(List=ROWS).getvalue())),
    "sheet": Target(sheet, (MARKUP.encode(),)),
}


def changed(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A seed with some bytes of it left out, put in or made others, or with another's end."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        place = chance.randint(0, len(data))
        data[place : place + chance.randint(0, 3)] = chance.choice(
            (b"", chance.randbytes(2), chance.choice(PIECES), chance.choice(seeds)[place:])
        )
    return bytes(data)


def at_random(name: str, seed: int, tries: int) -> None:
    """So many changed seeds. Raises what the target raises, with a note that holds the bytes."""
    target, chance = TARGETS[name], random.Random(seed)
    for number in range(tries):
        data = changed(chance, target.seeds) if number >= len(target.seeds) else target.seeds[number]
        try:
            target.read(data)
        except BaseException as found:
            found.add_note(f"{name} with {data!r}")
            raise
