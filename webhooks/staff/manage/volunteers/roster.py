"""The page of the roster: add, enable, disable."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from bot.domain import audit, edit_conflict, events, roster
from bot.domain.models import Staff
from bot.domain.roster import gates
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence, duty
from flows.text import _, collation
from webhooks.i18n import say
from webhooks.staff.manage import display, sorting
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    changing,
    clean,
    done,
    of_number,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.manage.volunteers.invitations import waiting_rows
from webhooks.staff.session import user

PAGE_SIZE = 100
"""People of a page; a team can have thousands, and is read whole for its search."""
MAX_INPUT_LENGTH = 80
FIELD_OF_REFUSAL = {
    "not_a_phone": "phone",
    "on_roster_already": "phone",
    "bad_name": "name",
    "bad_role": "role",
    "no_such_gate": "gate",
}
"""The input at which a refusal is shown, by code."""
COLUMNS: Mapping[str, Callable[[Staff], Any]] = {
    "name": lambda member: collation.sort_key(member.name),
    "phone": lambda member: member.phone,
    "role": lambda member: duty.ROLES.index(member.role),
    "gate": lambda member: (member.gate is None, collation.sort_key(member.gate.name if member.gate else "")),
    "online": lambda member: (member.seen_at is not None, member.seen_at),
}
"""What the table sorts by, by the name in `?sort=`; people who are alike in it stand by name."""
STATE_NAMES = {True: _("enabled"), False: _("disabled")}
ROLE_NAMES: Mapping[str, Sentence] = {
    "volunteer": _("volunteer"),
    "supervisor": _("supervisor"),
    "admin": _("admin"),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/volunteers` and each of them."""

    @blueprint.get("/<slug>/volunteers")
    @admin
    def volunteers(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/volunteers")
    @admin
    def add_volunteer(slug: str) -> Answer:
        given = {name: typed(name) for name in ("phone", "name", "role", "gate")}
        wanted: dict[str, Any] = {**given, "gate": given["gate"] or None, "region": service.settings.default_region}
        try:
            with audited(service, audit.STAFF_ADDED) as db:
                added = roster.add(db, slug, **wanted, now=service.now()).name
        except Refused as no:
            if no.code == "on_roster_already" and _is_there(service, slug, given):
                return done("manage.volunteers", _added(" ".join(given["name"].split())))
            return _page(service, slug, given, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        return done("manage.volunteers", _added(added))

    @blueprint.post("/<slug>/volunteers/<int:staff_id>")
    @admin
    def switch_volunteer(slug: str, staff_id: int) -> Answer:
        enabled = typed("what") == "enable"
        row = of_number(service.database.ask(roster.list_staff, slug), staff_id)
        if row.id == user().staff_id:
            told = _("You cannot disable yourself. Ask another admin, or use the command line.")
            return _page(service, slug, problem=say(told))
        if row.enabled != enabled or (enabled and roster.is_paused(row, service.now())):
            try:
                _switch(service, slug, row, enabled)
            except Refused as no:
                return _page(service, slug, problem=refusal_text(no))
        told = _("{name} is enabled.", name=row.name) if enabled else _("{name} is disabled.", name=row.name)
        return done("manage.volunteers", told, **_place())


def _switch(service: Service, slug: str, row: Staff, enabled: bool) -> None:
    """Raises Refused."""
    with changing(service, audit.STAFF_ENABLED if enabled else audit.STAFF_DISABLED, row) as db:
        roster.set_enabled(db, row.phone, enabled, slug=slug, region=service.settings.default_region)


def _added(name: str) -> Sentence:
    return _("{name} is in the team.", name=name)


def _is_there(service: Service, slug: str, given: Texts) -> bool:
    """Whether exactly this stands on the roster: then the form was sent twice."""
    phone = roster_validation.phone(given["phone"], service.settings.default_region)
    with service.database.read() as db:
        rows = [one for one in roster.list_staff(db, slug) if one.phone == phone and one.enabled]
        there = [(member.name, member.role, member.gate.slug if member.gate else "") for member in rows]
    return (" ".join(given["name"].split()), given["role"], given["gate"]) in there


def _search_text() -> str:
    """The text for which the roster is searched: part of a name, phone, role, gate or state."""
    return clean(request.values.get("find", "")).strip()[:MAX_INPUT_LENGTH]


def _place() -> dict[str, str]:
    """Where in the list somebody is, as the page's address says it."""
    names = ("find", "sort", "after", "before")
    return {name: said for name in names if (said := clean(request.values.get(name, ""))[:MAX_INPUT_LENGTH])}


def _page(
    service: Service, slug: str, given: Texts | None = None, wrong: Texts | None = None, problem: str = ""
) -> Answer:
    now = service.now()
    with service.database.read() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        everybody = roster.list_staff(db, slug)
        order = sorting.asked(COLUMNS, sorting.Order("name"))
        fitting = [member for member in everybody if _search_text().casefold() in _search_words(member)]
        fitting.sort(key=COLUMNS[order.column], reverse=order.falling)
        shown, keys = sorting.page_of(fitting, lambda member: str(member.id), sorting.asked_keys(), PAGE_SIZE)
        rows = [_row(member, now, zone) for member in shown]
        waiting = waiting_rows(db, slug, zone)
        there = [(gate.slug, gate.name) for gate in gates.list_gates(db, slug)]
    return page(
        "volunteers",
        find=_search_text(),
        number=len(everybody),
        fitting=len(fitting),
        rows=rows,
        order=order,
        keys=keys,
        place=_place(),
        waiting=waiting,
        gates=there,
        roles=duty.ROLES,
        form=given or {"phone": "", "name": "", "role": "volunteer", "gate": ""},
        wrong=wrong or {},
        problem=problem,
    )


def _search_words(member: Staff) -> str:
    """The words by which somebody is found: role and state as the page says them, and in English."""
    role, state = ROLE_NAMES[member.role], STATE_NAMES[member.enabled]
    own = f"{member.name} {member.phone} {member.gate.name if member.gate else ''}"
    return f"{own} {role.source} {say(role)} {state.source} {say(state)}".casefold()


def _row(member: Staff, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "phone": member.phone,
        "role": ROLE_NAMES[member.role],
        "gate": member.gate.name if member.gate else display.NO_VALUE,
        "heard": display.moment(member.seen_at, zone) or _("not yet"),
        "heard_at": member.seen_at.isoformat() if member.seen_at else "",
        "enabled": member.enabled,
        "paused": roster.is_paused(member, now),
        "me": member.id == user().staff_id,
        "seen": edit_conflict.fingerprint(member),
    }
