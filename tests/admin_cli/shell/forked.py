"""Loads what every command loads, and forks for each command that it is given as a line of JSON."""

import gc
import json
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from sqlalchemy.orm import configure_mappers

import admin_cli
from admin_cli.__main__ import cli

COMMANDS = tuple(found.name for found in pkgutil.walk_packages(admin_cli.__path__, "admin_cli."))
LOADED = (
    *("alembic.command", "babel.dates", "bot.conversation.store", "bot.database"),
    *("bot.delivery.campaigns.broadcasts", "bot.delivery.outbox.report", "bot.delivery.twilio.messages"),
    *("bot.domain.audit.recorder", "bot.domain.events", "bot.domain.exports.run", "bot.domain.keys"),
    *("bot.domain.passes", "bot.domain.stats.gate_figures", "bot.domain.visitors", "bot.logs"),
    *("bot.ops.backup", "bot.ops.checks", "bot.ops.connections", "bot.service", "bot.settings", "flows.text"),
    *("openpyxl", "psycopg", "redis", "rich.console", "rich.live", "rich.progress", "rich.table"),
    *("sqlalchemy.orm", "sqlite3", "xml.sax"),
)
"""What a command would load by itself, and its mappers: the runs that begin with nothing show that it does."""
for _name in (*COMMANDS, *LOADED):
    import_module(_name)
configure_mappers()


def main(folder: Path) -> None:
    """Answer each line with the command's exit code and what it printed."""
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared
    for line in sys.stdin:
        asked = json.loads(line)
        files = {name: folder / f"forked.{name}" for name in ("stdin", "stdout", "stderr")}
        files["stdin"].write_text(asked["stdin"], encoding="utf-8")
        child = os.fork()
        if child == 0:
            _become(asked["words"], files)
        _, status = os.waitpid(child, 0)
        out, err = (files[name].read_text(encoding="utf-8") for name in ("stdout", "stderr"))
        told = {"code": os.waitstatus_to_exitcode(status), "out": out, "err": err}
        print(json.dumps(told), flush=True)


def _become(words: list[str], files: dict[str, Path]) -> None:
    """Be that command, to its end."""
    os.dup2(os.open(files["stdin"], os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(files[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    code: object = 70
    try:
        cli(words, prog_name="pravesh")
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
