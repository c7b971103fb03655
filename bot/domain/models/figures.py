"""Tables of statistics: the sums, the changes that are not added yet, the alerts, and the report of the day."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base, Numbered

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class Figure(Base):
    """One sum. What `bucket`, `who` and `what` mean is said by bot.domain.stats.metrics for each metric."""

    __tablename__ = "figures"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0: what belongs to no event in particular."""
    day: Mapped[date] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(String(16), primary_key=True)
    bucket: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    who: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(String(100), primary_key=True)
    people: Mapped[int] = mapped_column(BigInteger)
    times: Mapped[int] = mapped_column(BigInteger)


class FigureChange(Base):
    """A fact that was added or taken away, not yet in the figures. Written by triggers, in the fact's transaction."""

    __tablename__ = "figure_changes"

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    event_id: Mapped[int] = mapped_column(index=True)
    fact: Mapped[str] = mapped_column(String(12))
    """See bot.domain.stats.metrics."""
    day: Mapped[date]
    minute: Mapped[int] = mapped_column(BigInteger)
    """Whole minutes since 1970, UTC."""
    gate_id: Mapped[int]
    staff_id: Mapped[int]
    device_id: Mapped[int]
    """Each 0 where nobody said."""
    what: Mapped[str] = mapped_column(String(24))
    more: Mapped[str] = mapped_column(String(100))
    people: Mapped[int] = mapped_column(BigInteger)
    times: Mapped[int] = mapped_column(BigInteger)


class Beginning(Base):
    """A registration that somebody began, and how far it came; nothing that tells whose it was."""

    __tablename__ = "beginnings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[int | None] = mapped_column(index=True)
    """None: they have not chosen one yet."""
    channel: Mapped[str] = mapped_column(String(12))
    """`whatsapp` or `web`."""
    step: Mapped[str] = mapped_column(String(60))
    """The furthest question that was asked; `done`: registered."""
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows with every question: what arrives late changes nothing."""
    begun_at: Mapped[datetime]


class AlertRule(Base):
    """The thresholds of an event's alerts, where an admin has set them; None: that alert is off."""

    __tablename__ = "alert_rules"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    inside: Mapped[int | None]
    """People."""
    silent_minutes: Mapped[int | None]
    failures_permille: Mapped[int | None]
    """Failed messages in tenths of a per cent."""
    queue_seconds: Mapped[int | None]


class Alert(Numbered):
    """An alert from when it began to when it ended."""

    __tablename__ = "alerts"

    event_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(16))
    """`inside`, `silent_gate`, `failures`, `queue` or `codes`."""
    gate_id: Mapped[int]
    """0 where it is about no gate."""
    raised_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    value: Mapped[int]
    """When it was last looked at, in the threshold's unit."""
    threshold: Mapped[int]
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Who was told when it began: `{"staff": id, "delivery": id or null}`; null: they take no messages."""

    __table_args__ = (
        # Of two clocks at once the second one raises no alert.
        Index(
            "uq_alerts_raised",
            "event_id",
            "what",
            "gate_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_alerts_event_id_ended_at", "event_id", "ended_at"),
    )


class DailyReport(Base):
    """At which hour an event's admins are told the figures of the day; no row: they are not."""

    __tablename__ = "daily_reports"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    at: Mapped[time]
    """In the event's zone."""
    staff: Mapped[list[int]] = mapped_column(JSON)
    """To whom of the roster; empty: to every admin."""
    sent_on: Mapped[date | None]
    """The event's date on which the last one was put into the outbox."""
