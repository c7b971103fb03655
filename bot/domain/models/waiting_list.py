"""People who wait for a place on a day that is full."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Answered, Numbered, OfEvent
from bot.domain.models.people import Contact


class WaitingEntry(Answered, OfEvent, Numbered):
    """One place in the line of a day: who asked, for how many, and what came of it.

    What the pass says is agreed to again with the place.
    """

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
    party_size: Mapped[int]
    status: Mapped[str] = mapped_column(String(10), default=WAITING)
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
