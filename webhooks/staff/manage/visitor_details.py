"""Gathers all that is held of one person at this event, for the page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain import visitors
from bot.domain.models import Event, Pass
from bot.domain.passes import days as pass_days
from bot.domain.visitors import Known
from bot.personal_data import export as personal_data_export
from bot.service import Service
from flows.gate.stats import REASONS as RESULTS
from flows.shapes import Sentence
from flows.text import words
from flows.text.choices import people as so_many
from flows.text.languages import LANGUAGES
from flows.text.literal import inert
from flows.text.pass_days import said as days_in_words
from flows.understanding.codes import shown
from webhooks.i18n import say
from webhooks.staff.dashboard.tables import failed_by
from webhooks.staff.dashboard.texts import CHANNELS, KINDS, STEPS
from webhooks.staff.manage import display
from webhooks.staff.manage import visitor_texts as said

LISTS: Mapping[str, tuple[str, ...]] = {
    "entries": ("at", "code", "result", "people", "gate", "by", "forced", "undone"),
    "deliveries": ("owed_at", "kind", "pass", "status", "reason", "to", "sent_at"),
}
"""What is shown of what the command line tells as well."""
VALUES: Mapping[str, Mapping[str, Sentence]] = {
    "result": RESULTS,
    "kind": KINDS,
    "status": said.MESSAGE_STATUS,
}
"""The columns of these lists whose values are words of ours."""
Facts = list[tuple[Sentence | str, Sentence | str]]


def of(db: Session, found: Pass, service: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page shows of whoever holds this pass, and what the audit log keeps of the look.

    An admin sees what is of their own event: of the person's other events nothing is shown. Moments are in the
    event's zone.
    """
    known = _here(visitors.known(db, shown(found.code), region=service.settings.default_region), found.event_id)
    whole = personal_data_export.everything(db, known, service.redis)
    passes = {shown(one.code): one for registration in known.registrations for one in registration.passes}
    whole["deliveries"] = [one for one in whole["deliveries"] if one["pass"] in passes]
    names = list(dict.fromkeys(inert(one.full_name) for one in known.registrations if one.full_name))
    told = {
        "name": ", ".join(names) or said.ERASED,
        "facts": _facts(whole, ZoneInfo(found.event.timezone)),
        "passes": [_pass(one) for one in passes.values()],
        "registrations": [_registration(one, found.event) for one in whole["registrations"]],
        "lists": [
            (said.TITLES[name], _heads(columns), _cells(whole[name], columns)) for name, columns in LISTS.items()
        ],
    }
    return told, {"contacts": [one.id for one in known.contacts], "codes": list(passes)}


def days(one: Pass) -> Sentence | str:
    """The day of a pass with its year, or all its days."""
    every = pass_days.of(one)
    return display.day(one.day) if len(every) == 1 else days_in_words(every)


def _here(known: Known, event_id: int) -> Known:
    registrations = tuple(one for one in known.registrations if one.event_id == event_id)
    return replace(known, registrations=registrations, entries=tuple(_of_event(known, event_id)))


def _of_event(known: Known, event_id: int) -> Sequence[Any]:
    return [one for one in known.entries if one.event_id == event_id]


def _facts(whole: Mapping[str, Any], zone: ZoneInfo) -> Facts:
    return [
        (said.NAMES["phone"], ", ".join(whole["phones"]) or said.NO_PHONE),
        (said.NAMES["language"], LANGUAGES.get(whole["language"] or "", "") or said.NOT_CHOSEN),
        (said.NAMES["since"], display.moment(whole["known_since"], zone)),
        (said.NAMES["messages"], said.STOPPED if whole["stopped"] else said.MAY_WRITE),
        (said.NAMES["conversation"], _conversation(whole["flow"], whole["question"])),
    ]


def _conversation(flow: str | None, question: str | None) -> Sentence:
    doing = said.CONVERSATIONS.get(flow or "", words(flow)) if flow else said.NO_CONVERSATION
    if not question or question == flow:
        return doing
    return Sentence(said.AT_QUESTION.source, {"doing": doing, "question": STEPS.get(question, words(question))})


def _pass(one: Pass) -> dict[str, Any]:
    return {
        "pass_id": one.id,
        "code": shown(one.code),
        "day": days(one),
        "people": so_many(one.party_size),
        "kind": words(one.kind.labels),
        "status": one.status,
        "state": said.PASS_STATUS[one.status],
    }


def _registration(one: Mapping[str, Any], event: Event) -> Facts:
    channel = {"channel": CHANNELS.get(one["channel"], one["channel"])}
    spoken = {"language": LANGUAGES.get(one["language"], one["language"])}
    return [
        (said.NAMES["name"], text(one["name"])),
        *_answers(one["answers"], event),
        (said.NAMES["by"], Sentence(said.IN_LANGUAGE.source, {**channel, **spoken})),
        (said.NAMES["holder"], said.HOLDER[one["holder"]]),
        (said.NAMES["agreed"], _agreed(one)),
    ]


def _answers(answers: Mapping[str, Any], event: Event) -> Iterator[tuple[Sentence | str, str]]:
    """Each answer by its question: the event's own as its organisers call it."""
    labels = {one["name"]: words(one["labels"]) for one in event.questions if one.get("labels")}
    for name, value in answers.items():
        yield labels.get(name) or STEPS.get(name) or name.replace("_", " ").capitalize(), text(value)


def _agreed(one: Mapping[str, Any]) -> Sentence:
    """When they agreed, and to which version of the notice; 0 is one that was not ours."""
    version, when = one["consent_version"], text(one["consented_at"])
    pattern = said.VERSION if version else said.ELSEWHERE
    return Sentence(pattern.source, {"when": when, "number": version})


def _heads(columns: Sequence[str]) -> list[Sentence]:
    return [said.COLUMNS[name] for name in columns]


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[str]]:
    return [[_cell(name, row[name]) for name in columns] for row in rows]


def _cell(name: str, value: Any) -> str:
    if name == "reason" and value:
        return say(failed_by(value))
    known = VALUES.get(name, {}).get(value)
    return say(known) if known else text(value)


def text(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | "":
            return display.NOTHING
        case bool():
            return say(said.YES if value else said.NO)
        case datetime():
            return f"{display.day(value)}, {value:%H:%M}"
        case date():
            return display.day(value)
        case _:
            return str(value)
