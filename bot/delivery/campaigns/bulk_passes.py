"""Hands out many passes: by message, as pictures in a folder, or as a sheet to print."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.database import Database
from bot.delivery.dispatch import channel_choice
from bot.delivery.images import cache as image_cache
from bot.delivery.images import print_sheet
from bot.delivery.images.cache import Parts
from bot.delivery.images.pass_image import PassImage, draw
from bot.delivery.images.pdf import Pdf
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.session_window import Windows
from bot.domain.exports.files import whole
from bot.domain.models import Contact, ContactAlias, Delivery, Pass
from bot.domain.passes import slips
from bot.settings import Settings

AT_ONCE = 96
"""Passes read together: twelve sheets."""
NO_PHONE, STOPPED, BEFORE = "no_phone", "stopped", "before"
"""Why nothing is owed: there is no address; they want no message that they did not ask for; it was owed before."""
Told = Callable[[int], None]
"""Hears how many passes are done."""


def pictures(parts: Parts, event_id: int, passes: Sequence[int], folder: Path, told: Told) -> int:
    """The picture of each pass that is valid, as `folder/XXXX-XXXX.png`; how many. Raises OSError."""
    number = 0
    for number, facts in enumerate(_described(parts, event_id, passes), 1):
        with whole(folder / f"{facts.code}.png") as part:
            part.write_bytes(draw(facts))
        told(number)
    return number


def sheet(parts: Parts, event_id: int, passes: Sequence[int], path: Path, told: Told) -> int:
    """A PDF of pages of A4 with each pass that is valid, in this order; how many.

    It has its name when it is whole. Raises OSError.
    """
    number, page = 0, list[PassImage]()
    with whole(path) as part, part.open("wb") as out, Pdf(out, *print_sheet.POINTS) as pages:
        for number, facts in enumerate(_described(parts, event_id, passes), 1):
            page.append(facts)
            if len(page) == print_sheet.PER_PAGE:
                pages.add(print_sheet.page(page))
                page.clear()
                told(number)
        if page:
            pages.add(print_sheet.page(page))
    return number


def send(
    database: Database,
    windows: Windows,
    settings: Settings,
    passes: Sequence[int],
    *,
    now: Callable[[], datetime],
    told: Told,
) -> Counter[str]:
    """Enqueue each valid pass for its holder's phone, once for ever; how many go which way, and why others do not.

    They leave after everybody's replies and passes. Counted by the words of
    bot.delivery.dispatch.channel_choice, and by NO_PHONE, STOPPED, BEFORE.
    """
    ways = Counter[str]()
    for place in range(0, len(passes), AT_ONCE):
        ids = passes[place : place + AT_ONCE]
        with database.read() as db:
            phones = _phones(db, ids)
        # Redis is asked first: others wait for the transaction.
        reached = {one: channel_choice.of(windows, settings, phone, now()) for one, phone in phones.items()}
        with database.write() as db:
            ways += _owe(db, ids, reached, now())
        told(place + len(ids))
    return ways


def _owe(db: Session, ids: Sequence[int], reached: dict[int, channel_choice.Reach], now: datetime) -> Counter[str]:
    ways = Counter[str]()
    sent = Delivery.pass_id.in_(ids) & Delivery.kind.in_(("pass", "link"))
    before = set(db.scalars(select(Delivery.pass_id).where(sent)))
    whole = select(Pass, Contact).join(Contact, Contact.id == Pass.holder_id).where(Pass.id.in_(ids))
    of_registration = joinedload(Pass.registration)
    for issued, holder in db.execute(whole.where(Pass.status == "valid").order_by(Pass.id).options(of_registration)):
        if issued.id in before:
            ways[BEFORE] += 1
        elif issued.id not in reached:
            ways[NO_PHONE] += 1
        elif holder.stopped_at:
            ways[STOPPED] += 1
        else:
            language, key = issued.registration.language, f"imported:{issued.id}"
            _, way = channel_choice.owe(db, issued, reached[issued.id], language, now, priority=BULK, key=key)
            ways[way] += 1
    return ways


def _phones(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """The phone of each pass whose holder has one."""
    named = select(Pass.id, ContactAlias.value).join(ContactAlias, ContactAlias.contact_id == Pass.holder_id)
    rows = db.execute(named.where(Pass.id.in_(ids), ContactAlias.kind == "phone"))
    return {row.id: row.value for row in rows}


def _described(parts: Parts, event_id: int, passes: Sequence[int]) -> Iterator[PassImage]:
    for place in range(0, len(passes), AT_ONCE):
        with parts.database.read() as db:
            valid = slips.still_valid(db, event_id, passes[place : place + AT_ONCE])
            facts = [image_cache.described(db, parts, one.id) for one in valid]
        yield from facts
