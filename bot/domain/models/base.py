"""What every table shares."""

from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

JsonDict = dict[str, Any]
MAX_ID = 2**31 - 1
"""The largest id that a column holds: PostgreSQL refuses to compare it with more, as tokens and addresses can have."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. Kept in UTC, given back in UTC, also where the database keeps no zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime, JsonDict: JSON, list[str]: JSON, list[JsonDict]: JSON}


class Numbered(Base):
    """A table whose rows have a number of their own."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)


class OfEvent:
    """Rows that go with their event."""

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))


class ByStaff(OfEvent):
    """Rows of what somebody on the roster, or a scanner, did at a gate; each stays when these are gone."""

    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))


class OfTeam:
    """Somebody who may sign in to the staff pages."""

    name: Mapped[str] = mapped_column(String(80))
    enabled: Mapped[bool] = mapped_column(default=True)
    """False: they were there once."""
    unconfirmed_since: Mapped[datetime | None]
    """Since when this phone writes from another WhatsApp account than before: whoever it is works here again once
    a supervisor or admin says so, an owner once they are added anew; None: it is who it was."""
    session_number: Mapped[int] = mapped_column(default=0)
    """Raised when somebody is disabled: sessions of the staff pages that carry an earlier number have ended."""
    created_at: Mapped[datetime]


class Answered:
    """What somebody answered and agreed to."""

    full_name: Mapped[str] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The answers to the event's own questions, by question name."""
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(12))
    """`whatsapp`, `web`, `walkup`, `import`, or `trial`: an admin's pass to try it with."""
    consent_version: Mapped[int]
    """Version of the event's words; 0: they agreed elsewhere, and the text says where."""
    consent_text: Mapped[str]
    """The words that were agreed to, as shown."""
    created_at: Mapped[datetime]


class TriedAgain:
    """Rows of what is tried until it is done."""

    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(40))
    """Why the last try did not succeed: a code of ours or Twilio's."""
    created_at: Mapped[datetime]


class WorkRow:
    """Work for a process of its own: see bot.domain.stored_work."""

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who asked for it; None: an owner."""
    once: Mapped[str] = mapped_column(String(64), unique=True)
    """The form that asked for it: one that is sent twice makes one row."""
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    token: Mapped[str | None] = mapped_column(String(32))
    """Identifies the process that works on it now. Nobody else may touch it until that process has been silent for too
    long."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Times that it was begun."""
    rows: Mapped[int] = mapped_column(default=0)
    """How far it is."""
    total: Mapped[int | None]
    """How many there are to do."""
    reason: Mapped[str | None] = mapped_column(String(40))
    """Why it failed: a code."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When whoever works on it last said that they live."""
    ended_at: Mapped[datetime | None]


def table(model: type[Base]) -> Table:
    """A model's table, for statements that are built once and load no objects."""
    return cast("Table", model.__table__)
