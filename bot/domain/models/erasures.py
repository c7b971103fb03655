"""Erasures that are not complete yet."""

from sqlalchemy.orm import Mapped

from bot.domain.models.base import Numbered, TriedAgain


class Erasure(TriedAgain, Numbered):
    """Traces of an erased person outside the rows that are theirs; the row goes once they are gone too.

    The only place that still knows the person meanwhile: seconds, or as long as Redis or Twilio is away.
    """

    __tablename__ = "erasures"

    addresses: Mapped[list[str]]
    """`phone:` and E.164 in every form, `user:` and WhatsApp's id."""
    names: Mapped[list[str]]
