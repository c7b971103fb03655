"""Tables of volunteers and scanners."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, Numbered, OfEvent, OfTeam
from bot.domain.models.events import Event, Gate


class Staff(OfTeam, OfEvent, Numbered):
    """A person on the roster of one event. One person may be on several rosters."""

    __tablename__ = "staff"

    phone: Mapped[str] = mapped_column(String(20))
    """E.164."""
    role: Mapped[str] = mapped_column(String(12), default="volunteer")
    """`volunteer`, `supervisor` or `admin`; each may do what those before it may."""
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    paused_until: Mapped[datetime | None]
    """Until when this person may not scan, having guessed too many codes; None or past: no pause."""
    chosen_at: Mapped[datetime | None]
    """When this person, who stands on several rosters, last said that they work at this event."""
    seen_at: Mapped[datetime | None]
    """When the scanner's page last asked with this person's session, to the minute."""

    event: Mapped[Event] = relationship()
    gate: Mapped[Gate | None] = relationship()

    __table_args__ = (
        UniqueConstraint("event_id", "phone"),
        Index("ix_staff_phone", "phone"),
        CheckConstraint("role IN ('volunteer', 'supervisor', 'admin')", name="role"),
    )


class EndedSession(Base):
    """A session of the staff pages that was signed out of, for as long as a copy of its cookie would open them."""

    __tablename__ = "ended_sessions"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the session's id in hexadecimal."""
    ended_at: Mapped[datetime]


class Device(OfEvent, Numbered):
    """A scanner with a token of its own. A revoked one stays, because entries name it."""

    __tablename__ = "devices"

    name: Mapped[str] = mapped_column(String(80))
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in hexadecimal: 256 random bits need no slower hash."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the scanner last used its token, to the minute."""
    revoked_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """As of Staff."""

    event: Mapped[Event] = relationship()
    gate: Mapped[Gate | None] = relationship()

    __table_args__ = (
        # A lost scanner's name can be given again.
        Index(
            "uq_devices_name_in_use",
            "event_id",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
