"""Exports that the server has made, and keeps for a day."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, Numbered, WorkRow
from bot.domain.models.events import Event
from bot.domain.models.roster import Staff


class Export(WorkRow, Numbered):
    """One table of an event as a file: asked for, being made, ready, or why not. See bot.domain.exports.stored.

    `erased`: the file is gone because somebody was forgotten.
    """

    __tablename__ = "exports"

    kind: Mapped[str] = mapped_column(String(12))
    """Which table: bot.domain.exports.tables.TABLES."""
    form: Mapped[str] = mapped_column(String(5))
    """Which format: bot.domain.exports.writers.FORMATS."""
    columns: Mapped[list[str]]
    """Empty: all."""
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    """The first moment that is not wanted any more."""
    event_day: Mapped[date | None]
    """Only scans that count to this day of the event."""
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the whole file."""

    event: Mapped[Event] = relationship()
    staff: Mapped[Staff | None] = relationship()

    __table_args__ = (CheckConstraint("status IN ('waiting', 'running', 'ready', 'failed', 'erased')", name="status"),)


class ExportChunk(Base):
    """A piece of the finished file, packed. Those of an export that is not `ready` are nobody's to read."""

    __tablename__ = "export_chunks"

    export_id: Mapped[int] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
