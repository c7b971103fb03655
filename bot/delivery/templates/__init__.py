"""Content templates: which of Twilio's templates exist, and which are in use."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import ContentTemplate
from bot.timeouts import REFUSED_TEMPLATE_PAUSE

CACHE_SECONDS = 15.0
"""How long a process goes by what it last read: after `templates sync` buttons come within this time."""
WANTED_KEY = "content:wanted"
"""Redis set: shapes that questions had and no template; `templates sync` makes them."""
NOTICE_PREFIX, FORM_PREFIX = "notice_", "form_"
"""How the shapes of notices begin (bot.delivery.templates.notices), and of forms (…forms); all others are of
questions."""
APPROVED = "approved"
UNUSABLE = ("rejected", "paused", "disabled")
"""WhatsApp's words for a template that it does not carry; a message inside the window needs no other."""

_USABLE = select(ContentTemplate.shape, ContentTemplate.sid, ContentTemplate.refused_at).where(
    ContentTemplate.replaced_at.is_(None),
    ContentTemplate.approval.not_in(UNUSABLE),
    # A form is in nobody's account before it is approved.
    or_(ContentTemplate.shape.not_like(f"{FORM_PREFIX}%"), ContentTemplate.approval == APPROVED),
)


def sid_of(db: Session, shape: str, now: datetime) -> str | None:
    """The template that carries this shape now."""
    return _in_use(db.execute(_USABLE).all(), now).get(shape)


def approved(db: Session, shape: str, now: datetime) -> str | None:
    """The template of this shape that WhatsApp has approved, the only kind that it carries outside the window."""
    found = select(ContentTemplate).where(
        ContentTemplate.shape == shape, ContentTemplate.replaced_at.is_(None), ContentTemplate.approval == APPROVED
    )
    return next((row.sid for row in db.scalars(found) if is_pause_over(row.refused_at, now)), None)


def refuse(db: Session, sid: str, code: str, now: datetime) -> None:
    """Note that Twilio refused a message with this template: it is left alone for a while."""
    db.execute(update(ContentTemplate).where(ContentTemplate.sid == sid).values(refused_at=now, refused_code=code[:20]))


def wanted_shapes(redis: "Redis") -> set[str]:
    """The shapes that questions had and no template; empty where Redis is away."""
    try:
        return {shape.decode() for shape in cast("set[bytes]", redis.smembers(WANTED_KEY))}
    except RedisError:
        return set()


def _in_use(rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> dict[str, str]:
    return {row.shape: row.sid for row in rows if is_pause_over(row.refused_at, now)}


def is_pause_over(refused_at: datetime | None, now: datetime) -> bool:
    """Whether Twilio has not refused a message with a template lately."""
    return refused_at is None or now - refused_at >= REFUSED_TEMPLATE_PAUSE


class TemplateCatalog:
    """The templates in use, cached in a process and read anew now and then."""

    def __init__(self, database: Database, redis: "Redis", clock: Callable[[], datetime]) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._known: dict[str, str] = {}
        self._missed: set[str] = set()
        self._read_at = float("-inf")
        self._reading = threading.Lock()

    @property
    def in_use(self) -> bool:
        """Whether there is any: without, nobody need look how a question would read."""
        return bool(self._current())

    def is_usable(self, shape: str) -> bool:
        """Whether a template carries this shape now; of a form: one that is approved."""
        return shape in self._current()

    def is_available(self, shape: str) -> bool:
        """Whether a template carries this shape; where none does, it is noted that one is wanted."""
        if self.is_usable(shape):
            return True
        if shape not in self._missed:
            self._missed.add(shape)
            self._request(shape)
        return False

    def _request(self, shape: str) -> None:
        try:
            self._redis.sadd(WANTED_KEY, shape)
        except RedisError:
            self._missed.discard(shape)

    def _current(self) -> dict[str, str]:
        if time.monotonic() - self._read_at > CACHE_SECONDS:
            with self._reading:
                # A turn asks in its transaction: a second session could be one for which all others wait.
                usable = _in_use(self._database.look(_USABLE, {}), self._clock())
                self._known = {shape: sid for shape, sid in usable.items() if not shape.startswith(NOTICE_PREFIX)}
                self._missed.clear()
                self._read_at = time.monotonic()
        return self._known
