"""`events poster`: a page to print, with a QR code that opens WhatsApp."""

from contextlib import ExitStack
from pathlib import Path

import click

from admin_cli.console import out_files, session


@click.command
@click.argument("slug")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE", help="The PDF to write."
)
@click.option("--paper", type=click.Choice(["a4", "a3"]), default="a4", show_default=True, help="Its size.")
@click.option(
    "--logo",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A picture for its head in place of the event's logo, PNG or JPEG; printed in grey.",
)
@out_files.yes
def poster(slug: str, out: Path, paper: str, logo: Path | None, yes: bool) -> None:
    """Write the event's poster as a PDF, in the event's languages.

    Its QR code opens WhatsApp with the event's word; the web address stands below.

    Example: pravesh events poster demo --out poster.pdf --paper a3
    """
    from bot.delivery.campaigns import posters
    from bot.domain import events
    from bot.domain.events import identity
    from bot.domain.exports.files import write_whole

    with session.reading() as db:
        event = events.by_slug(db, slug)
        _ = event.days  # read while the session is open
        look = identity.of(db, event)
    out_files.check(out, yes=yes)
    with ExitStack() as files:
        picture = files.enter_context(logo.open("rb")) if logo else None
        with out_files.writing(out), write_whole(out, 0o644) as part, part.open("wb") as file:
            posters.write_poster(file, event, look, session.load_settings(), paper, picture)
    click.echo(f"wrote {out}", err=True)
