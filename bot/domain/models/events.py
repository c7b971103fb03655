"""Events, their days, gates and kinds of pass."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, Numbered, OfEvent


class Event(Numbered):
    """One public event. Dates, hours and days are in the event's own time zone."""

    __tablename__ = "events"

    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The name in other languages, by language code; `name` serves where one is missing."""
    venue: Mapped[str] = mapped_column(String(200), default="")
    venues: Mapped[dict[str, Any]] = mapped_column(default=dict)
    map_url: Mapped[str] = mapped_column(String(500), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Kolkata")
    status: Mapped[str] = mapped_column(String(12), default="closed")
    """`closed`, `open` or `cancelled`; whether it is over or full is worked out, never stored."""
    registration_opens_at: Mapped[datetime | None]
    policy: Mapped[str] = mapped_column(String(12), default="daily")
    """`once`, `daily` or `in_out` (docs/contract.md#policies-and-kinds)."""
    max_party: Mapped[int] = mapped_column(default=10)
    capacity_per_day: Mapped[int | None]
    """People a day; None is no limit. A day may have its own (EventDay.capacity)."""
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["en", "hi"])
    questions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The event's own questions, in order: see flows.shapes.Question for the shape."""
    former_questions: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Names of questions that it asked once: answers to them stand in exports."""
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Texts of the event by name, then language: bot.domain.events.validation.TEXT_NAMES."""
    consent_version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1, onupdate=text("revision + 1"))
    """Counts the changes of this row, so that whoever keeps a copy can tell whether it is still true."""
    entry_paused_at: Mapped[datetime | None]
    """Since when entry is stopped at every gate; a gate may be opened again by itself."""
    organiser: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """Who answers for the event and for the data that its visitors give."""
    purpose: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """What these data are asked for."""
    complaints: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Where somebody complains: an address, a number or a page."""
    retention_days: Mapped[int | None]
    """For how many days after the last day the data are kept; None: nobody has said."""
    otp_countries: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """ISO regions whose phones get codes by SMS besides those of OTP_COUNTRIES."""
    reminder_at: Mapped[time | None]
    """The hour, in the event's zone, at which tomorrow's visitors are reminded; None: they are not."""
    waiting_list: Mapped[bool] = mapped_column(default=False, server_default=false())
    form: Mapped[str] = mapped_column(String(8), default="off", server_default="off")
    """To whom the questions are offered as a form inside WhatsApp: see flows.shapes.Event.form."""
    """Whether people can wait for a place on a day that is full."""
    setup_ticks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """What somebody has ticked by hand of the list before the event (bot.domain.setup)."""
    colour: Mapped[str] = mapped_column(String(7), default="", server_default="")
    """`#0b6e4f`; empty: ours. See bot.domain.events.colours."""
    logo: Mapped[str] = mapped_column(String(16), default="", server_default="")
    header: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """The digests of its pictures (EventPicture); empty: it has none."""
    created_at: Mapped[datetime]

    days: Mapped[list["EventDay"]] = relationship(order_by="EventDay.day", cascade="all, delete-orphan")
    kinds: Mapped[list["Kind"]] = relationship(order_by="Kind.id", cascade="all, delete-orphan")
    gates: Mapped[list["Gate"]] = relationship(order_by="Gate.id", cascade="all, delete-orphan")
    pictures: Mapped[list["EventPicture"]] = relationship(cascade="all, delete-orphan")

    @property
    def organisers(self) -> dict[str, str]:
        """The organiser by language; `organiser` serves where one is missing."""
        return dict(self.texts.get("organisers", {}))

    @property
    def purposes(self) -> dict[str, str]:
        """The purpose of the data by language; `purpose` serves where one is missing."""
        return dict(self.texts.get("purposes", {}))

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("max_party >= 1 AND max_party <= 255", name="max_party"),
        CheckConstraint("policy IN ('once', 'daily', 'in_out')", name="policy"),
        CheckConstraint("status IN ('closed', 'open', 'cancelled')", name="status"),
    )


class EventDay(Base):
    """One day of an event: how many people it may hold and how many places are given."""

    __tablename__ = "event_days"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    capacity: Mapped[int | None]
    """People; None is no limit."""
    taken: Mapped[int] = mapped_column(default=0)
    """People who hold a valid pass that is good on the day. Changed only by a conditional UPDATE."""
    beyond: Mapped[int] = mapped_column(default=0)
    """By how many people a supervisor at the gate has ever gone over the capacity; never given to the public."""
    closed: Mapped[bool] = mapped_column(default=False)
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    held: Mapped[int] = mapped_column(default=0, server_default="0")
    """People to whom places are offered that came free (bot.domain.waiting_list)."""
    waiting: Mapped[int] = mapped_column(default=0, server_default="0")
    """Entries that wait for a place; while there are any nobody else gets one."""

    __table_args__ = (
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("capacity IS NULL OR taken <= capacity + beyond", name="capacity"),
    )


class EventPicture(Base):
    """A picture of an event's identity, as bot.domain.events.pictures made it."""

    __tablename__ = "event_pictures"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    """`logo` or `header`."""
    digest: Mapped[str] = mapped_column(String(16))
    mime: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Kind(OfEvent, Numbered):
    """A kind of pass. `visitor` is the first of every event and the only one the public can choose."""

    __tablename__ = "kinds"

    number: Mapped[int]
    """Position within the event, from 0: what the pass token carries."""
    slug: Mapped[str] = mapped_column(String(40))
    labels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    policy: Mapped[str | None] = mapped_column(String(12))
    """None: the event's."""
    max_party: Mapped[int | None]
    """None: the event's."""
    days: Mapped[list[str] | None]
    """ISO dates; None: the day the visitor chose."""
    gates: Mapped[list[str] | None]
    """Slugs of the gates it enters by; None: every gate."""
    retired_at: Mapped[datetime | None]
    """Since when no more passes of this kind are given out; those that there are stay valid."""

    __table_args__ = (UniqueConstraint("event_id", "slug"), UniqueConstraint("event_id", "number"))


class Gate(OfEvent, Numbered):
    """A place where people are let in."""

    __tablename__ = "gates"

    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    closed: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[datetime | None]
    """Since when a supervisor or admin has stopped entry here."""

    __table_args__ = (UniqueConstraint("event_id", "slug"),)
