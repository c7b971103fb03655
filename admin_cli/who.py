"""Who gives a command: for the audit log."""

import getpass
from typing import Any

import click

LONGEST = 80


def _user() -> str:
    """The operating system's name of whoever sits here."""
    try:
        return getpass.getuser()
    except OSError:  # a container's user without a name
        return "somebody"


def as_whom(command: Any) -> Any:
    """Give a command the option `--as`, as its parameter `actor`."""
    told = "Who you are, for the audit log; else your name on this computer."
    return click.option(
        "--as", "actor", metavar="NAME", default=_user, callback=lambda _ctx, _param, name: name[:LONGEST], help=told
    )(command)
