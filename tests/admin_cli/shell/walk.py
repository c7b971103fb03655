"""Every command that there is, for tests that ask something of each."""

from collections.abc import Iterator

import click

from admin_cli.__main__ import NOUNS, cli


def tree() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each noun and all that it groups, by its words; the groups themselves too."""
    for noun in NOUNS:
        command = cli.get_command(click.Context(cli), noun)
        assert command is not None
        yield from _below(command, noun)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command that does something, by its words, such as `events day`."""
    for path, command in tree():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join(path), command


def _below(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for verb, inner in command.commands.items():
            yield from _below(inner, *path, verb)
