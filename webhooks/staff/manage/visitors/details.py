"""Gathers all that is held of one person at this event, for the page."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain import pass_days, visitors
from bot.domain.imports.insert import agreed_where
from bot.domain.models import Event, Pass
from bot.domain.visitors import KnownPerson
from bot.personal_data import export as personal_data_export
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _, words
from flows.text.choices import people as so_many
from flows.text.languages import LANGUAGES
from flows.text.literal import escape
from flows.text.pass_days import describe_days as days_in_words
from flows.text.scan_results import RESULT_NAMES
from flows.understanding.codes import shown
from webhooks.i18n import say
from webhooks.staff.dashboard.tables import failed_by
from webhooks.staff.dashboard.texts import CHANNEL_NAMES, MESSAGE_KIND_NAMES, STEP_NAMES
from webhooks.staff.manage import display
from webhooks.staff.manage.visitors import texts as said

LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "entries": ("at", "code", "result", "people", "gate", "by", "forced", "undone"),
    "deliveries": ("owed_at", "kind", "pass", "status", "reason", "to", "sent_at"),
}
"""What is shown of what the command line tells as well."""
VALUE_NAMES: Mapping[str, Mapping[str, Sentence]] = {
    "result": RESULT_NAMES,
    "kind": MESSAGE_KIND_NAMES,
    "status": said.MESSAGE_STATUS,
}
"""The columns of these lists whose values are words of ours."""
Facts = list[tuple[Sentence | str, Sentence | str]]


def person_details(db: Session, pass_: Pass, service: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page shows of whoever holds this pass, and what the audit log keeps of the visit.

    An admin sees what is of their own event: of the person's other events nothing is shown. Moments are in the
    event's zone.
    """
    known = _here(visitors.known(db, shown(pass_.code), region=service.settings.default_region), pass_.event_id)
    whole = personal_data_export.export_person(db, known, service.redis)
    passes = {shown(pass_.code): pass_ for registration in known.registrations for pass_ in registration.passes}
    whole["deliveries"] = [delivery for delivery in whole["deliveries"] if delivery["pass"] in passes]
    names = list(
        dict.fromkeys(
            escape(registration_row.full_name) for registration_row in known.registrations if registration_row.full_name
        )
    )
    consents = {row.id: row.consent_text for row in known.registrations}
    told = {
        "name": ", ".join(names) or said.ERASED,
        "facts": _facts(whole, ZoneInfo(pass_.event.timezone)),
        "passes": [_pass(pass_) for pass_ in passes.values()],
        "registrations": [
            _registration(registration_row, pass_.event, consents[registration_row["id"]])
            for registration_row in whole["registrations"]
        ],
        "lists": [
            (
                said.TITLES[name],
                [said.COLUMNS[column] for column in columns],
                [[(_cell(column, row[column]), _sort_key(row[column])) for column in columns] for row in whole[name]],
            )
            for name, columns in LIST_COLUMNS.items()
        ],
    }
    return told, {"contacts": [contact.id for contact in known.contacts], "codes": list(passes)}


def days(pass_: Pass) -> Sentence | str:
    """The day of a pass with its year, or all its days."""
    every = pass_days.days_of_pass(pass_)
    return display.day(pass_.day) if len(every) == 1 else days_in_words(every)


def _here(known: KnownPerson, event_id: int) -> KnownPerson:
    registrations = tuple(registration for registration in known.registrations if registration.event_id == event_id)
    return replace(
        known,
        registrations=registrations,
        entries=tuple(checkin for checkin in known.entries if checkin.event_id == event_id),
    )


def _facts(whole: Mapping[str, Any], zone: ZoneInfo) -> Facts:
    return [
        (said.NAMES["phone"], ", ".join(whole["phones"]) or _("none")),
        (said.NAMES["language"], LANGUAGES.get(whole["language"] or "", "") or _("not chosen")),
        (said.NAMES["since"], display.moment(whole["known_since"], zone)),
        (said.NAMES["messages"], _("messages stopped") if whole["stopped"] else _("messages on")),
        (said.NAMES["conversation"], _conversation(whole["flow"], whole["question"])),
    ]


def _conversation(flow: str | None, question: str | None) -> Sentence:
    doing = said.CONVERSATIONS.get(flow or "", words(flow)) if flow else _("not in a conversation")
    if not question or question == flow:
        return doing
    return _("{doing}: {question}", doing=doing, question=STEP_NAMES.get(question, words(question)))


def _pass(pass_: Pass) -> dict[str, Any]:
    return {
        "pass_id": pass_.id,
        "code": shown(pass_.code),
        "day": days(pass_),
        "people": so_many(pass_.party_size),
        "kind": words(pass_.kind.labels),
        "status": pass_.status,
        "state": said.PASS_STATUS[pass_.status],
    }


def _registration(registration: Mapping[str, Any], event: Event, consent: str) -> Facts:
    channel = CHANNEL_NAMES.get(registration["channel"], registration["channel"])
    spoken = LANGUAGES.get(registration["language"], registration["language"])
    return [
        (said.NAMES["name"], text(registration["name"])),
        *_answers(registration["answers"], event),
        (said.NAMES["by"], _("{channel}, in {language}", channel=channel, language=spoken)),
        (said.NAMES["holder"], said.HOLDER[registration["holder"]]),
        (said.NAMES["agreed"], _agreed(registration, consent)),
    ]


def _answers(answers: Mapping[str, Any], event: Event) -> Iterator[tuple[Sentence | str, str]]:
    """Each answer by its question: the event's own as its organisers call it."""
    labels = {question["name"]: words(question["labels"]) for question in event.questions if question.get("labels")}
    for name, value in answers.items():
        yield labels.get(name) or STEP_NAMES.get(name) or name.replace("_", " ").capitalize(), text(value)


def _agreed(registration: Mapping[str, Any], consent: str) -> Sentence:
    """When they agreed, and to which version of the notice; of 0, which was not ours, where that was."""
    version, when = registration["consent_version"], text(registration["consented_at"])
    pattern = _("{when}, version {number}") if version else _("{when}, elsewhere: {where}")
    return pattern.filled(when=when, number=version, where=escape(agreed_where(consent)) or display.NO_VALUE)


def _cell(name: str, value: Any) -> str:
    if name == "reason" and value:
        return say(failed_by(value))
    known = VALUE_NAMES.get(name, {}).get(value)
    return say(known) if known else text(value)


def _sort_key(value: Any) -> str:
    """By what a column sorts (`data-value`) where its words would not: moments; empty for all else."""
    return str(int(value.timestamp())) if isinstance(value, datetime) else ""


def text(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | "":
            return display.NO_VALUE
        case bool():
            return say(_("yes") if value else _("no"))
        case datetime():
            return f"{display.day(value)}, {display.hour(value.time())}"
        case date():
            return display.day(value)
        case _:
            return str(value)
