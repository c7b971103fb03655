"""Which row of an import file made which registration."""

import re

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.models.base import Base, OfEvent


class ImportedRow(OfEvent, Base):
    """Identifies a row of a file whose phone, kind and day do not tell it from others. See bot.domain.imports."""

    __tablename__ = "imported_rows"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    """The file's own reference, or a digest of name, kind and days: personal, so that erasing removes the row."""

    @property
    def ref(self) -> str | None:
        """The file's own reference, without the number of the pass after it; None: it gave none."""
        kind, _, rest = self.key.partition(":")
        return re.sub(r"\|\d+$", "", rest) if kind == "ref" else None

    __table_args__ = (UniqueConstraint("event_id", "key"),)
