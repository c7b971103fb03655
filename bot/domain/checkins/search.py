"""Searches today's passes by a name, by a phone, or by a code with one wrong character.

For people at a gate, who see of a pass what they need to admit, and never a phone number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from bot.domain import audit, people
from bot.domain.checkins import rules as scan_rules
from bot.domain.events import scan_context
from bot.domain.events.scan_context import ScanContext
from bot.domain.models import Event, Kind, NameWord, Pass, Registration
from bot.domain.passes import tokens
from bot.domain.people import name_index
from bot.errors import Refused
from flows.shapes.scans import SeenPass
from flows.text import access_needs, collation
from flows.understanding import codes

MAX_RESULTS = 5
"""Passes in an answer (docs/contract.md#roster-numbers-in-the-chat)."""
MAX_SEARCHES_PER_HOUR = 30
"""Searches of one volunteer in an hour: they are for visitors who have lost the code, not a way to read the list."""
MAX_OFFERS_PER_HOUR = 5
"""Passes offered for mistyped codes, of one volunteer in an hour (docs/contract.md#codes-and-qr)."""
HOUR = timedelta(hours=1)
_WHOLE = (
    select(Pass)
    .join(Pass.registration)
    .join(Pass.kind)
    .options(contains_eager(Pass.registration), contains_eager(Pass.kind))
)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search."""

    passes: tuple[SeenPass, ...]
    """The passes found, at most MAX_RESULTS."""
    more: bool
    """Whether there are others that fit."""
    by: str
    """`name` or `phone`."""


def find(
    db: Session, slug: str, *, staff_id: int, name: str = "", phone: str = "", now: datetime
) -> tuple[list[SeenPass], bool]:
    """Search and keep that it was done: the passes, and whether there are more.

    Raises Refused `no_such_event`, `too_many_searches`.
    """
    found = search(db, slug, staff_id=staff_id, name=name, phone=phone, now=now)
    record_search(db, slug, staff_id=staff_id, by=found.by, codes=[pass_.code for pass_ in found.passes], now=now)
    return list(found.passes), found.more


def search(db: Session, slug: str, *, staff_id: int, name: str = "", phone: str = "", now: datetime) -> SearchResult:
    """Today's valid passes of this name, or of this phone (E.164). Only reads.

    A name is looked for by the beginnings of its words, however it was typed. Raises Refused `no_such_event`,
    `too_many_searches`.
    """
    if audit.count(db, staff_id, audit.SEARCHED, now - HOUR) >= MAX_SEARCHES_PER_HOUR:
        raise Refused("too_many_searches")
    place = scan_context.load(db, slug, None, now)
    rows = _of_phone(db, place, phone) if phone else _of_name(db, place, name)
    seen = sorted((_to_view(row) for row in rows[:MAX_RESULTS]), key=_place)
    return SearchResult(tuple(seen), len(rows) > MAX_RESULTS, "phone" if phone else "name")


def record_search(db: Session, slug: str, *, staff_id: int, by: str, codes: Sequence[str], now: datetime) -> None:
    """Keep that somebody searched, and which passes (codes as shown) they saw; never what was typed."""
    bare = [code.replace("-", "") for code in codes]
    ids = list(db.scalars(select(Pass.id).where(Pass.code.in_(bare)).order_by(Pass.id)))
    about = {"by": by, "passes": ids, "codes": list(codes)}
    event_id = db.scalar(select(Event.id).where(Event.slug == slug))
    audit.record(db, audit.SEARCHED, now=now, event_id=event_id, staff_id=staff_id, about=about)


def near_pass(db: Session, slug: str, mistyped: str, *, staff_id: int, now: datetime) -> SeenPass | None:
    """The one valid pass of today whose code differs by one character from a mistyped one.

    None where none or several do, and after MAX_OFFERS_PER_HOUR within the hour. Raises Refused `no_such_event`.
    """
    if audit.count(db, staff_id, audit.NEAR_CODE_OFFERED, now - HOUR) >= MAX_OFFERS_PER_HOUR:
        return None
    place = scan_context.load(db, slug, None, now)
    rows = _of_today(db.scalars(_WHOLE.where(Pass.code.in_(codes_one_away(mistyped)))), place)
    return _to_view(rows[0]) if len(rows) == 1 else None


def codes_one_away(mistyped: str) -> list[str]:
    """The codes with a right check character that differ from this one in one character."""
    bare = codes.corrected(mistyped)
    changed = (bare[:place] + other + bare[place + 1 :] for place in range(len(bare)) for other in codes.ALPHABET)
    return sorted({code for code in changed if code != bare and codes.check_character(code[:-1]) == code[-1]})


def _place(seen: SeenPass) -> tuple[tuple[int, str, str], str]:
    return collation.sort_key(seen.name), seen.code


def _of_name(db: Session, context: ScanContext, name: str) -> Sequence[Pass]:
    """The passes of this name, at most one more than MAX_RESULTS."""
    kinds = db.scalars(select(Kind).where(Kind.event_id == context.event.id)).all()
    several = [kind.id for kind in kinds if kind.days and context.day.isoformat() in kind.days]
    single = [kind.id for kind in kinds if not kind.days]
    today = or_(and_(Pass.day == context.day, Pass.kind_id.in_(single)), Pass.kind_id.in_(several))
    named = _WHOLE.join(NameWord, NameWord.registration_id == Registration.id)
    named = named.where(name_index.matches(context.event.id, name, few=True), Pass.status == Pass.VALID, today)
    rows = db.scalars(named.limit(MAX_RESULTS + 1)).all()
    found = list(dict.fromkeys(rows))
    if len(found) < len(rows) > MAX_RESULTS:  # a registration has several words that begin so: others may come behind
        rows = db.scalars(named.limit((MAX_RESULTS + 1) * name_index.MAX_MATCHED_WORDS)).all()
        found = list(dict.fromkeys(rows))[: MAX_RESULTS + 1]
    return found


def _of_phone(db: Session, context: ScanContext, phone: str) -> list[Pass]:
    """The passes that this phone holds or asked for; a teacher's phone has many, most of other days."""
    ids = [contact.id for contact in people.find_all(db, phone=phone)]
    theirs = or_(Registration.holder_id.in_(ids), Registration.asked_by_id.in_(ids))
    return _of_today(db.scalars(_WHOLE.where(theirs).order_by(Pass.id)), context)


def _of_today(rows: Iterable[Pass], context: ScanContext) -> list[Pass]:
    """The passes that let somebody in today, as far as event, status and days say."""
    mine = (row for row in rows if row.event_id == context.event.id and row.status == Pass.VALID)
    return [row for row in mine if context.day in tokens.token_of(row).dates]


def _to_view(row: Pass) -> SeenPass:
    registration = row.registration
    return scan_rules.pass_view(row, row.kind, registration.full_name, registration.answers.get(access_needs.NAME))
