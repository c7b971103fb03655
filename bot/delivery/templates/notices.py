"""Notices: messages that may leave outside the 24-hour window, by templates that WhatsApp has approved.

A notice is a sentence with places and, where a picture goes with it, the picture's address; one template
for each notice and language. Questions need none of this: they are asked inside the window
(bot.delivery.templates.interactive). To add a notice, add it to NOTICES; `templates sync` submits it, and a row
that says
`{"notice": {"purpose": …, "values": {…}}, "language": …}` leaves by it wherever the window is shut.

Twilio's rules ('twilio/media', 'twilio/text', 'Using variables with Content templates'): for an approval
the text neither begins nor ends with a variable and no two stand side by side; a value is one line of at
most 255 characters; a picture's variable is the end of its address and names the file's type; its sample
must lead to a picture, and Body and MediaUrl are left out of a message with a template.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.delivery import templates
from bot.delivery.images import media_links
from bot.delivery.message import FilledTemplate
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import whatsapp_text
from bot.delivery.outbox.enqueue import stopped_since
from bot.delivery.templates.interactive import cut, named
from bot.delivery.twilio.content_api import TemplateSpec
from bot.domain.models import Delivery, Pass
from bot.settings import Settings
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from flows.text import render as speak
from flows.text.languages import CONFIRMED, SOURCE
from flows.understanding.codes import shown

MAX_VALUE_LENGTH = 255
UTILITY = "UTILITY"
"""WhatsApp's category for what somebody asked for or has agreed to, and no advertisement."""
SAMPLE_PICTURE = "sample.png"
"""The end of the address of the picture that WhatsApp is shown with a template (webhooks.media)."""
PICTURE_PATH = "media/passes/"
PICTURE = "picture"
"""The name of the last variable of a notice that has a picture."""
TEMPLATE_ERROR_CODES = frozenset((21655, 21656, 63013, 63016, 63021, 63027, 63028, 63029, 63030, 63040, 63041))
"""Twilio's codes that speak of the template and not of the person or the sender: no such template, bad
variables, against the policy, none that counts outside the window, content, language, parameters, paused."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in every language."""

    sentence: Sentence
    samples: Mapping[str, str]
    """For each place of the sentence, in the order of Twilio's numbers, something that could stand there."""
    picture: bool = False
    """A pass's picture goes with it."""
    category: str = UTILITY

    def numbers(self) -> dict[str, str]:
        """Twilio's number of each place, by its name."""
        names = [*self.samples, *([PICTURE] if self.picture else [])]
        return {name: str(number) for number, name in enumerate(names, start=1)}

    def text(self, language: str, values: Mapping[str, Any]) -> str:
        """The sentence in a language with these values in its places."""
        return speak(Sentence(self.sentence.source, dict(values)), language)


PASS_NOTICE = "pass"  # noqa: S105 - an entry pass
NEWS, EVENT_CANCELLED, DAY_CANCELLED, REMINDER = "news", "event_cancelled", "day_cancelled", "reminder"
"""What goes to many: see bot.delivery.campaigns.texts."""
ALERT = "alert"
"""What goes to an event's supervisors: see bot.delivery.campaigns.alerts."""
PLACE_FREE = "place_free"
"""What goes to whoever waits for a full day: see bot.delivery.campaigns.place_offers."""
REPORT = "report"
"""What goes to its admins once a day: see bot.delivery.campaigns.daily_reports."""
_FAIR = "Delhi Book Fair"
NOTICES: Mapping[str, Notice] = {
    PASS_NOTICE: Notice(
        _("Your entry pass *{code}* is ready.\nEvent: {event}\nDay: {day}\nPlease show this picture at the gate."),
        {"code": "XXXX-XXXX", "event": "Delhi Book Fair, Pragati Maidan", "day": "Sat 16 Jan, 3 people"},
        picture=True,
    ),
    NEWS: Notice(
        _("News about {event}: {text}\nTo stop these messages, send *stop*."),
        {"event": _FAIR, "text": "Gate 2 is closed today; please use gate 1."},
    ),
    EVENT_CANCELLED: Notice(
        _(
            "Sorry, {event} is cancelled and your entry pass is no longer valid. {text}\nTo stop these messages, "
            "send *stop*."
        ),
        {"event": _FAIR, "text": "Please do not come."},
    ),
    DAY_CANCELLED: Notice(
        _(
            "Sorry, {event} will not take place on {day}. Your entry pass for this day is no longer valid. "
            "{text}\nTo stop these messages, send *stop*."
        ),
        {"event": _FAIR, "day": "Sat 16 Jan", "text": "Write *change* here to choose another day."},
    ),
    REMINDER: Notice(
        _(
            "Reminder: you have an entry pass to {event} for {day}. Please have it ready at the gate. To see it "
            "here, send *my pass*.\nTo stop these messages, send *stop*."
        ),
        {"event": _FAIR, "day": "Sat 16 Jan"},
    ),
    PLACE_FREE: Notice(
        _(
            "A place is free for you at {event} on {day}, {people}. To get your entry pass, reply *yes* here by "
            "{until}. After that it goes to the next person; with *no* it goes there at once."
        ),
        {"event": _FAIR, "day": "Sat 16 Jan", "people": "3 people", "until": "4:15 pm"},
    ),
    ALERT: Notice(
        _("For the team of {event}: {text}.\nSee the dashboard for more."),
        {"event": _FAIR, "text": "gate 2 has been silent for 10 minutes"},
    ),
    REPORT: Notice(
        _("Daily report: {event}, day {day}: {text}\nTo stop these messages, send *stop*."),
        {"event": _FAIR, "day": "Sat 16 Jan", "text": "Registered: 120 people today, 900 in all; Admitted: 300"},
    ),
}
"""Every notice by its purpose."""


