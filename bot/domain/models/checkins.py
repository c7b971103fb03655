"""What happened at the gates: people who went in and out, and the scans that let nobody in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import ByStaff, Numbered
from bot.domain.models.events import Gate
from bot.domain.models.passes import Pass
from bot.domain.models.roster import Device, Staff


def _flagged(name: str) -> Index:
    """The few rows whose scanner's clock cannot be right, by event and day."""
    return Index(name, "event_id", "day", sqlite_where=text("clock = 1"), postgresql_where=text("clock"))


class PassUse(Numbered):
    """How much of a pass has been used in one period. Changed only by conditional upserts and UPDATEs."""

    __tablename__ = "pass_uses"

    pass_id: Mapped[int] = mapped_column(ForeignKey("passes.id", ondelete="CASCADE"))
    period: Mapped[date]
    """The event day; for the policy `once` always bot.domain.checkins.usage.WHOLE_EVENT_PERIOD."""
    entered: Mapped[int] = mapped_column(default=0)
    """People who went in, each time counted; less those whose entry was undone."""
    gone: Mapped[int] = mapped_column(default=0)
    """People who went out again."""
    moved: Mapped[int] = mapped_column(default=0)
    """People of the latest change: an upsert's RETURNING tells new values only."""

    __table_args__ = (
        UniqueConstraint("pass_id", "period"),
        CheckConstraint("gone >= 0 AND gone <= entered", name="gone"),
    )


class OfScan(ByStaff):
    """Rows of scans, whatever came of them."""

    scan_id: Mapped[str] = mapped_column(String(80))
    """The scanner's own name of the scan: a UUID, or the message's SID."""
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id", ondelete="SET NULL"))
    """None: the scan is being judged in this transaction, the pass was erased, or there is none."""
    channel: Mapped[str] = mapped_column(String(12))
    """`whatsapp`, `api`, `page` or `batch`."""
    scanned_at: Mapped[datetime]
    """The moment that counts: see bot.domain.events.scan_context."""
    arrived_at: Mapped[datetime]
    clock: Mapped[bool] = mapped_column(default=False, server_default=false())
    """`scanned_at` is the arrival, because the scanner's clock cannot be right."""


class Checkin(OfScan, Numbered):
    """People of one pass who went in or out: one row a scan, found again by its scan_id."""

    __tablename__ = "checkins"

    result: Mapped[str] = mapped_column(String(16), default="admitted")
    """`admitted`, `left` or `conflict`."""
    people: Mapped[int] = mapped_column(default=0)
    """How many are counted: of a conflict those who fitted into the party."""
    claimed: Mapped[int] = mapped_column(default=0)
    """How many went, as the scanner says."""
    remaining: Mapped[int] = mapped_column(default=0)
    """How many of the party could still be admitted afterwards."""
    day: Mapped[date | None]
    """The event's day to which it counts."""
    period: Mapped[date | None]
    """As of PassUse."""
    first_id: Mapped[int | None] = mapped_column(ForeignKey("checkins.id", ondelete="SET NULL"))
    """The pass's first entry of the period at that time; None: this was it."""
    forced: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was forced."""
    forced_over: Mapped[str | None] = mapped_column(String(16))
    """The result that it would have had."""
    undone_at: Mapped[datetime | None]

    pass_: Mapped[Pass | None] = relationship()
    first: Mapped["Checkin | None"] = relationship(remote_side="Checkin.id")
    gate: Mapped[Gate | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    device: Mapped[Device | None] = relationship()

    __table_args__ = (
        # The rule that a repeated scan meets, also while the first is still being judged.
        UniqueConstraint("event_id", "scan_id"),
        Index("ix_checkins_pass_id_period", "pass_id", "period", "scanned_at"),
        Index("ix_checkins_event_id_day", "event_id", "day"),
        Index("ix_checkins_event_id_result", "event_id", "result", "id"),
        _flagged("ix_checkins_clock"),
        Index("ix_checkins_staff_id", "staff_id", "id"),
        Index("ix_checkins_device_id", "device_id", "id"),
        Index("ix_checkins_first_id", "first_id"),
        CheckConstraint("result IN ('admitted', 'left', 'conflict')", name="result"),
        CheckConstraint("people >= 0", name="people"),
    )


class Attempt(OfScan, Numbered):
    """A scan that let nobody in or out, and why. Its scan_id stays free."""

    __tablename__ = "attempts"

    result: Mapped[str] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(3), default="in")
    day: Mapped[date]
    guessed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it counts towards the pause for guessing: see bot.domain.checkins.code_guessing."""

    pass_: Mapped[Pass | None] = relationship()
    gate: Mapped[Gate | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    device: Mapped[Device | None] = relationship()

    __table_args__ = (
        Index("ix_attempts_event_id_day", "event_id", "day"),
        Index("ix_attempts_staff_id_arrived_at", "staff_id", "arrived_at"),
        Index("ix_attempts_device_id_arrived_at", "device_id", "arrived_at"),
        _flagged("ix_attempts_clock"),
        Index("ix_attempts_pass_id", "pass_id"),
        Index("ix_attempts_event_id_scan_id", "event_id", "scan_id"),
    )


class HeadCount(ByStaff, Numbered):
    """People who went in or out without a pass, as somebody at a gate counted them."""

    __tablename__ = "head_counts"

    request_id: Mapped[str] = mapped_column(String(80))
    direction: Mapped[str] = mapped_column(String(3))
    """`in` or `out`."""
    people: Mapped[int]
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(12))
    counted_at: Mapped[datetime]
    arrived_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("event_id", "request_id"),
        Index("ix_head_counts_event_id_day", "event_id", "day"),
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        CheckConstraint("people >= 1", name="people"),
    )
