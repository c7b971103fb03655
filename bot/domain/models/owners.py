"""Tables of those to whom the whole installation belongs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base, Numbered


class Owner(Numbered):
    """Somebody who makes events and appoints their admins. Rows stay, so that no session comes to life again."""

    __tablename__ = "owners"

    phone: Mapped[str] = mapped_column(String(20), unique=True)
    """E.164."""
    name: Mapped[str] = mapped_column(String(80))
    enabled: Mapped[bool] = mapped_column(default=True)
    """False: was an owner once."""
    unconfirmed_since: Mapped[datetime | None]
    """As of Staff; whoever has a shell adds them anew."""
    session_number: Mapped[int] = mapped_column(default=0)
    """As of Staff."""
    created_at: Mapped[datetime]


class OwnerClaim(Base):
    """The newest link by which somebody becomes the first owner."""

    __tablename__ = "owner_claims"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the link's secret part in hexadecimal: 192 random bits need no slower hash."""
    made_at: Mapped[datetime]
