"""Tables of contacts and their addresses."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, Numbered


class Contact(Numbered):
    """One person, known by a phone number, a WhatsApp user id, or both."""

    __tablename__ = "contacts"

    language: Mapped[str | None] = mapped_column(String(8))
    stopped_at: Mapped[datetime | None]
    """Since when this person wants no message that was not asked for."""
    created_at: Mapped[datetime]

    aliases: Mapped[list["ContactAlias"]] = relationship(back_populates="contact", cascade="all, delete-orphan")


class ContactAlias(Base):
    """An address of a contact: `PHONE` with E.164, or `USER` with WhatsApp's business-scoped id."""

    __tablename__ = "contact_aliases"
    PHONE, USER = "phone", "user"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))

    contact: Mapped[Contact] = relationship(back_populates="aliases")

    __table_args__ = (
        Index("ix_contact_aliases_contact_id", "contact_id"),
        CheckConstraint("kind IN ('phone', 'user')", name="kind"),
    )


class ChangedHands(Numbered):
    """A phone that went from one contact to another: it came with another user id than the one on file."""

    __tablename__ = "changed_hands"

    phone: Mapped[str] = mapped_column(String(20), index=True)
    """E.164."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    """The contact that had the phone before."""
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When whoever has the phone now was told how to prove that they are the same person."""
    tries: Mapped[int] = mapped_column(default=0)
    """Codes by which they have tried to, since `tries_since`."""
    tries_since: Mapped[datetime | None]
