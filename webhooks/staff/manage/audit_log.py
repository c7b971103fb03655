"""The page of the event's audit log: who did what, when, before and after."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from bot.conversation.effects import SELF_ACTOR
from bot.domain import audit, events
from bot.domain.models import AuditEntry
from bot.domain.roster import gates
from bot.service import Service
from flows.text import words
from webhooks.i18n import say
from webhooks.staff.manage import audit_texts as said
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.audit_format import AuditFormatter, changes, facts
from webhooks.staff.manage.inputs import UnreadableInput
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, admin, clean, page

PAGE_SIZE, LARGE_PAGE_SIZE = 50, 500
"""Entries of a page, and of one on which more were asked for."""
SEARCH_FIELDS = ("text", "who", "what", "since", "until")
MAX_INPUT_LENGTH = 80


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/audit`."""

    @blueprint.get("/<slug>/audit", endpoint="audit")
    @admin
    def search(slug: str) -> Answer:
        given = {name: clean(request.args.get(name, "")).strip()[:MAX_INPUT_LENGTH] for name in SEARCH_FIELDS}
        most = LARGE_PAGE_SIZE if "more" in request.args else PAGE_SIZE
        with service.database.read() as db:
            zone = events.by_slug(db, slug).timezone
            borders, wrong = _borders(given, zone)
            wanted: dict[str, Any] = {name: given[name] for name in ("text", "who", "what")} | borders
            found = [] if wrong else audit.search(db, slug=slug, limit=most + 1, **wanted)
            reader = AuditFormatter(ZoneInfo(zone), {gate.id: gate.name for gate in gates.list_gates(db, slug)})
            rows = [_row(entry, reader) for entry in found[:most]]
        told: dict[str, Any] = {"form": given, "rows": rows, "wrong": wrong, "zone": zone, "acts": _acts(given["what"])}
        more = len(found) > most
        return page("audit", UNPROCESSABLE if wrong else 200, more=more, most=most, can_more=most == PAGE_SIZE, **told)


def _borders(given: dict[str, str], zone: str) -> tuple[dict[str, datetime | None], dict[str, str]]:
    """The days from and to, both included; and what is wrong, by input."""
    borders: dict[str, datetime | None] = {}
    wrong: dict[str, str] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            day = inputs.read("date", given[name], zone)
            begins = day and inputs.moment(f"{day + timedelta(days=later)}T00:00", zone)
            borders[name] = begins
        except UnreadableInput:
            wrong[name] = say(inputs.NO_DATE)
    return borders, wrong


def _acts(chosen: str) -> list[tuple[str, str]]:
    """The acts to choose from, by their names; also what the address says, which may be the beginning of some."""
    named = sorted(((code, say(name)) for code, name in said.ACT_NAMES.items()), key=lambda act: act[1])
    typed = [] if not chosen or chosen in said.ACT_NAMES else [(chosen, chosen)]
    return [("", say(said.ALL)), *typed, *named]


def _row(entry: AuditEntry, reader: AuditFormatter) -> dict[str, Any]:
    return {
        "at": display.moment(entry.at, reader.zone),
        "who": entry.staff.name if entry.staff else _nobody(entry.actor),
        "what": said.ACT_NAMES.get(entry.what, words(entry.what)),
        "facts": "; ".join(facts(entry.about, reader)),
        "changes": list(changes(entry.about, reader)),
    }


def _nobody(actor: str) -> str:
    """Actors who are not on the roster, by the names that they gave."""
    return say(said.THEMSELVES) if actor == SELF_ACTOR else actor or say(said.NOBODY)
