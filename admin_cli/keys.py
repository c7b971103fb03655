"""`keys`: the keys that sign passes."""

from datetime import UTC, datetime

import click

from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing


@click.group
def command() -> None:
    """The keys that sign the QR codes of passes. docs/operating.md says when to roll and when to retire.

    Example: pravesh keys list
    """


@command.command("list")
@as_json_too
def list_(as_json: bool) -> None:
    """Every key: the current one signs new passes, a good one is believed, a retired one is not.

    Example: pravesh keys list --json
    """
    from bot.domain.passes import key_rotation

    keys = session.ask(key_rotation.list_keys)
    current = max((key.id for key in keys if key.retired_at is None), default=0)
    rows = [
        {
            "number": key.id,
            "state": "retired" if key.retired_at else "current" if key.id == current else "good",
            "made_at": key.created_at,
            "retired_at": key.retired_at,
        }
        for key in keys
    ]
    listing(rows, as_json=as_json, nothing="There is none yet: the first is made when the service starts.")


@command.command
@as_whom
def roll() -> None:
    """Make a new key, which signs every pass from now on; passes that there are stay good. Prints its number.

    Running processes take it up within half a minute.

    Example: pravesh keys roll
    """
    from bot.domain import audit
    from bot.domain.passes import key_rotation

    with session.signing(audit.KEY_ROLLED) as (db, ring):
        number = key_rotation.roll(db, ring, datetime.now(UTC)).id
    click.echo(f"new passes are signed with key {number}")


@command.command
@click.option(
    "--new-secret",
    prompt="The new SECRET_KEY",
    hide_input=True,
    confirmation_prompt=True,
    help="The new secret; asked for where it is left out, so that no shell remembers it.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def rewrap(new_secret: str, yes: bool) -> None:
    """Move the pass keys to another SECRET_KEY, then start every process with that one.

    Passes stay good. Links to pictures that were sent, sign-ins and codes under way end with the old secret, and
    scanners fetch their list anew. Processes that run go on until they are started again.

    Example: pravesh keys rewrap
    """
    from bot.domain import audit
    from bot.domain.passes import key_rotation
    from bot.secret_key import SECRET_FILE, check_secret

    settings = session.load_settings()
    check_secret(new_secret)
    confirm("From then on only the new secret starts Pravesh. Go on?", yes)
    with session.signing(audit.KEYS_REWRAPPED) as (db, ring):
        number = key_rotation.rewrap(db, ring, new_secret)
    kept = settings.var_dir / SECRET_FILE
    is_kept = kept.exists() and kept.read_text(encoding="utf-8").strip() == settings.secret_key
    where = f"write the new secret to {kept}" if is_kept else "set SECRET_KEY to the new secret"
    click.echo(f"{number} keys moved: {where}, and start web, worker and clock again")


@command.command
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_whom
def retire(number: int, yes: bool) -> None:
    """Retire a key: within half a minute every QR that it signed is refused as forged.

    For a key that may have leaked. The passes themselves stay: their typed codes admit, and `my pass`, the web page
    and `passes resend` give a QR signed anew.

    Example: pravesh keys retire 1 --yes
    """
    from bot.domain import audit
    from bot.domain.passes import key_rotation

    if not yes:
        passes = session.ask(key_rotation.valid_passes, number)
        click.confirm(f"Retire key {number}? The QR codes of {passes} valid passes may end with it", abort=True)
    with session.writing(audit.KEY_RETIRED) as db:
        key_rotation.retire(db, number, datetime.now(UTC))
    click.echo(f"key {number} is retired")
