"""The table of Content templates at Twilio."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base


class ContentTemplate(Base):
    """A template that was made through Twilio's Content API."""

    __tablename__ = "content_templates"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Twilio's friendly name: the shape and the first digits of the content's hash."""
    shape: Mapped[str] = mapped_column(String(60))
    """What it can carry, as bot.delivery.templates.interactive names it."""
    language: Mapped[str] = mapped_column(String(8))
    sid: Mapped[str] = mapped_column(String(34))
    content_hash: Mapped[str] = mapped_column(String(64))
    approval: Mapped[str] = mapped_column(String(20))
    """Twilio's word when it was last asked; inside the 24-hour window `unsubmitted` is enough."""
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    """Since when another content has taken its place; it is removed later."""
    refused_at: Mapped[datetime | None]
    """When Twilio last refused a message with it, which is not tried again for a while."""
    refused_code: Mapped[str | None] = mapped_column(String(20))
