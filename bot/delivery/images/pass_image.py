"""Draws a pass as a picture that can be found in a chat, read in the sun and scanned off a cracked screen.

Portrait, 1,080 pixels wide. Sixteen shades in two ramps, so that the file stays small: the head on the event's
colour, everything else near black on white; an event with pictures has their colours besides. Nothing is told by
colour alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from bot.delivery.images import pass_head, qr
from bot.delivery.images.canvas import BODY, GREY, INK, MARGIN, PAPER, ROOM, WIDTH, Band, PassCanvas, png, symbol_band
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, balanced, fitted, width, write
from bot.domain.events.identity import PLAIN, Identity
from flows.shapes import Sentence
from flows.text import _, render
from flows.text.choices import people, without
from flows.text.pass_days import full_days, open_hours
from flows.visitor.share import IN_PARTS

MAX_CACHED_BANDS = 16
"""Bands that are the same on all passes of an event in a language, kept ready: 200 KB each."""
QR_SIDE = 700
"""Pixels of the QR symbol's side at most, with the quiet zone; each module is a whole number of them."""

NAME_STEPS = ((66, 1), (58, 2), (50, 2), (44, 3), (38, 4))
FACT_STEPS = ((58, 1), (52, 1), (46, 1), (40, 1), (34, 2), (28, 3))
HOURS_STEPS = ((36, 1), (32, 1), (30, 2))
GATE_STEPS = ((36, 2), (30, 3))
"""Sizes in pixels and the lines that each may take, the preferred first."""
FACTS_ROOM = 620
"""Pixels for day, hours and gate, left of the party."""
BADGE = (ROOM - 660, 216)
"""Width and height of the plate with the party."""
PARTY_STEPS = ((150, 1), (130, 1), (110, 1), (90, 1))
PARTY_WORD_STEPS = ((40, 1), (34, 1), (28, 1), (24, 1))

ANY_GATE = _("Any open gate")
POLICIES = {
    "once": _("One entry, no re-entry. Come together, or tell the gate how many of you are there."),
    "daily": _("One entry on this day, no re-entry. Come together, or tell the gate how many of you are there."),
    "in_out": _("You can go out and come back on this day. Show this pass every time."),
}

ON_EACH_DAY = {
    **POLICIES,
    "daily": _("One entry on each day, no re-entry. Come together, or tell the gate how many of you are there."),
    "in_out": _("You can go out and come back on each day. Show this pass every time."),
}
"""What the pass allows, by policy, on a pass of several days."""


@dataclass(frozen=True, slots=True)
class PassImage:
    """The facts that the picture shows. Texts are in the reader's language already, names as they were given."""

    event: str
    venue: str
    opens: time | None
    closes: time | None
    full_name: str
    day: date
    party_size: int
    code: str
    """As people see it: XXXX-XXXX."""
    qr_text: str
    policy: str
    """`once`, `daily` or `in_out`."""
    language: str
    kind: str = ""
    """The kind's label; empty for a visitor."""
    kind_days: tuple[date, ...] = ()
    """For a pass of several days: all of them, `day` being the first."""
    shared: bool = False
    """Whether it is to be forwarded to the others of a party of several."""
    gates: tuple[str, ...] = ()
    """The names of the gates by which it enters; empty: by every one."""
    identity: Identity = PLAIN
    """The event's colour and pictures."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which the pass is valid, in order."""
        return self.kind_days or (self.day,)


def draw(facts: PassImage) -> bytes:
    """The picture as a PNG of less than 150 KB; with a header's picture of less than 500."""
    colours = pass_head.scheme(facts.identity).palette
    symbol = symbol_band(qr.symbol(facts.qr_text), QR_SIDE, colours.bits)
    head = pass_head.head(facts.event, facts.venue, facts.kind, facts.language, facts.identity)
    rules = _rules(facts.policy, len(facts.days) > 1, facts.language, colours.bits)
    others = (_for_others(facts, colours.bits),) if facts.shared else ()
    return png((head, _person(facts, colours.bits), symbol, _code(facts.code, colours.bits), rules, *others), colours)


