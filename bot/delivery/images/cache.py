"""The picture of a pass as PNG: the row is read at each request, the drawing is cached."""

from datetime import date, time
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.images.pass_image import PassImage, draw
from bot.delivery.outbox.whatsapp_text import name_in, venue_in
from bot.domain.events import identity
from bot.domain.keys import KeyRing
from bot.domain.models import Event, EventDay, Kind, Pass, table
from bot.domain.passes import tokens
from bot.errors import Refused
from bot.settings import Settings
from flows.text import LANGUAGES
from flows.understanding import codes

CACHE_SIZE = 64
"""Pictures kept in a process: Twilio and the visitor ask for the same one within seconds. 40 KB each."""

SAMPLE_NAME, SAMPLE_PARTY, SAMPLE_CODE = "Asha Verma", 3, "XXXX-XXXX"
SAMPLE_DAY = date(2027, 1, 16)
"""A Saturday."""

_STATUS = select(table(Pass).c.status).where(table(Pass).c.id == bindparam("pass_id"))
_drawn = lru_cache(maxsize=CACHE_SIZE)(draw)


class ImageDeps(Protocol):
    """The parts that a picture needs; bot.service.Service has them."""

    @property
    def database(self) -> Database:
        """The database with the pass."""

    @property
    def ring(self) -> KeyRing:
        """The keys that sign the pass's token."""

    @property
    def settings(self) -> Settings:
        """The settings, for the origin in the QR."""


def pass_image(service: ImageDeps, pass_id: int, language: str = "", *, shared: bool = False) -> bytes:
    """The PNG of a valid pass, in this language or, where we do not have it, in that of its registration; `shared`: the
    one to be forwarded.

    Raises Refused `no_such_pass` for one that is not there, replaced or revoked.
    """
    facts = service.database.ask(image_facts, service, pass_id, language, shared=shared)
    return _drawn(facts)


def is_valid(service: ImageDeps, pass_id: int) -> bool:
    """Whether there is such a pass, neither replaced nor revoked."""
    return [row.status for row in service.database.look(_STATUS, {"pass_id": pass_id})] == [Pass.VALID]


def sample_image(origin: str) -> bytes:
    """The PNG of a pass that is nobody's: what WhatsApp looks at before it approves a template with a picture."""
    hours = {"opens": time(10), "closes": time(20)}
    event = {"event": "Delhi Book Fair", "venue": "Pragati Maidan", "policy": "daily", **hours}
    return _drawn(_sample(origin, "en", **event, day=SAMPLE_DAY))


def sample_of(event: Event, look: identity.Identity, origin: str, language: str) -> bytes:
    """The PNG of a pass of this event that is nobody's: how its passes look in this language."""
    name, venue = event.names.get(language) or event.name, event.venues.get(language) or event.venue
    own = {field: getattr(event, field) for field in ("opens", "closes", "policy")}
    return draw(_sample(origin, language, **own, event=name, venue=venue, day=event.starts_on, identity=look))


def _sample(origin: str, language: str, **of_event: Any) -> PassImage:
    return PassImage(
        **of_event,
        full_name=SAMPLE_NAME,
        party_size=SAMPLE_PARTY,
        code=SAMPLE_CODE,
        qr_text=tokens.qr_text(origin, "SAMPLE"),
        language=language,
    )


def image_facts(
    db: Session, service: ImageDeps, pass_id: int, language: str = "", *, shared: bool = False
) -> PassImage:
    """The facts of a valid pass for its picture. Raises Refused `no_such_pass`."""
    shown = db.get(Pass, pass_id)
    if shown is None or shown.status != Pass.VALID:
        raise Refused("no_such_pass")
    return facts_of(db, shown, service.ring, service.settings.origin, language, shared=shared)


def facts_of(
    db: Session, shown: Pass, ring: KeyRing | None, origin: str, language: str, *, shared: bool = False
) -> PassImage:
    """What the picture of a pass says, in this language or, where we do not have it, in that of its registration.

    Without keys there is no text for the QR: for its words alone.
    """
    event, kind = shown.event, shown.kind
    reader = language if language in LANGUAGES else shown.registration.language
    opens, closes = _hours(db, shown)
    token = tokens.token_of(shown)
    return PassImage(
        event=name_in(event, reader),
        venue=venue_in(event, reader),
        opens=opens,
        closes=closes,
        full_name=shown.registration.full_name,
        day=token.first_day,
        kind_days=token.dates if kind.days else (),
        party_size=shown.party_size,
        code=codes.shown(shown.code),
        qr_text=tokens.qr_text(origin, tokens.encode(token, ring)) if ring else "",
        policy=kind.policy or event.policy,
        language=reader,
        shared=shared and shown.party_size > 1,
        kind="" if kind.number == 0 else str(kind.labels.get(reader) or kind.labels.get("en") or kind.slug),
        gates=_gates(kind, event) if kind.gates else (),
        identity=identity.of(db, event),
    )


def _gates(kind: Kind, event: Event) -> tuple[str, ...]:
    """The names of the gates by which passes of the kind enter."""
    names = {gate.slug: gate.name for gate in event.gates}
    return tuple(names.get(slug, slug) for slug in kind.gates or ())


def _hours(db: Session, pass_: Pass) -> tuple[time | None, time | None]:
    """The day's own hours where it has some, else the event's."""
    day = db.get(EventDay, (pass_.event_id, pass_.day))
    event = pass_.event
    return (day and day.opens) or event.opens, (day and day.closes) or event.closes
