"""`events texts`, `events notice` and `events questions`: what visitors read and are asked."""

from collections.abc import Sequence
from typing import Any

import click

from admin_cli.broadcast import begin
from admin_cli.console import session
from admin_cli.console.actor import as_whom
from admin_cli.console.options import confirm
from admin_cli.console.output import as_json_too, listing
from admin_cli.console.parameters import IN_LANGUAGE

TEXT_NAMES = ("welcome", "instructions", "notice", "consent")
Given = Sequence[tuple[str, str]]


@click.command
@click.argument("slug")
@click.option("--welcome", type=IN_LANGUAGE, multiple=True, help="Shown below the greeting.")
@click.option("--instructions", type=IN_LANGUAGE, multiple=True, help="Sent with the pass, such as what to bring.")
@click.option("--consent", type=IN_LANGUAGE, multiple=True, help="The consent; after a change people are asked again.")
@click.option("--remove", type=click.Choice(TEXT_NAMES), multiple=True, help="Remove a text in every language.")
@as_json_too
@as_whom
def texts(slug: str, remove: Sequence[str], as_json: bool, **values: Given) -> None:
    """The event's texts by language: shown, or changed. Other languages of a text stay as they are.

    Example: pravesh events texts demo --welcome "en=Entry is free" --welcome "hi=प्रवेश निःशुल्क है"
    """
    from bot.domain import audit, events
    from bot.domain.events.rows import get_event

    given = {name: dict(texts) for name, texts in values.items() if texts}
    if given or remove:
        with session.writing(audit.TEXTS_SET, slug) as db:
            kept = get_event(db, slug, lock=True).texts
            wanted: dict[str, Any] = {name: {**kept.get(name, {}), **texts} for name, texts in given.items()}
            events.change(db, slug, **{**wanted, **{name: {} for name in remove}})
    kept = session.ask(events.by_slug, slug).texts
    rows = [
        {"text": name, "language": language, "says": says}
        for name in TEXT_NAMES
        for language, says in kept.get(name, {}).items()
    ]
    listing(rows, as_json=as_json, nothing="It has no texts of its own.")


@click.command
@click.argument("slug")
@click.argument("text", required=False)
@click.option("--language", default="en", show_default=True, metavar="LANG", help="The language of this text.")
@click.option("--remove", is_flag=True, help="Remove the notice in every language.")
@click.option("--broadcast", is_flag=True, help="Also send it to everyone with a pass for today or later.")
@as_whom
def notice(slug: str, text: str | None, language: str, remove: bool, broadcast: bool) -> None:
    """Say at once to everybody who writes, looks at a pass or opens the web page what they shall know now.

    Nobody is written to by this alone: at a terminal it asks whether to, else it says how. Languages that have no
    text of their own are told the English one.

    Example: pravesh events notice demo "Gate 2 is closed today; please use gate 1."
    """
    from bot.domain import audit, events
    from bot.domain.events.rows import get_event

    if bool(text) == remove or (remove and broadcast):
        raise click.UsageError("give the text, or --remove")
    with session.writing(audit.NOTICE_SET, slug) as db:
        kept = get_event(db, slug, lock=True).texts.get("notice", {})
        events.change(db, slug, notice={} if remove else {**kept, language: text or ""})
    click.echo("the notice is removed" if remove else f"the notice ({language}) can be read now")
    if not remove:
        _offer_broadcast(slug, at_once=broadcast)


@click.command
@click.argument("slug")
@click.option(
    "--file", "source", type=click.File(encoding="utf-8"), help="A JSON file with all questions; `-`: standard input."
)
@click.option(
    "--needs",
    type=click.BOOL,
    metavar="on|off",
    help="Ask, by a ready-made question in all languages, what help people need at the event, or ask it no more.",
)
@click.option("--yes", is_flag=True, help="Do not ask before replacing existing questions.")
@as_json_too
@as_whom
def questions(slug: str, source: Any, needs: bool | None, yes: bool, as_json: bool) -> None:
    """The event's own questions: shown, or set from a file. docs/questions.md says what the file holds.

    Example: pravesh events questions demo --file questions.json
    """
    from bot.domain import audit, events

    if needs is not None:
        with session.writing(audit.QUESTIONS_SET, slug) as db:
            events.ask_needs(db, slug, wanted=needs)
    if source is not None:
        _set_questions(slug, _read_questions(source), yes)
    with session.reading() as db:
        kept = events.by_slug(db, slug).questions
        rows = [{**question, "labels": question["labels"]["en"]} for question in kept]
        listing(kept if as_json else rows, as_json=as_json, nothing="It asks no questions of its own.")


def _offer_broadcast(slug: str, *, at_once: bool) -> None:
    from bot.delivery.templates import notices
    from bot.domain import events
    from bot.usecases.send_broadcast import BroadcastRequest

    event = session.ask(events.by_slug, slug)
    wish = BroadcastRequest(event.slug, notices.NEWS, event.texts["notice"])
    begin.offer(wish, f"--event {event.slug} --notice notice", at_once=at_once)


def _read_questions(source: Any) -> list[dict[str, Any]]:
    import json

    try:
        found = json.load(source)
    except (ValueError, RecursionError):
        raise click.ClickException(f"{source.name}: not JSON") from None
    if not isinstance(found, list) or not all(isinstance(question, dict) for question in found):
        raise click.ClickException(f"{source.name}: not a list of questions")
    return found


def _set_questions(slug: str, wanted: list[dict[str, Any]], yes: bool) -> None:
    from bot.domain import audit, edit_conflict, events

    with session.reading() as db:
        event = events.by_slug(db, slug)
        slug, number, as_shown = event.slug, len(event.questions), (event, edit_conflict.fingerprint(event))
    confirm(f"Replace the {number} questions of {slug}?", yes or not number)
    with session.writing(audit.QUESTIONS_SET, slug, as_shown) as db:
        events.set_questions(db, slug, wanted)
