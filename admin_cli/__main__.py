"""`pravesh`, the same as `python -m admin_cli`: the nouns, each loaded only when it is used."""

import atexit
import gc
from importlib import import_module

import click

from admin_cli.console.errors import reported_errors
from bot import __version__

LOADED_OBJECTS = 200_000
"""Objects after whose making garbage is looked for; more than one command loads."""
COMPLETION_VARIABLE = "_PRAVESH_COMPLETE"
"""What Click's completion scripts set."""
NOUNS = {
    "broadcast": "messages to many: send, list, show, pause, resume, cancel",
    "audit": "who did what, and when: list, search",
    "db": "the database's tables: upgrade, check",
    "deliveries": "messages in the outbox and sent: list, show, why, retry, resume-sender",
    "devices": "scanners: add, revoke, roll, list",
    "doctor": "look whether everything is well",
    "events": "events: create, list, show, open, close, set, days, texts, notice, pause, …",
    "export": "files: visitors, passes, checkins, deliveries, audit",
    "gates": "gates: add, list, open, close",
    "keys": "keys that sign passes: list, roll, retire",
    "owners": "to whom the installation belongs: add, list, remove",
    "passes": "entry passes: show, resend, revoke, reissue, conflicts",
    "privacy": "people's rights over their data: report, erase, purge, retention",
    "report": "figures of the day by WhatsApp to admins: on, off, show",
    "stats": "an event's figures; stats rebuild",
    "volunteers": "who works at the gates: add, import, enable, disable, list, show",
    "visitors": "who registered: find, show, import",
    "templates": "buttons and lists at Twilio: sync, list, remove",
}


class Nouns(click.Group):
    """Loads a noun's module when it is used: the command line starts in a fraction of a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All nouns, by name."""
        return sorted(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The noun's own group or command."""
        if cmd_name not in NOUNS:
            return None
        command: click.Command = import_module(f"admin_cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The nouns for `--help`, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(NOUNS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the rules or the machine refuse is one line on standard error, exit code 1."""
        with reported_errors():
            return super().invoke(ctx)


@click.command(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="pravesh %(version)s")
def cli() -> None:
    """Administer Pravesh.

    It works on the database and Redis that the settings name (environment or .env); with the same
    VAR_DIR on those of a running `make run`.

    Example: pravesh events list
    """


def main() -> None:
    """The entry point."""
    # What is loaded makes hundreds of thousands of objects that stay: looking through them takes a tenth of the time.
    gc.set_threshold(LOADED_OBJECTS)
    # At the end Python would look through all of it once more, for a quarter of a command's time.
    atexit.register(gc.freeze)
    cli(prog_name="pravesh", complete_var=COMPLETION_VARIABLE)


if __name__ == "__main__":
    main()
