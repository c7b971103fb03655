"""The audit log of the event: who did what, when, and how it was before and after."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from bot.domain import act_words, audit, events
from bot.domain.models import AuditEntry
from bot.service import Service
from webhooks.staff.manage import inputs, showing
from webhooks.staff.manage.frame import UNPROCESSABLE, Answer, admin, clean, page
from webhooks.staff.manage.inputs import Unreadable

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
            said: dict[str, Any] = {name: given[name] for name in ("text", "who", "what")} | borders
            found = [] if wrong else audit.search(db, slug=slug, most=most + 1, **said)
            rows = [_row(one, ZoneInfo(zone)) for one in found[:most]]
        told: dict[str, Any] = {"form": given, "rows": rows, "wrong": wrong, "zone": zone}
        more = len(found) > most
        return page("audit", UNPROCESSABLE if wrong else 200, more=more, most=most, can_more=most == FEW, **told)


def _borders(given: dict[str, str], zone: str) -> tuple[dict[str, datetime | None], dict[str, str]]:
    """From when to when, both days included; and what is wrong, by input."""
    borders: dict[str, datetime | None] = {}
    wrong: dict[str, str] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            day = inputs.read("date", given[name], zone)
            begins = day and inputs.moment(f"{day + timedelta(days=later)}T00:00", zone)
            borders[name] = begins
        except Unreadable:
            wrong[name] = inputs.NO_DATE
    return borders, wrong


def _row(one: AuditEntry, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": showing.moment(one.at, zone),
        "who": one.staff.name if one.staff else one.actor or "nobody named",
        "what": one.what.replace("_", " "),
        "facts": "; ".join(act_words.facts(one.about)),
        "changes": [line.replace(" -> ", " → ").replace("_", " ") for line in act_words.changes(one.about)],
    }
