"""Helpers for options: giving a command several at once, and whether one was typed."""

from collections.abc import Callable, Sequence
from typing import Any

import click
from click.core import ParameterSource


def with_options(options: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Give a command these options, in this order."""

    def give(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return give


def confirm(question: str, yes: bool, *, err: bool = False) -> None:
    """Ask before what is hard to take back; `--yes` has answered. Anything but a yes ends the command."""
    if not yes:
        click.confirm(question, abort=True, err=err)


def typed(ctx: click.Context, name: str) -> bool:
    """Whether an option was given: `none` is a value, not an absence."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
