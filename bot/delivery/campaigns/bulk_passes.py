"""Hands out many passes: by message, as pictures in a folder, or as a sheet to print."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from bot.database import Database
from bot.delivery.dispatch import channel_choice
from bot.delivery.images import cache as image_cache
from bot.delivery.images import print_sheet
from bot.delivery.images.cache import ImageDeps
from bot.delivery.images.pass_image import PassImage, draw
from bot.delivery.images.pdf import Pdf
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.exports.files import write_whole
from bot.domain.models import Contact, ContactAlias, Delivery, Pass
from bot.domain.passes import slips
from bot.settings import Settings

BATCH_SIZE = 96
"""Passes read together: twelve sheets."""
NO_PHONE, STOPPED, QUEUED = "no_phone", "stopped", "before"
"""Why nothing is owed: there is no address; they want no message that they did not ask for; it was owed before."""
ReportProgress = Callable[[int], None]
"""Hears how many passes are done."""


def write_pictures(deps: ImageDeps, event_id: int, passes: Sequence[int], folder: Path, report: ReportProgress) -> int:
    """The picture of each pass that is valid, as `folder/XXXX-XXXX.png`; how many. Raises OSError."""
    number = 0
    for number, facts in enumerate(_image_facts(deps, event_id, passes), 1):
        with write_whole(folder / f"{facts.code}.png") as part:
            part.write_bytes(draw(facts))
        report(number)
    return number


def write_sheet(deps: ImageDeps, event_id: int, passes: Sequence[int], path: Path, report: ReportProgress) -> int:
    """A PDF of pages of A4 with each pass that is valid, in this order; how many.

    It has its name when it is whole. Raises OSError.
    """
    number, page = 0, list[PassImage]()
    with write_whole(path) as part, part.open("wb") as out, Pdf(out, *print_sheet.POINTS) as pages:
        for number, facts in enumerate(_image_facts(deps, event_id, passes), 1):
            page.append(facts)
            if len(page) == print_sheet.PER_PAGE:
                pages.add(print_sheet.page(page))
                page.clear()
                report(number)
        if page:
            pages.add(print_sheet.page(page))
    return number


def enqueue_passes(
    database: Database,
    windows: SessionWindows,
    settings: Settings,
    passes: Sequence[int],
    *,
    now: Callable[[], datetime],
    report: ReportProgress,
) -> Counter[str]:
    """Enqueue each valid pass for its holder's phone, once for ever; how many go which way, and why others do not.

    They leave after everybody's replies and passes. Counted by the words of
    bot.delivery.dispatch.channel_choice, and by NO_PHONE, STOPPED, QUEUED.
    """
    ways = Counter[str]()
    for place in range(0, len(passes), BATCH_SIZE):
        ids = passes[place : place + BATCH_SIZE]
        phones = database.ask(_phones, ids)
        # Redis is asked first: others wait for the transaction.
        reached = {
            pass_id: channel_choice.choose_channel(windows, settings, phone, now()) for pass_id, phone in phones.items()
        }
        ways += database.do(_enqueue, ids, reached, now())
        report(place + len(ids))
    return ways


def count_unsent(db: Session, passes: Sequence[int]) -> int:
    """How many of these passes `enqueue_passes` would send: valid ones of people with a phone who take messages, and
    not sent before.
    """
    number = 0
    for place in range(0, len(passes), BATCH_SIZE):
        ids = passes[place : place + BATCH_SIZE]
        sent = set(db.scalars(select(Delivery.pass_id).where(_was_sent(ids))))
        reached = _phones(db, ids).keys() - sent
        wanted = select(func.count()).join_from(Pass, Contact, Contact.id == Pass.holder_id)
        number += (
            db.scalar(wanted.where(Pass.id.in_(reached), Pass.status == "valid", Contact.stopped_at.is_(None))) or 0
        )
    return number


def _was_sent(ids: Sequence[int]) -> ColumnElement[bool]:
    return Delivery.pass_id.in_(ids) & Delivery.kind.in_(("pass", "link"))


def _enqueue(
    db: Session, ids: Sequence[int], reached: dict[int, channel_choice.ChannelChoice], now: datetime
) -> Counter[str]:
    ways = Counter[str]()
    before = set(db.scalars(select(Delivery.pass_id).where(_was_sent(ids))))
    whole = select(Pass, Contact).join(Contact, Contact.id == Pass.holder_id).where(Pass.id.in_(ids))
    of_registration = joinedload(Pass.registration)
    for issued, holder in db.execute(whole.where(Pass.status == "valid").order_by(Pass.id).options(of_registration)):
        if issued.id in before:
            ways[QUEUED] += 1
        elif issued.id not in reached:
            ways[NO_PHONE] += 1
        elif holder.stopped_at:
            ways[STOPPED] += 1
        else:
            language, key = issued.registration.language, f"imported:{issued.id}"
            _, way = channel_choice.enqueue_pass(db, issued, reached[issued.id], language, now, priority=BULK, key=key)
            ways[way] += 1
    return ways


def _phones(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """The phone of each pass whose holder has one."""
    named = select(Pass.id, ContactAlias.value).join(ContactAlias, ContactAlias.contact_id == Pass.holder_id)
    rows = db.execute(named.where(Pass.id.in_(ids), ContactAlias.kind == "phone"))
    return {row.id: row.value for row in rows}


def _image_facts(deps: ImageDeps, event_id: int, passes: Sequence[int]) -> Iterator[PassImage]:
    for place in range(0, len(passes), BATCH_SIZE):
        with deps.database.read() as db:
            valid = slips.still_valid(db, event_id, passes[place : place + BATCH_SIZE])
            facts = [image_cache.image_facts(db, deps, pass_.id) for pass_ in valid]
        yield from facts
