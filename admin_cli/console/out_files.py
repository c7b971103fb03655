"""Checks of output files: whether they can be written, and whether an existing one may be replaced."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

yes = click.option("--yes", is_flag=True, help="Overwrite an existing file without asking.")


@contextmanager
def writing(path: Path, more: str = "") -> Iterator[None]:
    """A block that writes this file. Raises ClickException with the reason, and `more`, where that cannot be."""
    try:
        yield
    except BrokenPipeError:  # the reader of standard output has enough: `| head`
        raise
    except OSError as error:
        why = error.strerror or errno.errorcode.get(error.errno or 0, "")
        raise click.ClickException(f"could not write {path}: {why}{more}") from None


def check(path: Path, *, yes: bool) -> None:
    """What can be known to fail, or would be lost, is said before anything is done.

    Raises ClickException for no such folder, Abort where a file with something in it is there and is not to be
    written over.
    """
    if not path.parent.is_dir():
        raise click.ClickException(f"there is no folder {path.parent}")
    if not yes and path.is_file() and path.stat().st_size:
        click.confirm(f"{path} is there already. Write over it?", abort=True, err=True)
