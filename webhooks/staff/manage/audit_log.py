"""The page of the event's audit log: who did what, when, before and after."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from bot.conversation.effects import THEMSELVES
from bot.domain import audit, events
from bot.domain.models import AuditEntry
from bot.domain.roster import gates
from bot.service import Service
from flows.text import words
from webhooks.i18n import say
from webhooks.staff.manage import audit_texts as said
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.audit_format import Reader, changes, facts
from webhooks.staff.manage.inputs import Unreadable
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, admin, clean, page

FEW, MANY = 50, 500
"""Entries of a page, and of one on which more were asked for."""
NAMES = ("text", "who", "what", "since", "until")
LONGEST = 80


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/audit`."""

    @door.get("/<slug>/audit", endpoint="audit")
    @admin
    def search(slug: str) -> Answer:
        given = {name: clean(request.args.get(name, "")).strip()[:LONGEST] for name in NAMES}
        most = MANY if "more" in request.args else FEW
        with service.database.read() as db:
            zone = events.by_slug(db, slug).timezone
            borders, wrong = _borders(given, zone)
            wanted: dict[str, Any] = {name: given[name] for name in ("text", "who", "what")} | borders
            found = [] if wrong else audit.search(db, slug=slug, most=most + 1, **wanted)
            reader = Reader(ZoneInfo(zone), {one.id: one.name for one in gates.listed(db, slug)})
            rows = [_row(one, reader) for one in found[:most]]
        told: dict[str, Any] = {"form": given, "rows": rows, "wrong": wrong, "zone": zone, "acts": _acts(given["what"])}
        more = len(found) > most
        return page("audit", UNPROCESSABLE if wrong else 200, more=more, most=most, can_more=most == FEW, **told)


def _borders(given: dict[str, str], zone: str) -> tuple[dict[str, datetime | None], dict[str, str]]:
    """The days from and to, both included; and what is wrong, by input."""
    borders: dict[str, datetime | None] = {}
    wrong: dict[str, str] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            day = inputs.read("date", given[name], zone)
            begins = day and inputs.moment(f"{day + timedelta(days=later)}T00:00", zone)
            borders[name] = begins
        except Unreadable:
            wrong[name] = say(inputs.NO_DATE)
    return borders, wrong


def _acts(chosen: str) -> list[tuple[str, str]]:
    """The acts to choose from, by their names; also what the address says, which may be the beginning of some."""
    named = sorted(((code, say(name)) for code, name in said.ACTS.items()), key=lambda one: one[1])
    typed = [] if not chosen or chosen in said.ACTS else [(chosen, chosen)]
    return [("", say(said.ALL)), *typed, *named]


def _row(one: AuditEntry, reader: Reader) -> dict[str, Any]:
    return {
        "at": display.moment(one.at, reader.zone),
        "who": one.staff.name if one.staff else _nobody(one.actor),
        "what": said.ACTS.get(one.what, words(one.what)),
        "facts": "; ".join(facts(one.about, reader)),
        "changes": list(changes(one.about, reader)),
    }


def _nobody(actor: str) -> str:
    """Actors who are not on the roster, by the names that they gave."""
    return say(said.THEMSELVES) if actor == THEMSELVES else actor or say(said.NOBODY)