def written_language(language: str) -> str:
    """The language in which somebody is written to who reads this one."""
    return language if language in LANGUAGES else SOURCE


def shape_of(purpose: str, language: str) -> str:
    """The name that our table knows a notice's template by."""
    return f"{templates.NOTICE_PREFIX}{purpose}_{written_language(language)}"


def template_specs(origin: str, languages: Iterable[str] = CONFIRMED) -> list[TemplateSpec]:
    """The template of every notice in these languages; pictures come from this origin."""
    return [
        TemplateSpec(shape_of(purpose, language), _definition(purpose, notice, language, origin), notice.category)
        for purpose, notice in NOTICES.items()
        for language in languages
    ]


def _definition(purpose: str, notice: Notice, language: str, origin: str) -> dict[str, Any]:
    numbers = notice.numbers()
    body = notice.text(language, {name: f"{{{{{number}}}}}" for name, number in numbers.items()})
    samples = {**notice.samples, **({PICTURE: SAMPLE_PICTURE} if notice.picture else {})}
    types: dict[str, Any] = {"twilio/text": {"body": body}}
    if notice.picture:
        media = [f"{origin}/{PICTURE_PATH}{{{{{numbers[PICTURE]}}}}}"]
        types = {"twilio/media": {"body": body, "media": media}}
    variables = {numbers[name]: sample for name, sample in samples.items()}
    return named(shape_of(purpose, language), {"language": language, "variables": variables, "types": types})


def template_for(db: Session, row: Delivery, now: datetime) -> str | None:
    """The approved template by which a delivery could leave outside the window; None where there is none.

    Somebody who has stopped our messages gets none there: what is owed to them waits until they write.
    """
    purpose = _purpose(row)
    if purpose not in NOTICES or stopped_since(db, row):
        return None
    return templates.approved(db, shape_of(purpose, _language(db, row)), now)


def filled_template(db: Session, row: Delivery, settings: Settings, now: datetime) -> FilledTemplate | None:
    """The notice's template with this reader's values; None where there is none, or where it lacks a value."""
    sid = template_for(db, row, now)
    values = _values(db, row, settings, now) if sid else {}
    # Where a value is missing Twilio would put the sample in its place.
    if sid is None or not all(values.values()):
        return None
    numbers = NOTICES[_purpose(row)].numbers()
    return FilledTemplate(sid, json.dumps({numbers[name]: value for name, value in values.items()}, ensure_ascii=False))


def text_of(db: Session, row: Delivery, settings: Settings, now: datetime) -> str:
    """How the notice of a delivery reads; the same delivery always reads the same."""
    return NOTICES[_purpose(row)].text(_language(db, row), _values(db, row, settings, now))


def _purpose(row: Delivery) -> str:
    return PASS_NOTICE if row.kind == PASS_NOTICE else str(row.payload.get("notice", {}).get("purpose", ""))


def _values(db: Session, row: Delivery, settings: Settings, now: datetime) -> dict[str, str]:
    """The value of each variable, as Twilio takes it; empty where it is not known."""
    known = _pass_values(db, row, settings, now) if row.kind == PASS_NOTICE else row.payload["notice"].get("values", {})
    return {name: _one_line(str(known.get(name) or "")) for name in NOTICES[_purpose(row)].numbers()}


def _pass_values(db: Session, row: Delivery, settings: Settings, now: datetime) -> dict[str, str]:
    pass_, language = db.get_one(Pass, row.pass_id), _language(db, row)
    event = pass_.event
    token = media_links.sign(pass_.id, settings.secret_key, now)
    place = f", {whatsapp_text.venue_in(event, language)}" if event.venue else ""
    return {
        "code": shown(pass_.code),
        "event": f"{whatsapp_text.name_in(event, language)}{place}",
        "day": speak(whatsapp_text.visit(pass_), language),
        PICTURE: f"{token}.png?language={language}",
    }


def _language(db: Session, row: Delivery) -> str:
    language = str(row.payload.get("language") or "")
    if not language and row.pass_id is not None:
        return db.get_one(Pass, row.pass_id).registration.language
    return language


def _one_line(value: str) -> str:
    """The value as Twilio takes it: one line, not too long, and nothing in it that reads as a variable."""
    flat = " ".join(whatsapp_text.clean(value).replace("{{", "{").replace("}}", "}").split())
    return cut(flat, MAX_VALUE_LENGTH)


# --- which way a row went -----------------------------------------------------------------------


def template_used(row: Delivery) -> str:
    """The template by which a row last left; empty: none."""
    return str(row.payload.get("template") or "")


def record_template(db: Session, row: Delivery, sid: str, now: datetime) -> None:
    """Note by which template a row leaves now; empty: by none. A status that comes back must be judged by it."""
    if sid:
        delivery_history.record(db, row.id, delivery_history.BY_TEMPLATE, now)
    if template_used(row) == sid:
        return
    rest = {name: value for name, value in row.payload.items() if name != "template"}
    row.payload = {**rest, "template": sid} if sid else rest
    db.execute(update(Delivery).where(Delivery.id == row.id).values(payload=row.payload))


def handle_refusal(db: Session, row: Delivery, code: int | None, now: datetime) -> bool:
    """Let the template rest by which this row left, where Twilio's refusal is about it; whether it is."""
    sid = template_used(row)
    if not sid or code not in TEMPLATE_ERROR_CODES:
        return False
    templates.refuse(db, sid, str(code), now)
    return True
