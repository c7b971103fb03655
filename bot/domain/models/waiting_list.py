"""People who wait for a place on a day that is full."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Numbered, OfEvent
from bot.domain.models.people import Contact


class WaitingEntry(OfEvent, Numbered):
    """One place in the line of a day: who asked, for how many, and what came of it."""

    __tablename__ = "waiting_entries"
    WAITING, OFFERED, ACCEPTED, DECLINED, EXPIRED, ENDED = (
        "waiting",
        "offered",
        "accepted",
        "declined",
        "expired",
        "ended",
    )

    day: Mapped[date]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    address: Mapped[str] = mapped_column(String(80))
    """Where the offer goes: that of whoever asked, in the form that deliveries use."""
    sender: Mapped[str | None] = mapped_column(String(80))
    full_name: Mapped[str] = mapped_column(String(80))
    party_size: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(12))
    consent_version: Mapped[int]
    consent_text: Mapped[str]
    """The words that were agreed to, as shown; those of the pass are agreed to again with the place."""
    status: Mapped[str] = mapped_column(String(10), default=WAITING)
    created_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offer_ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When they were told that the offer, or the line, has ended without them."""

    contact: Mapped[Contact] = relationship()

    __table_args__ = (
        Index(
            "ix_waiting_entries_open",
            "event_id",
            "day",
            "id",
            sqlite_where=text("status IN ('waiting', 'offered')"),
            postgresql_where=text("status IN ('waiting', 'offered')"),
        ),
        Index("ix_waiting_entries_contact_id", "contact_id"),
    )
