"""The tables' classes are made when they are asked for, and all of them before anything is written."""

import ast
import subprocess
import sys
from pathlib import Path

from bot.domain import models

WRITES = """
import sys
from datetime import date
from bot.database import Database
from bot.domain.models import Event
before = sum(name.startswith("bot.domain.models.") for name in sys.modules)
with Database(sys.argv[1]).write() as db:
    db.add(Event(slug="fair", name="Fair"))
    try:
        db.flush()
    except Exception:
        db.rollback()
print(before, sum(name.startswith("bot.domain.models.") for name in sys.modules))
"""


def test_every_class_stands_where_types_and_names_say() -> None:
    tree = ast.parse(Path(models.__file__).read_text(encoding="utf-8"))
    [typed] = [node for node in tree.body if isinstance(node, ast.If)]
    told = {
        str(node.module).rpartition(".")[2]: tuple(name.name for name in node.names)
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
    }
    assert told.pop("base") == ("Base",)
    assert told == models.MODULES
    assert {file.stem for file in Path(models.__file__).parent.glob("*.py")} == {"__init__", "base", *models.MODULES}
    for name in models.__all__:
        assert getattr(models, name)


def test_whoever_writes_has_every_table(sqlite_url: str) -> None:
    ran = subprocess.run([sys.executable, "-c", WRITES, sqlite_url], check=True, capture_output=True, encoding="utf-8")
    assert ran.stdout.split() == ["2", str(len(models.MODULES) + 1)]
