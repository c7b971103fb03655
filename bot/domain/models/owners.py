"""Tables of those to whom the whole installation belongs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base, Numbered, OfTeam


class Owner(OfTeam, Numbered):
    """Somebody who makes events and appoints their admins. Rows stay, so that no session comes to life again."""

    __tablename__ = "owners"

    phone: Mapped[str] = mapped_column(String(20), unique=True)
    """E.164."""


class OwnerClaim(Base):
    """The newest link by which somebody becomes the first owner."""

    __tablename__ = "owner_claims"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the link's secret part in hexadecimal: 192 random bits need no slower hash."""
    made_at: Mapped[datetime]
