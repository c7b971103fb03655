"""What is printed of a pass at a desk, for people without a phone: with the name, so that each of a family or a queue
gets their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.domain import audit
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from bot.domain.passes import tokens
from bot.errors import Refused, required
from flows import shapes
from flows.gate.answers import VISITOR
from flows.understanding import codes


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed of a pass."""

    event: Mapping[str, str]
    """The event's name by language."""
    code: str
    """As shown: XXXX-XXXX."""
    name: str
    """Of whom it is."""
    dates: tuple[date, ...]
    """The days on which it lets people in, the first first."""
    party_size: int
    kind: Mapping[str, str]
    """What people call the kind, by language; empty for a visitor's."""
    language: str
    """The language of the registration: the visitor reads the slip."""
    qr_text: str
    slug: str
    """The event's."""
    logo: str
    """The digest of its logo; empty: it has none."""


def slip_of(issued: Pass, ring: KeyRing, origin: str) -> Slip:
    """The slip of a pass that has its event, kind and registration; `origin` is where its QR leads."""
    token = tokens.token_of(issued)
    visits = issued.kind.slug == VISITOR
    return Slip(
        event={"en": issued.event.name, **issued.event.names},
        code=codes.shown(issued.code),
        name=issued.registration.full_name,
        dates=tuple(token.dates),
        party_size=issued.party_size,
        kind={} if visits else {"en": issued.kind.slug, **issued.kind.labels},
        language=issued.registration.language,
        qr_text=tokens.qr_text(origin, tokens.encode(token, ring)),
        slug=issued.event.slug,
        logo=issued.event.logo,
    )


def still_valid(db: Session, event_id: int, ids: Sequence[int]) -> list[Pass]:
    """The passes of these ids that are valid and of this event, in the same order, ready for `slip_of`."""
    loaded = (joinedload(Pass.event), joinedload(Pass.kind), joinedload(Pass.registration))
    wanted = select(Pass).where(Pass.id.in_(ids), Pass.event_id == event_id, Pass.status == Pass.VALID).options(*loaded)
    return sorted(db.scalars(wanted), key=lambda pass_: ids.index(pass_.id))


def print_again(db: Session, *, event_id: int, code: str, staff_id: int, now: datetime) -> int:
    """Note that somebody prints the slip of a pass that there is already; the pass's id.

    `code` as it was typed. Raises Refused `not_a_code`, `mistyped_code`, and `no_such_pass` for one that is
    not valid, or another event's.
    """
    try:
        bare = codes.parse(code)
    except shapes.Invalid as wrong:
        raise Refused(wrong.code) from None
    valid = select(Pass.id).where(Pass.code == bare, Pass.event_id == event_id, Pass.status == Pass.VALID)
    pass_id = required(db.scalar(valid), Refused("no_such_pass"))
    about = {"pass": pass_id, "code": codes.shown(bare)}
    audit.record(db, audit.SLIP_PRINTED, now=now, event_id=event_id, staff_id=staff_id, about=about)
    return pass_id
