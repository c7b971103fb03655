"""The next version of ours: the same code under another version, with a migration more. Made from this checkout."""

import re
import shutil
from pathlib import Path

from bot.ops import migrations
from tests.e2e import server
from tests.paths import ROOT

OLD, NEXT, AFTER = "0.0.1", "0.0.2", "0.0.3"
"""The version that runs, the one that takes its place, and the one whose release only takes away what is left over."""

EXPAND = """
def upgrade() -> None:
    # What new code would need, and old code need not give; on tables that people write to all the time.
    op.add_column("registrations", sa.Column("came_by", sa.String(20)))
    op.add_column("passes", sa.Column("shelf", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_registrations_came_by", "registrations", ["came_by"])
    op.create_table("shelves", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(20)))
    op.execute("UPDATE registrations SET came_by = 'unknown' WHERE came_by IS NULL")
"""
CONTRACT = """
def upgrade() -> None:
    # What nobody asks for any more. The default first: it takes the table, so that no row without comes in between.
    op.alter_column("registrations", "came_by", server_default="unknown")
    op.execute("UPDATE registrations SET came_by = 'unknown' WHERE came_by IS NULL")
    op.alter_column("registrations", "came_by", nullable=False)
    op.drop_index("ix_registrations_came_by")
    op.drop_column("passes", "shelf")
    op.drop_table("shelves")
"""
HEAD = '''"""A migration of the tests."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = depends_on = None

'''


def make(folder: Path) -> dict[str, Path]:
    """Working directories with the code of the three versions, without anybody's `.env`."""
    before, last = migrations.newest(), max(map(int, migrations.known()))  # numbers need not be in the order of time
    steps = [(f"{last + number:04d}", body) for number, body in enumerate((EXPAND, CONTRACT), 1)]
    return {
        version: _home(folder / version, version, before, steps[:number])
        for number, version in enumerate((OLD, NEXT, AFTER))
    }


def _home(folder: Path, version: str, before: str, steps: list[tuple[str, str]]) -> Path:
    folder.mkdir()
    home = server.place_without_settings(folder)
    for name in ("bot", "migrations"):
        (home / name).unlink()
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    package = home / "bot/__init__.py"
    told, changed = re.subn(r'(?m)^__version__ = ".*"$', f'__version__ = "{version}"', package.read_text())
    assert changed == 1
    package.write_text(told)
    for revision, body in steps:
        file = home / f"migrations/versions/{revision}_of_the_tests.py"
        file.write_text(HEAD.format(revision=revision, before=before) + body)
        before = revision
    return home
