"""All that is held of one person at this event, gathered for the page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import holdings
from bot.domain import visitors
from bot.domain.models import Pass
from bot.domain.visitors import Known
from bot.service import Service
from flows.codes import shown
from webhooks.staff.manage import showing

LISTS: Mapping[str, tuple[str, ...]] = {
    "entries": ("at", "code", "result", "people", "gate", "by", "forced", "undone"),
    "deliveries": ("owed_at", "kind", "pass", "status", "reason", "to", "sent_at"),
}
"""What is shown of what the command line tells as well."""
TITLES = {"entries": "Entries", "deliveries": "Messages"}


def of(db: Session, found: Pass, service: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page shows of whoever holds this pass, and what the audit log keeps of the look.

    An admin sees what is of their own event: of the person's other events nothing is shown.
    """
    known = _here(visitors.known(db, shown(found.code), region=service.settings.default_region), found.event_id)
    whole = holdings.everything(db, known, service.redis)
    ids = {shown(one.code): one.id for registration in known.registrations for one in registration.passes}
    whole["deliveries"] = [one for one in whole["deliveries"] if one["pass"] in ids]
    names = list(dict.fromkeys(one.full_name for one in known.registrations if one.full_name))
    told = {
        "name": ", ".join(names) or "(erased)",
        "facts": _facts(whole),
        "passes": [{**one, "day": showing.day(one["day"]), "pass_id": ids[one["code"]]} for one in whole["passes"]],
        "registrations": [_registration(one) for one in whole["registrations"]],
        "lists": [(TITLES[name], columns, _cells(whole[name], columns)) for name, columns in LISTS.items()],
    }
    return told, {"contacts": [one.id for one in known.contacts], "codes": list(ids)}


def _here(known: Known, event_id: int) -> Known:
    registrations = tuple(one for one in known.registrations if one.event_id == event_id)
    return replace(known, registrations=registrations, entries=tuple(_of_event(known, event_id)))


def _of_event(known: Known, event_id: int) -> Sequence[Any]:
    return [one for one in known.entries if one.event_id == event_id]


def _facts(whole: Mapping[str, Any]) -> dict[str, str]:
    at = f"{whole['flow']}: {whole['question'] or 'done'}" if whole["flow"] else "not in a conversation"
    return {
        "Phone": ", ".join(whole["phones"]) or "none",
        "Language": whole["language"] or "not chosen",
        "Known since": f"{text(whole['known_since'])} UTC",
        "Messages": "has said stop" if whole["stopped"] else "may be written to",
        "Conversation": at,
    }


def _registration(one: Mapping[str, Any]) -> dict[str, str]:
    answers = {name.replace("_", " ").capitalize(): text(value) for name, value in one["answers"].items()}
    return {
        "Name": text(one["name"]),
        **answers,
        "By": f"{one['channel']}, in {one['language']}",
        "Holder": one["holder"],
        "Agreed": f"{text(one['consented_at'])}, version {one['consent_version']}",
    }


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[str]]:
    return [[text(row[name]) for name in columns] for row in rows]


def text(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | "":
            return showing.NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{showing.day(value)}, {value:%H:%M}"
        case date():
            return showing.day(value)
        case _:
            return str(value)
