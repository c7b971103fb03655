"""Who gives a command, for the audit log."""

import getpass
from typing import Any

import click

LONGEST = 80
GIVEN = "admin_cli.console.actor"


def _user() -> str:
    """The operating system's name of whoever sits here."""
    try:
        return getpass.getuser()
    except OSError:  # a container's user without a name
        return "somebody"


def as_whom(command: Any) -> Any:
    """Give a command the option `--as`; `it_is` tells what was given."""

    def keep(ctx: click.Context, _param: click.Parameter, name: str) -> None:
        ctx.meta[GIVEN] = " ".join("".join(one if one.isprintable() else " " for one in name).split())[:LONGEST]

    told = "Who you are, for the audit log; else your name on this computer."
    return click.option("--as", metavar="NAME", default=_user, callback=keep, expose_value=False, help=told)(command)


def it_is() -> str:
    """The actor of the running command. Raises KeyError for a command without `--as`: it may change nothing."""
    name: str = click.get_current_context().meta[GIVEN]
    return name
