"""Who gives a command, for the audit log."""

import getpass
from typing import Any

import click

MAX_NAME_LENGTH = 80
CONTEXT_KEY = "admin_cli.console.actor"


def _user() -> str:
    """The operating system's name of whoever sits here."""
    try:
        return getpass.getuser()
    except OSError:  # a container's user without a name
        return "somebody"


def as_whom(command: Any) -> Any:
    """Give a command the option `--as`; `current_actor` tells what was given."""

    def keep(ctx: click.Context, _param: click.Parameter, name: str) -> None:
        ctx.meta[CONTEXT_KEY] = " ".join(
            "".join(character if character.isprintable() else " " for character in name).split()
        )[:MAX_NAME_LENGTH]

    told = "Who you are, for the audit log; else your name on this computer."
    return click.option("--as", metavar="NAME", default=_user, callback=keep, expose_value=False, help=told)(command)


def current_actor() -> str:
    """The actor of the running command. Raises KeyError for a command without `--as`: it may change nothing."""
    name: str = click.get_current_context().meta[CONTEXT_KEY]
    return name
