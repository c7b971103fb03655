"""What an event is known by at sight: its colour, its logo and its header picture."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import colours
from bot.domain.models import Event, EventPicture

LOGO, HEADER = "logo", "header"
KINDS = (LOGO, HEADER)
"""The pictures that an event may have, each a column of its row."""
MAX_FILE_BYTES = 8_000_000
"""Bytes of a file with a picture; what is kept of it is smaller."""
PICTURE_COLUMNS = ("digest", "mime", "width", "height", "data")
MAX_CACHED_PICTURES = 16
"""Pictures kept ready in a process, the last used: those of eight events, 400 KB each at most."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept (bot.domain.events.pictures). Two of one digest are the same."""

    digest: str
    """The first letters of its SHA-256."""
    mime: str = field(compare=False)
    width: int = field(compare=False)
    height: int = field(compare=False)
    data: bytes = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """An event's colour and pictures. Two are the same where colour and digests are: it is part of a cache's key."""

    colour: str = colours.DEFAULT
    logo: Picture | None = None
    header: Picture | None = None

    @property
    def ink(self) -> str:
        """What words on the colour are written in."""
        return colours.ink_on(self.colour)


PLAIN = Identity()
"""That of an event that has chosen nothing."""


class _KeptPictures:
    """The pictures that were read last, by digest: a digest never stands for another picture."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> Picture | None:
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    def keep(self, picture: Picture) -> None:
        with self._lock:
            self._kept[picture.digest] = picture
            while len(self._kept) > MAX_CACHED_PICTURES:
                self._kept.popitem(last=False)


_KEPT = _KeptPictures()


def of(db: Session, event: Event) -> Identity:
    """The event's identity; reads a picture only where this process has not read it of late."""
    if not (event.colour or event.logo or event.header):
        return PLAIN
    logo, header = (_kept(db, event, getattr(event, kind)) for kind in KINDS)
    return Identity(event.colour or colours.DEFAULT, logo, header)


def _kept(db: Session, event: Event, digest: str) -> Picture | None:
    known = _KEPT.get(digest) if digest else None
    if known is None and digest:
        known = find(db, event.slug, digest)
        if known:
            _KEPT.keep(known)
    return known


def find(db: Session, slug: str, digest: str) -> Picture | None:
    """A picture that the event has now, by its digest; None where there is none (any more)."""
    wanted = select(EventPicture).join(Event, Event.id == EventPicture.event_id)
    row = db.scalars(wanted.where(Event.slug == slug, EventPicture.digest == digest).limit(1)).first()
    return Picture(*(getattr(row, name) for name in PICTURE_COLUMNS)) if row else None


def set_picture(event: Event, kind: str, picture: Picture | None) -> None:
    """Give an event a picture of this kind (one of KINDS) in place of any before; None: it has none then."""
    setattr(event, kind, picture.digest if picture else "")
    row = next((row for row in event.pictures if row.kind == kind), None)
    if picture is None:
        event.pictures = [one for one in event.pictures if one is not row]
        return
    if row is None:
        row = EventPicture(kind=kind)
        event.pictures.append(row)
    for name in PICTURE_COLUMNS:
        setattr(row, name, getattr(picture, name))


def copy(old: Event, new: Event) -> None:
    """Give an event the identity of another."""
    new.colour, new.logo, new.header = old.colour, old.logo, old.header
    for row in old.pictures:
        same = {name: getattr(row, name) for name in PICTURE_COLUMNS}
        new.pictures.append(EventPicture(kind=row.kind, **same))
