"""Draws a pass as a picture that can be found in a chat, read in the sun and scanned off a cracked screen.

Portrait, 1,080 pixels wide. Sixteen shades in two ramps, so that the file stays small: the head in white
on deep blue, everything else near black on white. Nothing is told by colour alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from PIL import Image

from bot.delivery.images import qr
from bot.delivery.images.canvas import (
    BLACK_ON_WHITE,
    GREY,
    INK,
    MARGIN,
    PAPER,
    ROOM,
    WHITE_ON_BLUE,
    WIDTH,
    Band,
    PassCanvas,
    png,
)
from bot.delivery.images.typesetting import BOLD, REGULAR, Style, balanced, fitted, width, write
from flows.shapes import Sentence
from flows.text import _, ngettext_, render
from flows.text.pass_days import describe_days
from flows.visitor.share import IN_PARTS

MAX_CACHED_BANDS = 16
"""Bands that are the same on all passes of an event in a language, kept ready: 200 KB each."""
QR_SIDE = 700
"""Pixels of the QR symbol's side at most, with the quiet zone; each module is a whole number of them."""

EVENT_STEPS = ((76, 2), (68, 2), (60, 2), (52, 3), (44, 3))
VENUE_STEPS = ((38, 2), (34, 3), (30, 4))
NAME_STEPS = ((66, 1), (58, 2), (50, 2), (44, 3), (38, 4))
FACT_STEPS = ((58, 1), (52, 1), (46, 1), (40, 1), (34, 2), (28, 3))
"""Sizes in pixels and the lines that each may take, the preferred first."""

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

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which the pass is valid, in order."""
        return self.kind_days or (self.day,)


def draw(facts: PassImage) -> bytes:
    """The picture as a PNG of less than 150 KB."""
    sheet = PassCanvas()
    _person(sheet, facts)
    _symbol(sheet, facts)
    head = _head(facts.event, facts.venue, facts.kind, facts.language)
    rules = _rules(facts.policy, len(facts.days) > 1, facts.language)
    return png((head, sheet.band(BLACK_ON_WHITE), rules, *((_for_others(facts),) if facts.shared else ())))


@lru_cache(maxsize=MAX_CACHED_BANDS)
def _head(event: str, venue: str, kind: str, language: str) -> Band:
    """The event on its dark ground."""
    sheet = PassCanvas()
    name_style, name = fitted(event, ROOM, EVENT_STEPS, BOLD)
    venue_style, venue_lines = fitted(venue, ROOM, VENUE_STEPS, REGULAR)
    sheet.skip(48)
    baseline = sheet.top + 40
    write(sheet.draw, (MARGIN, baseline), render(_("Entry pass"), language), Style(36, BOLD), INK)
    if kind:
        _tag(sheet, kind, baseline)
    sheet.skip(72)
    sheet.lines(name, name_style, INK)
    sheet.skip(16 if venue_lines else 0)
    sheet.lines(venue_lines, venue_style, INK)
    sheet.skip(44)
    return sheet.band(WHITE_ON_BLUE)


def _tag(sheet: PassCanvas, kind: str, baseline: int) -> None:
    """The kind of pass on a plate at the upper right."""
    style, lines = fitted(kind, ROOM // 2, ((38, 1), (32, 1), (28, 1)), BOLD)
    side = width(lines[0], style)
    right = WIDTH - MARGIN
    sheet.draw.rounded_rectangle((right - side - 44, baseline - 46, right, baseline + 20), radius=12, fill=INK)
    write(sheet.draw, (right - side - 22, baseline), lines[0], style, PAPER)


def _person(sheet: PassCanvas, facts: PassImage) -> None:
    """Draw name, day and party."""
    say = _speaker(facts.language)
    sheet.skip(44)
    sheet.lines([say(_("Name"))], Style(30), GREY)
    style, lines = fitted(facts.full_name, ROOM, NAME_STEPS, BOLD)
    sheet.lines(lines, style, INK)
    sheet.skip(26)
    top = sheet.top
    _fact(sheet, MARGIN, say(_("Day")), say(describe_days(facts.days)), 620)
    open_hours = hours(facts)
    if open_hours:
        sheet.lines([say(open_hours)], Style(36), INK)
    bottom, sheet.top = sheet.top, top
    people = ngettext_("{count} person", "{count} people", count=facts.party_size)
    _fact(sheet, MARGIN + 660, say(_("Party")), say(people), ROOM - 660)
    sheet.skip(bottom - sheet.top)


def _fact(sheet: PassCanvas, left: int, label: str, value: str, room: int) -> None:
    sheet.lines([label], Style(30), GREY, left=left)
    style, lines = fitted(value, room, FACT_STEPS, BOLD)
    # One height for both columns, whatever size their values came to; several days may need more lines.
    baseline = sheet.top + 56
    for line in lines:
        write(sheet.draw, (left, baseline), line, style, INK)
        baseline += 42
    sheet.skip(76 + 42 * (len(lines) - 1))


def hours(facts: PassImage) -> Sentence | None:
    """When the event is open, where that is known."""
    if facts.opens and facts.closes:
        return _("Open {opens} – {closes}", opens=facts.opens, closes=facts.closes)
    if facts.opens:
        return _("Open from {opens}", opens=facts.opens)
    return _("Open until {closes}", closes=facts.closes) if facts.closes else None


def _symbol(sheet: PassCanvas, facts: PassImage) -> None:
    """The QR symbol with its quiet zone, and the code in large type below it."""
    symbol = qr.symbol(facts.qr_text)
    module = QR_SIDE // symbol.width
    side = module * symbol.width
    sheet.skip(20)
    sheet.image.paste(symbol.resize((side, side), Image.Resampling.NEAREST), ((WIDTH - side) // 2, sheet.top))
    sheet.skip(side)
    sheet.centred([facts.code], Style(116, BOLD), INK, leading=1.12)


def entry_rule(policy: str, *, on_each_day: bool) -> Sentence:
    """What a pass allows; `on_each_day` for one of several days."""
    return (ON_EACH_DAY if on_each_day else POLICIES)[policy]


@lru_cache(maxsize=MAX_CACHED_BANDS)
def _rules(policy: str, on_each_day: bool, language: str) -> Band:
    """Draw what the pass allows."""
    sheet, allowed = PassCanvas(), entry_rule(policy, on_each_day=on_each_day)
    sheet.skip(30)
    sheet.draw.line((MARGIN, sheet.top, WIDTH - MARGIN, sheet.top), fill=GREY, width=2)
    sheet.skip(26)
    style, lines = fitted(render(allowed, language), ROOM, ((38, 3), (34, 4)), REGULAR)
    sheet.centred(balanced(" ".join(lines), ROOM, style), style, INK, leading=1.35)
    sheet.skip(48)
    return sheet.band(BLACK_ON_WHITE)


def for_others(facts: PassImage) -> tuple[Sentence, ...]:
    """What a picture to be forwarded says more: for whom it is, and how a part of them enters."""
    party = ngettext_("{count} person", "{count} people", count=facts.party_size)
    return (_("{name}: {people}", name=facts.full_name, people=party), IN_PARTS.filled(code=facts.code))


def _for_others(facts: PassImage) -> Band:
    sheet = PassCanvas()
    for sentence in for_others(facts):
        said = render(sentence, facts.language).replace("*", "")
        style, lines = fitted(said, ROOM, ((38, 4), (34, 6)), REGULAR)
        sheet.centred(balanced(" ".join(lines), ROOM, style), style, INK, leading=1.35)
        sheet.skip(20)
    sheet.skip(28)
    return sheet.band(BLACK_ON_WHITE)


def _speaker(language: str) -> Callable[[Sentence], str]:
    return lambda sentence: render(sentence, language)
