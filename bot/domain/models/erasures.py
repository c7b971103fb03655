"""Erasures that are not complete yet."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Numbered


class Erasure(Numbered):
    """Traces of an erased person outside the rows that are theirs; the row goes once they are gone too.

    The only place that still knows the person meanwhile: seconds, or as long as Redis or Twilio is away.
    """

    __tablename__ = "erasures"

    addresses: Mapped[list[str]]
    """`phone:` and E.164 in every form, `user:` and WhatsApp's id."""
    names: Mapped[list[str]]
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(40))
    """Why the last try did not end it: a code of ours or Twilio's."""
    created_at: Mapped[datetime]
