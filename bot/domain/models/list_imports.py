"""Lists of people that admins have dropped on a page, from the first look at them until their passes are handed out."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.models.base import Base, JsonDict, Numbered, WorkRow
from bot.domain.models.events import Event
from bot.domain.models.roster import Staff


class ListImport(WorkRow, Numbered):
    """A list, what is to be done with it next, and how far that is. See bot.domain.imports.stored."""

    __tablename__ = "list_imports"

    actor: Mapped[str] = mapped_column(String(80), default="")
    """The owner's name."""
    name: Mapped[str] = mapped_column(String(120))
    """The file's."""
    size: Mapped[int]
    """Bytes of the file."""
    task: Mapped[str] = mapped_column(String(8), default="look")
    """What is done now or was done last: `look`, `import`, `sheet` or `send`."""
    options: Mapped[JsonDict] = mapped_column(default=dict)
    """How the file is to be read, as bot.domain.imports.run.make_plan takes it, and where the people agreed."""
    report: Mapped[JsonDict] = mapped_column(default=dict)
    """What was found and done, as the page shows it: see bot.domain.imports.report."""
    registered: Mapped[int] = mapped_column(default=0)
    """Rows whose people were registered, kept with them in one transaction: true however often a run is broken off."""

    event: Mapped[Event] = relationship()
    staff: Mapped[Staff | None] = relationship()

    __table_args__ = (
        CheckConstraint("task IN ('look', 'import', 'sheet', 'send')", name="task"),
        CheckConstraint("status IN ('waiting', 'running', 'ready', 'failed')", name="status"),
    )


class ListImportChunk(Base):
    """A piece of a list's file, of the numbers of its passes, or of their sheet, packed."""

    __tablename__ = "list_import_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("list_imports.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    """`file`, `passes` or `sheet`."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
