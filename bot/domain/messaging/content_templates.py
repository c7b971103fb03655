"""Our table of the templates that exist at Twilio."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.models import ContentTemplate


def list_templates(db: Session) -> list[ContentTemplate]:
    """All our templates, replaced ones too, by shape and age."""
    return list(db.scalars(select(ContentTemplate).order_by(ContentTemplate.shape, ContentTemplate.created_at)))
