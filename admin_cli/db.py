"""`db`: the tables of the database."""

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom


@click.group
def command() -> None:
    """The database's tables.

    Example: pravesh db upgrade
    """


@command.command
@as_whom
def upgrade() -> None:
    """Run the migrations that the database lacks. With DEMO=1 an empty one gets the demo event.

    While there is no owner it prints a link by which the first one becomes it.

    Example: pravesh db upgrade
    """
    from bot.domain import audit
    from bot.domain.audit import recorder
    from bot.ops import prepare_database

    with session.open_database(making=True) as database:
        revision = prepare_database.upgrade(database)
        settings = session.load_settings()
        demo = settings.demo and prepare_database.make_demo(database, staffed=settings.simulated)
        with session.audited(database, audit.DATABASE_UPGRADED) as db:
            recorder.add_facts(db, revision=revision, demo=demo)
        claim = prepare_database.claim_link(database, settings.origin)
    if demo:
        click.echo("made the demo event")
    if claim:
        click.echo(f"nobody owns this installation yet; who opens this link within 3 days can: {claim}")
    click.echo(f"at {revision}")


@command.command
def check() -> None:
    """Tell whether all migrations have been run; exit code 1 where not.

    Example: pravesh db check
    """
    from bot.ops import checks

    with session.open_database() as database:
        click.echo(f"at {checks.migrations_at_head(database)}")
