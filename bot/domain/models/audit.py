"""Who did what, and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Numbered
from bot.domain.models.roster import Staff


class AuditEntry(Numbered):
    """An entry of the audit log. Rows are only added."""

    __tablename__ = "audit"

    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(40))
    """The act by its name in bot.domain.audit."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who acted, where it was somebody on a roster."""
    actor: Mapped[str] = mapped_column(String(80), default="")
    """Who acted, where it was nobody on a roster: the name that the command line was given."""
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What it was about: numbers of rows and codes of ours; whatever is personal in it, erasing must reach."""

    staff: Mapped[Staff | None] = relationship()

    __table_args__ = (
        Index("ix_audit_staff_id_what_at", "staff_id", "what", "at"),
        Index("ix_audit_event_id_what_id", "event_id", "what", "id"),
        Index("ix_audit_event_id_id", "event_id", "id"),
        Index("ix_audit_at", "at"),
    )
