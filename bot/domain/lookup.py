"""Finding today's passes: by a name, by a phone, or by a code that is wrong in one character.

For people at a gate, who see of a pass what they need to admit, and never a phone number.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from bot.domain import audit, people, scan_places, scan_rules
from bot.domain.models import Kind, Pass, Registration
from bot.domain.scan_places import Place
from bot.errors import Refused
from flows import codes
from flows.scans import SeenPass

MOST = 5
"""Passes in an answer (contract, section 5)."""
MOST_SEARCHES = 30
"""Of one volunteer in an hour: a search is for the visitor who has lost the code, not a way to read the list."""
MOST_OFFERS = 5
"""Passes offered for mistyped codes, of one volunteer in an hour (contract, section 5)."""
HOUR = timedelta(hours=1)


def find(
    db: Session, slug: str, *, staff_id: int, name: str = "", phone: str = "", now: datetime
) -> tuple[list[SeenPass], bool]:
    """Today's valid passes of this name, or of this phone (E.164): at most MOST, and whether there are more.

    A name is looked for anywhere in the name, in any case. Every search is kept, with whom it found.
    Raises Refused `no_such_event`, `too_many_searches`.
    """
    if audit.count(db, staff_id, audit.FOUND, now - HOUR) >= MOST_SEARCHES:
        raise Refused("too_many_searches")
    place = scan_places.load(db, slug, None, now)
    which = _of_phone(db, phone) if phone else Registration.full_name.icontains(name, autoescape=True)
    rows = _today(db, place, which, MOST + 1)
    about = {"by": "phone" if phone else "name", "passes": [row.id for row in rows[:MOST]]}
    audit.note(db, audit.FOUND, now=now, event_id=place.event.id, staff_id=staff_id, about=about)
    return [_seen(row) for row in rows[:MOST]], len(rows) > MOST


def near(db: Session, slug: str, mistyped: str, *, staff_id: int, now: datetime) -> SeenPass | None:
    """The one valid pass of today whose code differs by one character from a mistyped one.

    None where none or several do, and after MOST_OFFERS within the hour. Raises Refused `no_such_event`.
    """
    if audit.count(db, staff_id, audit.OFFERED, now - HOUR) >= MOST_OFFERS:
        return None
    place = scan_places.load(db, slug, None, now)
    rows = _today(db, place, Pass.code.in_(one_away(mistyped)), 2)
    return _seen(rows[0]) if len(rows) == 1 else None


def one_away(mistyped: str) -> list[str]:
    """The codes with a right check character that differ from this one in one character."""
    bare = codes.mended(mistyped)
    changed = (bare[:place] + other + bare[place + 1 :] for place in range(len(bare)) for other in codes.ALPHABET)
    return sorted({code for code in changed if code != bare and codes.check_character(code[:-1]) == code[-1]})


def _today(db: Session, place: Place, which: ColumnElement[bool], most: int) -> Sequence[Pass]:
    kinds = db.scalars(select(Kind).where(Kind.event_id == place.event.id)).all()
    several = [kind.id for kind in kinds if kind.days and place.day.isoformat() in kind.days]
    single = [kind.id for kind in kinds if not kind.days]
    of_today = or_(and_(Pass.day == place.day, Pass.kind_id.in_(single)), Pass.kind_id.in_(several))
    wanted = (
        select(Pass)
        .join(Pass.registration)
        .join(Pass.kind)
        .where(Pass.event_id == place.event.id, Pass.status == "valid", of_today, which)
        .order_by(Registration.full_name, Pass.id)
        .limit(most)
        .options(contains_eager(Pass.registration), contains_eager(Pass.kind))
    )
    return db.scalars(wanted).all()


def _of_phone(db: Session, phone: str) -> ColumnElement[bool]:
    ids = [contact.id for contact in people.find_all(db, phone=phone)]
    return or_(Registration.holder_id.in_(ids), Registration.asked_by_id.in_(ids))


def _seen(row: Pass) -> SeenPass:
    return scan_rules.seen(row, row.kind, row.registration.full_name)
