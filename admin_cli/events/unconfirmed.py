"""Languages of an event whose words nobody who speaks them has confirmed: what they say is shown before it opens."""

import click

from admin_cli.console import session
from admin_cli.console.options import confirm


def ask(slug: str, *, yes: bool) -> None:
    """Show the consent in each such language and ask whether it is good; nothing where there is none."""
    from bot.domain import events
    from flows.text import LANGUAGES
    from flows.visitor.consent import unconfirmed_consents

    shown = unconfirmed_consents(events.shape(session.ask(events.by_slug, slug)))
    for code, text in shown.items():
        click.echo(f"\n{LANGUAGES.get(code, code)} ({code}):\n{text}\n", err=True)
    if shown:
        confirm("No native speaker has confirmed these texts. Has someone checked them? Open?", yes, err=True)
