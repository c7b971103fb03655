"""The form of a message to many: what it asks, and what comes of the answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from bot.delivery.campaigns.texts import MAX_TEXT_LENGTH
from bot.domain import events
from bot.domain.models import Event
from bot.domain.passes import kinds
from bot.errors import Refused
from bot.usecases import send_broadcast
from bot.usecases.send_broadcast import BroadcastRequest
from flows.shapes import Sentence
from flows.text import LANGUAGES, _, words
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.announcements import broadcast_texts
from webhooks.staff.manage.announcements.broadcast_texts import LABELS
from webhooks.staff.manage.inputs import WHOLE_NUMBER
from webhooks.staff.manage.layout import Answer, clean, page, refusal_text, typed

OWN_TEXT = "text"
CANCELLED = ("event_cancelled", "day_cancelled")
"""What a page that cancels may ask for (webhooks.staff.manage.switches.tell_them)."""
LISTS = ("days", "languages", "kinds", "channels")
"""Inputs of which several may be ticked."""
FIELD_OF_REFUSAL = {
    "nothing_to_say": "texts",
    "too_long": "texts",
    "day_needed": "days",
    "no_such_day": "days",
    "no_such_kind": "kinds",
}
"""The input at which a refusal is shown, by code."""

Ticks = tuple[str, Sequence[tuple[str, Sentence | str]]]
"""A question with boxes to tick: its name, and the options."""
Form = Mapping[str, Any]
"""What stands in the inputs: a text each, lists of ticked values, and the texts by language."""


def empty(what: str = OWN_TEXT, days: Sequence[str] = ()) -> Form:
    """The form before anybody has typed; after a cancellation that is what it is about, for as long as can be."""
    cancelled = what in CANCELLED
    hours = str(send_broadcast.MAX_HOURS if cancelled else send_broadcast.DEFAULT_HOURS)
    lists = {**{name: [] for name in LISTS}, "days": list(days) if cancelled else []}
    return {"what": what if cancelled else OWN_TEXT, "texts": {}, "entered": "", "hours": hours} | lists


def sent(event: Event) -> Form:
    """The form as it was sent."""
    texts = {code: typed(f"texts-{code}").strip() for code in event.languages}
    lists = {name: [clean(value) for value in request.form.getlist(name)] for name in LISTS}
    return {"texts": texts, **lists} | {name: typed(name).strip() for name in ("what", "entered", "hours")}


def request_of(event: Event, form: Form) -> tuple[BroadcastRequest, dict[str, str]]:
    """The broadcast that the form asks for, and what is wrong, by input."""
    wrong = dict[str, str]()
    what = form["what"] if form["what"] in broadcast_texts.WHAT_NAMES else OWN_TEXT
    texts = {code: text for code, text in form["texts"].items() if text}
    if what == "notice":
        texts = dict(event.texts.get("notice", {}))
        wrong |= (
            {} if texts else {"what": say(_("The event has no notice now. Write it under Notice and texts first."))}
        )
    elif what in send_broadcast.WITHOUT_A_TEXT:
        texts = {}
    hours = int(form["hours"]) if WHOLE_NUMBER.fullmatch(form["hours"]) else 0
    if not 1 <= hours <= send_broadcast.MAX_HOURS:
        wrong["hours"] = say(_("Enter a whole number from 1 to {most}.", most=send_broadcast.MAX_HOURS))
    selected: dict[str, Any] = {"entered": {"yes": True, "no": False}.get(form["entered"])}
    selected |= {name: tuple(form[name]) for name in LISTS if name != "days"}
    purpose = send_broadcast.PURPOSE_OF_NOTICE.get(what, "news")
    return BroadcastRequest(event.slug, purpose, texts, _days(form["days"], wrong), selected, hours), wrong


def refusals(no: Refused) -> dict[str, str]:
    """A refusal at its input."""
    return {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)}


def show(db: Session, slug: str, form: Form, wrong: Mapping[str, str] | None = None) -> Answer:
    """The page with the form."""
    event = events.by_slug(db, slug)
    return page(
        "broadcast_new",
        form=form,
        wrong=wrong or {},
        labels=LABELS,
        most=MAX_TEXT_LENGTH,
        what=tuple(broadcast_texts.WHAT_NAMES.items()),
        entered=tuple(broadcast_texts.ENTERED_NAMES.items()),
        texts={code: LANGUAGES.get(code, code) for code in event.languages},
        ticks=_ticks(db, event),
    )


def _days(chosen: Sequence[str], wrong: dict[str, str]) -> tuple[date, ...]:
    try:
        return tuple(date.fromisoformat(day) for day in chosen)
    except ValueError:
        wrong["days"] = refusal_text(Refused("day_needed"))
        return ()


def _ticks(db: Session, event: Event) -> list[Ticks]:
    """The questions about whom to write to; one with a single answer is not asked."""
    of_event = [(kind.slug, say(words(kind.labels))) for kind in kinds.list_kinds(db, event.slug)]
    asked: list[Ticks] = [
        ("days", [(row.day.isoformat(), display.weekday(row.day)) for row in event.days]),
        ("languages", [(code, LANGUAGES.get(code, code)) for code in event.languages]),
        ("kinds", of_event),
        ("channels", list(broadcast_texts.CHANNELS.items())),
    ]
    return [(name, options) for name, options in asked if len(options) > 1]
