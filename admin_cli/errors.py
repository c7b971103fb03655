"""What a person reads when a command could not be carried out."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.errors import NotReady, Refused


@contextmanager
def told() -> Iterator[None]:
    """Turn what is no bug into one line on standard error and exit code 1."""
    try:
        yield
    except NotReady as problem:
        raise click.ClickException(str(problem)) from None
    except Refused as refusal:
        nearest = refusal.params.get("nearest")
        hint = f"; did you mean {nearest}?" if nearest else ""
        raise click.ClickException(f"{_sentence(refusal)} ({refusal.code}{hint})") from None


def _sentence(refusal: Refused) -> str:
    from flows.texts import render, sentence_for  # only where something was refused: the catalogues take a moment

    return render(sentence_for(refusal.code, **refusal.params), "en")
