"""`db`: the tables of the database."""

import click

from admin_cli import opening
from admin_cli.who import as_whom


@click.group
def command() -> None:
    """The database's tables.

    Example: python -m admin_cli db upgrade
    """


@command.command
@as_whom
def upgrade() -> None:
    """Run the migrations that the database lacks. With DEMO=1 an empty one gets the demo event.

    Example: python -m admin_cli db upgrade
    """
    from bot import preparing
    from bot.domain import acts, audit

    with opening.database(making=True) as database:
        revision = preparing.upgrade(database)
        demo = opening.settings().demo and preparing.make_demo(database)
        with opening.acting(database, audit.DATABASE_UPGRADED) as db:
            acts.tell(db, revision=revision, demo=demo)
    if demo:
        click.echo("made the demo event")
    click.echo(f"at {revision}")


@command.command
def check() -> None:
    """Tell whether every migration has been run; exit code 1 where not.

    Example: python -m admin_cli db check
    """
    from bot import checks

    with opening.database() as database:
        click.echo(f"at {checks.migrations_at_head(database)}")
