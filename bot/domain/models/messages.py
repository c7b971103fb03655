"""Tables of messages: turns, messages that the fallback kept, and the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base, Numbered, TriedAgain


class TurnRecord(Base):
    """A turn that wrote facts, kept in the transaction that wrote them.

    A repeat of the same inbound message finds its answer and the state after it here, also when
    Redis has forgotten both.
    """

    __tablename__ = "turns"

    message_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[dict[str, Any]]
    state: Mapped[dict[str, Any]]
    address: Mapped[str | None] = mapped_column(String(210), index=True)
    """Whose turn it was (Inbound.addresses, the first); None: of a version that did not keep it."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class InboundMessage(Base):
    """A message that the webhook did not take, as far as its sender knows: kept until it has been answered.

    `fallback`: Twilio posted it to the fallback URL; `missed`: Twilio's own list has it and we had not.
    """

    __tablename__ = "inbound_messages"

    message_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    message: Mapped[dict[str, Any]]
    """The whole of it, as bot.inbound.Inbound keeps itself."""
    source: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime]
    """When it came to Twilio: by Twilio's own list (to the second) once that was asked, until then `received_at`."""
    received_at: Mapped[datetime]
    language: Mapped[str | None] = mapped_column(String(8))
    """The language in which the fallback webhook answered; None: in all of them."""
    taken_at: Mapped[datetime | None]
    """When its answer was on its way; None: it waits."""

    __table_args__ = (
        Index(
            "ix_inbound_messages_waiting",
            "sent_at",
            sqlite_where=text("taken_at IS NULL"),
            postgresql_where=text("taken_at IS NULL"),
        ),
        CheckConstraint("source IN ('fallback', 'missed')", name="source"),
    )


class Delivery(Numbered):
    """One message in the outbox, and what became of it."""

    __tablename__ = "deliveries"
    OWED, CANCELED = "owed", "canceled"
    FAILED_STATUSES = ("failed", "undelivered")
    WINDOW_CLOSED = "window_closed"
    """The reason of a message that waits until its reader writes to us."""

    kind: Mapped[str] = mapped_column(String(12))
    """`reply` (an answer that missed its webhook), `question` (an answer with buttons), `pass` (the QR
    image), `link` (its link by SMS), `otp`, `text`."""
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Identifies the delivery, so that it is enqueued once (`reply:<MessageSid>`); None where it may recur."""
    lane: Mapped[str] = mapped_column(String(200))
    """The address, `whatsapp:…` or E.164: within one lane messages leave in order of id."""
    sender: Mapped[str | None] = mapped_column(String(60))
    """The sender that the person wrote to; None: the first of the settings."""
    priority: Mapped[int]
    """0 replies and OTPs, 1 passes, 2 bulk."""
    payload: Mapped[dict[str, Any]]
    """What it says, by kind: `{"body": …}` (with `"after": id` where an earlier answer waits to leave for
    another address of the same person), a pass's `{"language": …}`, an OTP's
    `{"purpose": …, "phone": …, "asker": …, "language": …}`; a question's `{"body": …, "mark": …,
    "shape": …, "values": …}`, of which only the body is left where it went as plain words."""
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    broadcast_id: Mapped[int | None]
    """The broadcast that it belongs to. No foreign key: SQLite would have to make this table anew for one."""

    status: Mapped[str] = mapped_column(String(16), default=OWED)
    """`OWED`, then Twilio's own words: queued … read, failed, undelivered, canceled; `handed_over`: Twilio Verify
    has it and tells no more. Only ever rises in rank."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    give_up_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    tried_at: Mapped[datetime | None]
    """When a call to Twilio was last begun whose outcome is not known; None once it is known."""
    message_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it waits or failed, for admins: a code of ours, never personal data."""
    told_at: Mapped[datetime | None]
    """When the person was told that it failed."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_deliveries_lane_id", "lane", "id"),
        Index("ix_deliveries_status_not_before", "status", "not_before"),
        Index("ix_deliveries_broadcast_id_status", "broadcast_id", "status"),
        Index(
            "ix_deliveries_owed",
            *("priority", "not_before", "id"),
            sqlite_where=text("status = 'owed'"),
            postgresql_where=text("status = 'owed'"),
        ),
    )


class DeliveryEvent(Numbered):
    """An entry of a delivery's history. Rows are only added and hold nothing personal."""

    __tablename__ = "delivery_events"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    """`tried`, `by_template` (an approved one, outside the window), `taken` (by Twilio), `looked_up`, `defer`,
    `owed_again` (by an admin), or a status of Twilio's."""
    reason: Mapped[str | None] = mapped_column(String(200))
    error_code: Mapped[int | None]
    message_sid: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime | None]
    """When what was put off is looked at again."""


class SendHold(Numbered):
    """A restored database: nothing is leased for sending until this is lifted (bot.delivery.outbox.hold)."""

    __tablename__ = "send_holds"

    backup_at: Mapped[datetime]
    """When the copy was taken: whatever was sent later is known to Twilio alone."""
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class MediaDeletion(TriedAgain, Base):
    """A photo, or a message of somebody who was erased, still to be deleted at Twilio; the row goes once it is."""

    __tablename__ = "media_deletions"

    message_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Both as Twilio writes them; an empty one: the whole message, with all its media."""
