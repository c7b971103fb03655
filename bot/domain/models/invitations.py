"""Invitations to a team, and who has accepted one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Numbered, OfEvent
from bot.domain.models.events import Event, Gate
from bot.domain.models.roster import Staff

WAITING = text("status = 'waiting'")


class Invitation(OfEvent, Numbered):
    """Lets people ask to join a team, until a moment or until so many have."""

    __tablename__ = "invitations"

    words: Mapped[str] = mapped_column(String(60), unique=True)
    """Such as `MANGO-RIVER-TOWER`: see flows.understanding.invitation_words."""
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that made it: one that is sent twice makes one invitation."""
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    """At which gate they are to work; None: they choose."""
    max_people: Mapped[int]
    joined: Mapped[int] = mapped_column(default=0)
    """How many have asked to join by it. Changed only by a conditional UPDATE."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who invites; None: an owner, or somebody at the command line."""
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
    gate: Mapped[Gate | None] = relationship()
    staff: Mapped[Staff | None] = relationship()

    __table_args__ = (
        Index("ix_invitations_event_id", "event_id"),
        CheckConstraint("joined >= 0 AND joined <= max_people", name="joined"),
    )


class JoinRequest(OfEvent, Numbered):
    """Somebody who has accepted an invitation. They may do nothing until an admin confirms them."""

    __tablename__ = "join_requests"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"))
    phone: Mapped[str] = mapped_column(String(20))
    """E.164."""
    name: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    """`waiting`, `confirmed` or `declined`."""
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship()

    __table_args__ = (
        UniqueConstraint("invitation_id", "phone"),
        # One who accepts two invitations waits once.
        Index(
            "uq_join_requests_waiting", "event_id", "phone", unique=True, sqlite_where=WAITING, postgresql_where=WAITING
        ),
        Index("ix_join_requests_phone", "phone"),
        CheckConstraint("status IN ('waiting', 'confirmed', 'declined')", name="status"),
    )
