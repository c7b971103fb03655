"""Whether forms inside WhatsApp can be sent, and how those that came back were read: for `doctor`."""

from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from bot import form_shapes
from bot.database import Database
from bot.delivery import templates
from bot.delivery.templates import forms
from bot.domain import events
from bot.domain.models import ContentTemplate
from bot.errors import NotReady
from bot.form_shapes import FormShape
from flows.shapes import Event
from flows.shapes.forms import OFF
from flows.visitor.registration import REGISTRATION

TRY_FIRST = (
    "none has come back yet: try one phone first: `pravesh events set SLUG --form team`, then *visitor* from a phone "
    "on the team (docs/forms.md)"
)


def forms_are_read(database: Database, redis: "Redis", now: datetime) -> str:
    """What WhatsApp says of each event's form, and how the last form that came back was read.

    Raises NotReady where a form is switched on and has not been made or is refused, or where the last one that came
    back could not be read.
    """
    with database.read() as db:
        offered = [event for event in events.snapshot(db, now) if event.form != OFF]
        rows = select(ContentTemplate.shape, ContentTemplate.approval).where(ContentTemplate.replaced_at.is_(None))
        approvals = {row.shape: row.approval for row in db.execute(rows)}
    if not offered:
        return "no event offers one"
    try:
        came = form_shapes.last(redis)
    except RedisError as problem:
        raise NotReady(f"Redis does not answer ({type(problem).__name__})") from None
    told = "; ".join(_approval(event, approvals) for event in offered)
    if came and not came[0].found:
        raise NotReady(f"{told}; {_told(came[0])}; whoever sent it was asked in the chat")
    return f"{told}; {_told(came[0]) if came else TRY_FIRST}"


def _approval(event: Event, approvals: dict[str, str]) -> str:
    """What WhatsApp says of an event's form in each language. Raises NotReady where it will never be sent."""
    said = {
        language: approvals.get(forms.template_spec(REGISTRATION.name, event, language).shape, "")
        for language in event.languages
    }
    if not all(said.values()):
        raise NotReady(f"{event.slug}: no form for its words as they are now: pravesh templates sync")
    if refused := [f"{language} {word}" for language, word in said.items() if word in templates.UNUSABLE]:
        raise NotReady(f"{event.slug}: {', '.join(refused)}: the reason is in Twilio's console")
    return f"{event.slug} ({event.form}): {', '.join(f'{language} {word}' for language, word in said.items())}"


def _told(shape: FormShape) -> str:
    """How a form was read, and the names of all fields that it had where something was missing."""
    read = f"the last came at {shape.at:%Y-%m-%d %H:%M} UTC: found {', '.join(shape.found) or 'nothing'}"
    if not shape.missing:
        return read
    return f"{read}; not found: {', '.join(shape.missing)}; its fields: {', '.join(shape.fields) or 'none'}"
