"""The table of walk-ups: who was registered at a gate or desk, and by whom."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, ByStaff
from bot.domain.models.passes import Registration


class WalkupRecord(ByStaff, Base):
    """What a registration has besides where staff made it."""

    __tablename__ = "walkups"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(80))
    """The desk's own name of the request, or the message's SID: the same again is the same registration."""

    registration: Mapped[Registration] = relationship()

    __table_args__ = (
        UniqueConstraint("event_id", "request_id"),
        Index("ix_walkups_staff_id", "staff_id"),
    )
