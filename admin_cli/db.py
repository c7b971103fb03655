"""`db`: the tables of the database, and its backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom, current_actor
from admin_cli.console.output import as_json_text, as_json_too

if TYPE_CHECKING:
    from bot.ops.backup.manifest import Manifest

FOLDER = click.Path(file_okay=False, path_type=Path)
place_of_a_backup = click.argument("place", metavar="FOLDER|s3://BUCKET/PREFIX")
passphrase_file = click.option(
    "--passphrase-file",
    type=click.File(encoding="utf-8"),
    help="A file whose first line is the passphrase (- for standard input); without it you are asked.",
)


@click.group
def command() -> None:
    """The database's tables, and its backups.

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
        click.echo(f"this service has no owner yet; to become the owner, open this link within 3 days: {claim}")
    click.echo(f"at {revision}")


@command.command
def check() -> None:
    """Tell whether all migrations have been run; exit code 1 where not.

    Example: pravesh db check
    """
    from bot.ops import checks

    with session.open_database() as database:
        click.echo(f"at {checks.migrations_at_head(database)}")


@command.command
@click.option("--out", "folder", type=FOLDER, help="A new folder, which becomes the backup.")
@click.option("--to", "bucket", metavar="s3://BUCKET/PREFIX", help="A place in a bucket, below which it gets a name.")
@click.option("--encrypt", is_flag=True, help="Encrypt it under a passphrase of 12 characters or more.")
@click.option("--with-secret", is_flag=True, help="Put SECRET_KEY into it; only with --encrypt.")
@passphrase_file
@as_json_too
def backup(
    folder: Path | None, bucket: str | None, encrypt: bool, with_secret: bool, passphrase_file: Any, as_json: bool
) -> None:
    """Copy the whole database into a new folder or a bucket, of one moment, while everything runs.

    SQLite by its online backup, PostgreSQL by pg_dump of the server's version or newer. Keep SECRET_KEY apart: without
    it nobody, you included, can restore the backup. A bucket's credentials come from the environment (AWS_…) or from
    the role of the task.

    Example: pravesh db backup --out /backups/2027-01-10 --encrypt
    """
    from bot.ops.backup import bucket as buckets
    from bot.ops.backup import make

    if (folder is None) == (bucket is None):
        raise click.UsageError("give either --out FOLDER or --to s3://BUCKET/PREFIX")
    place = buckets.Place.parse(bucket) if bucket else None
    passphrase = _passphrase(passphrase_file, confirm=True) if encrypt else ""
    with TemporaryDirectory(prefix="pravesh-backup-") as private, session.open_database() as database:
        into = folder or Path(private) / "backup"
        made = make(database, session.load_settings(), into, passphrase=passphrase, with_secret=with_secret)
        where = str(buckets.upload(into, made, place) if place else into)
    _tell(made, f"backed up to {where}", as_json=as_json, place=where)


@command.command
@place_of_a_backup
@click.option("--show-secret", is_flag=True, help="Print the SECRET_KEY that it brings, to set it elsewhere.")
@passphrase_file
@as_json_too
def verify(place: str, show_secret: bool, passphrase_file: Any, as_json: bool) -> None:
    """Tell whether a backup is whole: its checksum, its rows, and whether SECRET_KEY here opens its keys.

    Example: pravesh db verify /backups/2027-01-10
    """
    from bot.ops import backup as backups
    from bot.ops.backup.manifest import Manifest
    from bot.ops.backup.verify import secret_of

    with _folder(place) as folder:
        passphrase = _passphrase(passphrase_file) if Manifest.read(folder).encrypted else ""
        found = backups.verify(folder, passphrase)
        secret = secret_of(folder, found, passphrase) if show_secret else ""
    if show_secret:
        click.echo(secret or "it brings no SECRET_KEY")
        return
    _tell(found, f"{place} is whole", as_json=as_json, opens=found.opens(session.load_settings().secret_key))


@command.command
@place_of_a_backup
@click.option("--send", is_flag=True, help="Let workers send at once, without `doctor --reconcile`.")
@passphrase_file
@as_whom
def restore(place: str, send: bool, passphrase_file: Any) -> None:
    """Restore a backup into the database of the settings, which must not be there yet (PostgreSQL: be empty).

    Nothing is sent from it until `doctor --reconcile` has run; each message that was owed is looked up at Twilio before
    it leaves. Passes of people who registered after the backup are unknown then: they register anew.

    Example: pravesh db restore /backups/2027-01-10
    """
    from bot.ops import backup as backups
    from bot.ops.backup.manifest import Manifest

    now, settings = datetime.now(UTC), session.load_settings()
    with _folder(place) as folder:
        passphrase = _passphrase(passphrase_file) if Manifest.read(folder).encrypted else ""
        made = backups.restore(folder, settings, now=now, actor=current_actor(), passphrase=passphrase, send=send)
    click.echo(f"restored what there was at {made.made_at}, {sum(made.rows.values())} rows")
    if not send:
        click.echo("nothing is sent until this has run: pravesh doctor --reconcile")


@contextmanager
def _folder(place: str) -> Iterator[Path]:
    """The folder of a backup: it itself, or one with what lies in a bucket, while the block lasts."""
    from bot.ops.backup import bucket as buckets

    if not place.startswith(buckets.SCHEME):
        yield Path(place)
        return
    with buckets.downloaded(buckets.Place.parse(place)) as folder:
        yield folder


def _passphrase(file: Any, *, confirm: bool = False) -> str:
    if file is not None:
        return str(file.readline()).rstrip("\n")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))


def _tell(
    manifest: "Manifest", words: str, *, as_json: bool, opens: bool | None = None, place: str | None = None
) -> None:
    told: dict[str, Any] = {
        "place": place,
        "made_at": manifest.made_at,
        "migration": manifest.migration,
        "database": manifest.database,
        "rows": sum(manifest.rows.values()),
        "size": manifest.size,
        "encrypted": manifest.encrypted,
        "has_secret": manifest.has_secret,
        "secret_key_opens_it": opens,
    }
    if as_json:
        click.echo(as_json_text({name: value for name, value in told.items() if value is not None}))
        return
    click.echo(f"{words}: {told['rows']} rows, {told['size']} bytes, of {told['made_at']}")
    if opens is not None:
        click.echo("SECRET_KEY here opens its keys" if opens else "SECRET_KEY here does not open its keys")