def _person(facts: PassImage, bits: int) -> Band:
    """Draw name, day and party."""
    sheet = PassCanvas()
    say = _speaker(facts.language)
    sheet.skip(44)
    sheet.lines([say(_("Name"))], Style(30), GREY)
    style, lines = fitted(facts.full_name, ROOM, NAME_STEPS, BOLD)
    sheet.lines(lines, style, INK)
    sheet.skip(26)
    top = sheet.top
    sheet.lines([say(_("Day"))], Style(30), GREY)
    sheet.lines(*_fitting(full_days(facts.days, facts.language), FACT_STEPS, BOLD), INK)
    hours = open_hours(facts.opens, facts.closes)
    if hours:
        sheet.lines(*_fitting(say(hours), HOURS_STEPS), INK)
    sheet.lines(*_fitting(say(gate_hint(facts)), GATE_STEPS), INK)
    _party(sheet, facts, top)
    sheet.top = max(sheet.top, top + BADGE[1])
    sheet.skip(20)
    return sheet.band(BODY, bits)


def _fitting(text: str, steps: tuple[tuple[int, int], ...], weight: int = REGULAR) -> tuple[tuple[str, ...], Style]:
    style, lines = fitted(text, FACTS_ROOM, steps, weight)
    return lines, style


def _party(sheet: PassCanvas, facts: PassImage, top: int) -> None:
    """How many may come in, on a dark plate: what a tired eye at the gate must not miss."""
    room, height = BADGE
    left = WIDTH - MARGIN - room
    sheet.draw.rounded_rectangle((left, top, left + room, top + height), radius=24, fill=INK)
    number = str(facts.party_size)
    said = render(people(facts.party_size), facts.language)
    for text, steps, baseline in ((number, PARTY_STEPS, 138), (without(said, number), PARTY_WORD_STEPS, 192)):
        style, lines = fitted(text, room - 40, steps, BOLD)
        for line in lines:
            write(sheet.draw, (left + (room - width(line, style)) / 2, top + baseline), line, style, PAPER)


def gate_hint(facts: PassImage) -> Sentence:
    """Where the pass enters."""
    return _("Gate: {gates}", gates=", ".join(facts.gates)) if facts.gates else ANY_GATE


def _code(code: str, bits: int) -> Band:
    """Draw the code in large type, which stands below the symbol."""
    sheet = PassCanvas()
    sheet.centred([code], Style(116, BOLD), INK, leading=1.12)
    return sheet.band(BODY, bits)


def entry_rule(policy: str, *, on_each_day: bool) -> Sentence:
    """What a pass allows; `on_each_day` for one of several days."""
    return (ON_EACH_DAY if on_each_day else POLICIES)[policy]


@lru_cache(maxsize=MAX_CACHED_BANDS)
def _rules(policy: str, on_each_day: bool, language: str, bits: int) -> Band:
    """Draw what the pass allows."""
    sheet, allowed = PassCanvas(), entry_rule(policy, on_each_day=on_each_day)
    sheet.skip(30)
    sheet.draw.line((MARGIN, sheet.top, WIDTH - MARGIN, sheet.top), fill=GREY, width=2)
    sheet.skip(26)
    style, lines = fitted(render(allowed, language), ROOM, ((38, 3), (34, 4)), REGULAR)
    sheet.centred(balanced(" ".join(lines), ROOM, style), style, INK, leading=1.35)
    sheet.skip(48)
    return sheet.band(BODY, bits)


def for_others(facts: PassImage) -> tuple[Sentence, ...]:
    """What a picture to be forwarded says more: for whom it is, and how a part of them enters."""
    return (
        _("{name}: {people}", name=facts.full_name, people=people(facts.party_size)),
        IN_PARTS.filled(code=facts.code),
    )


def _for_others(facts: PassImage, bits: int) -> Band:
    sheet = PassCanvas()
    for sentence in for_others(facts):
        said = render(sentence, facts.language).replace("*", "")
        style, lines = fitted(said, ROOM, ((38, 4), (34, 6)), REGULAR)
        sheet.centred(balanced(" ".join(lines), ROOM, style), style, INK, leading=1.35)
        sheet.skip(20)
    sheet.skip(28)
    return sheet.band(BODY, bits)


def _speaker(language: str) -> Callable[[Sentence], str]:
    return lambda sentence: render(sentence, language)
