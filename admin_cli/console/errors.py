"""Error messages for a command that could not be carried out."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.errors import NotReady, Refused


@contextmanager
def reported_errors() -> Iterator[None]:
    """Turn what is no bug into one line on standard error and exit code 1."""
    try:
        yield
    except NotReady as problem:
        raise click.ClickException(str(problem)) from None
    except Refused as refusal:
        raise click.ClickException(sentence(refusal)) from None


def sentence(refusal: Refused) -> str:
    """The refusal in words, with its code and what was perhaps meant."""
    from admin_cli.console.refusals import refusal_text  # imports the catalogues, which takes a moment

    nearest = refusal.params.get("nearest")
    hint = f"; did you mean {nearest}?" if nearest else ""
    return f"{refusal_text(refusal.code, refusal.params)} ({refusal.code}{hint})"
