"""Registrations, the passes issued for them, and the keys that sign the passes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Answered, Base, Numbered
from bot.domain.models.events import Event, Kind
from bot.domain.models.imports import ImportedRow
from bot.domain.models.people import Contact


class Registration(Answered, Numbered):
    """A registration: the answers and the consent. A change of day or party re-issues the pass, not this."""

    __tablename__ = "registrations"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    """Whose pass it is: for `register someone else` the other person."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    """Who answered the questions and gets the pass in their chat."""
    consented_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
    holder: Mapped[Contact] = relationship(foreign_keys=[holder_id])
    asked_by: Mapped[Contact] = relationship(foreign_keys=[asked_by_id])
    passes: Mapped[list["Pass"]] = relationship(back_populates="registration", order_by="Pass.id")
    imported: Mapped[ImportedRow | None] = relationship(viewonly=True)
    """The row of a list that it came from."""

    __table_args__ = (
        Index("ix_registrations_event_id", "event_id"),
        Index("ix_registrations_asked_by_id", "asked_by_id"),
        Index("ix_registrations_holder_id", "holder_id"),
        # The few of an event of whom somebody needs help (flows.text.access_needs).
        Index(
            "ix_registrations_needs",
            "event_id",
            sqlite_where=text("json_extract(answers, '$.access_needs') IS NOT NULL"),
            postgresql_where=text("(answers ->> 'access_needs') IS NOT NULL"),
        ),
    )


class NameWord(Base):
    """A folded word of a registration's name, by whose beginning it is found (bot.domain.people.name_index)."""

    __tablename__ = "name_words"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    # By code point in both databases, so that a range of the index is all words with the same beginning.
    word: Mapped[str] = mapped_column(String(80).with_variant(String(80, "C"), "postgresql"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), primary_key=True)

    __table_args__ = (Index("ix_name_words_registration_id", "registration_id"),)


class Pass(Numbered):
    """One entry pass: a code, a day, a party. Valid until revoked or replaced."""

    __tablename__ = "passes"
    VALID, REVOKED, REPLACED = "valid", "revoked", "replaced"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    """Eight characters without the hyphen, the last one the check character."""
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("kinds.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    day: Mapped[date]
    """The visit date in the event's time zone; for a kind of several days the first of them."""
    party_size: Mapped[int]
    twin: Mapped[int] = mapped_column(default=0)
    """0, but for a pass that came with a joined contact when there was one for that day already: then
    its own id, so that both stay valid. See bot.domain.people."""
    status: Mapped[str] = mapped_column(String(10), default=VALID)
    """`VALID`, `REVOKED` or `REPLACED`."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("signing_keys.id"))
    issued_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship(back_populates="passes")
    event: Mapped[Event] = relationship()
    kind: Mapped[Kind] = relationship()
    key: Mapped["SigningKey"] = relationship()

    __table_args__ = (
        # One valid pass for a person, an event, a kind and a day: the rule that a double tap, a repeat
        # of the webhook and two phones at once all meet.
        Index(
            "uq_passes_one_a_day",
            "holder_id",
            "event_id",
            "kind_id",
            "day",
            "twin",
            unique=True,
            sqlite_where=text("status = 'valid'"),
            postgresql_where=text("status = 'valid'"),
        ),
        Index("ix_passes_event_id_day_id", "event_id", "day", "id"),
        Index("ix_passes_event_id_id", "event_id", "id"),
        Index(
            "ix_passes_revoked",
            "event_id",
            "day",
            sqlite_where=text("status = 'revoked'"),
            postgresql_where=text("status = 'revoked'"),
        ),
        Index("ix_passes_registration_id", "registration_id"),
        Index("ix_passes_holder_id", "holder_id"),
        Index(
            "ix_passes_replaced_by_id",
            "replaced_by_id",
            sqlite_where=text("replaced_by_id IS NOT NULL"),
            postgresql_where=text("replaced_by_id IS NOT NULL"),
        ),
        CheckConstraint("status IN ('valid', 'revoked', 'replaced')", name="status"),
        CheckConstraint("party_size >= 1 AND party_size <= 255", name="party_size"),
    )


class SigningKey(Numbered):
    """An Ed25519 key. Its id, one byte in the token, tells verifiers which one signed."""

    __tablename__ = "signing_keys"

    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_seed: Mapped[bytes] = mapped_column(LargeBinary(200))
    """The 32-byte seed, encrypted under SECRET_KEY."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id >= 1 AND id <= 255", name="one_byte"),)
