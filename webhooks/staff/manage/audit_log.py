"""The page of the event's audit log: who did what, when, before and after."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from sqlalchemy.orm import Session

from bot.conversation.effects import SELF_ACTOR
from bot.domain import audit, events
from bot.domain.models import AuditEntry
from bot.domain.models.base import MAX_ID
from bot.domain.roster import gates
from bot.service import Service
from flows.text import _, words
from webhooks.i18n import say
from webhooks.staff.manage import audit_texts as said
from webhooks.staff.manage import display, inputs, sorting
from webhooks.staff.manage.audit_format import AuditFormatter, changes, facts
from webhooks.staff.manage.layout import Answer, admin, clean, judged, page
from webhooks.staff.manage.sorting import Keys, Order

PAGE_SIZE = 50
"""Entries of a page."""
SORT_NAMES = {"-at": _("newest first"), "at": _("oldest first")}
NEWEST_FIRST = Order("at", falling=True)
SEARCH_FIELDS = ("text", "who", "what", "since", "until")
MAX_INPUT_LENGTH = 80


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/audit`."""

    @blueprint.get("/<slug>/audit", endpoint="audit")
    @admin
    def search(slug: str) -> Answer:
        given = {name: clean(request.args.get(name, "")).strip()[:MAX_INPUT_LENGTH] for name in SEARCH_FIELDS}
        order = sorting.asked(("at",), NEWEST_FIRST)
        with service.database.read() as db:
            zone = events.by_slug(db, slug).timezone
            borders, wrong = judged(
                ("since", "until"), lambda name: inputs.border(given[name], zone, end=name == "until")
            )
            wanted: dict[str, Any] = {name: given[name] for name in ("text", "who", "what")} | borders
            found, keys = ([], Keys()) if wrong else _page_of(db, slug, order, wanted)
            reader = AuditFormatter(ZoneInfo(zone), {gate.id: gate.name for gate in gates.list_gates(db, slug)})
            rows = [_row(entry, reader) for entry in found]
        return page(
            "audit",
            form=given,
            rows=rows,
            wrong=wrong,
            zone=zone,
            acts=_acts(given["what"]),
            order=order,
            keys=keys,
            orders=[(code, say(name)) for code, name in SORT_NAMES.items()],
        )


def _page_of(db: Session, slug: str, order: Order, wanted: dict[str, Any]) -> tuple[list[AuditEntry], Keys]:
    """The entries of the page that the request's keys name, and the keys of those around it."""
    asked = sorting.asked_keys()
    key, backwards = _id(asked.before) or _id(asked.after), bool(_id(asked.before))
    ordered: dict[str, Any] = {"oldest_first": order.falling == backwards, "beyond": key, "limit": PAGE_SIZE + 1}
    found = audit.search(db, slug=slug, **ordered, **wanted)
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    is_first, is_last = (not more, False) if backwards else (not key, not more)
    first, last = (str(found[0].id), str(found[-1].id)) if found else ("", "")
    return found, Keys("" if is_first else first, "" if is_last else last)


def _id(key: str) -> int:
    """The number of an entry; 0 for what is none."""
    number = int(key) if key.isascii() and key.isdecimal() and len(key) <= len(str(MAX_ID)) else 0
    return number if number <= MAX_ID else 0


def _acts(chosen: str) -> list[tuple[str, str]]:
    """The acts to choose from, by their names; also what the address says, which may be the beginning of some."""
    named = sorted(((code, say(name)) for code, name in said.ACT_NAMES.items()), key=lambda act: act[1])
    typed = [] if not chosen or chosen in said.ACT_NAMES else [(chosen, chosen)]
    return [("", say(_("all acts"))), *typed, *named]


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
    return say(_("the visitor")) if actor == SELF_ACTOR else actor or say(_("no name"))
