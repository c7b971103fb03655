"""Messages to many."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import JsonDict, Numbered
from bot.domain.models.events import Event


class Broadcast(Numbered):
    """One message to many people of an event, and how far it is. What became of each is in `deliveries`."""

    __tablename__ = "broadcasts"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    key: Mapped[str | None] = mapped_column(String(60), unique=True)
    """What there is only one of (`reminder:<event>:<day>`); None where it may be said again."""
    made_by: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(20))
    """Which notice it is: bot.delivery.templates.notices.NOTICES."""
    selection: Mapped[JsonDict]
    """Who gets it: see bot.domain.messaging.audience.Selection."""
    wording: Mapped[JsonDict]
    """By language: `body`, and `values` for the notice's variables."""
    status: Mapped[str] = mapped_column(String(10), default="running")
    """`running`, `paused`, `cancelled` or `done`."""
    expected: Mapped[int]
    """How many people it was for when it began."""
    cursor: Mapped[int] = mapped_column(default=0)
    """The last contact that was looked at: those after it are still to come."""
    owed: Mapped[int] = mapped_column(default=0)
    """How many messages have been put into the outbox."""
    skipped: Mapped[JsonDict] = mapped_column(default=dict)
    """How many people were passed over, by reason: `stopped`, `no_address`."""
    until: Mapped[datetime]
    """When it is too late for what has not left."""
    created_at: Mapped[datetime]
    filled_at: Mapped[datetime | None]
    """When the last message had been put into the outbox."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    """When nothing was left to do for it; None: the clock looks after it."""

    event: Mapped[Event] = relationship()

    __table_args__ = (CheckConstraint("status IN ('running', 'paused', 'cancelled', 'done')", name="status"),)
