"""The page on which a list of people is pasted or dropped, looked at, and taken into the team."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

from flask import Blueprint, request

from bot.domain import audit, roster
from bot.domain.audit import recorder
from bot.domain.imports.unreadable import UnreadableFile
from bot.errors import Refused
from bot.service import Service
from bot.usecases import team_list
from bot.usecases.team_list import PlannedMember, Row
from flows.text import _, ngettext_
from webhooks.i18n import say
from webhooks.staff.manage import file_texts
from webhooks.staff.manage.layout import Answer, admin, audited, done, page, refusal_text
from webhooks.staff.manage.volunteers.roster import ROLE_NAMES

MAX_PASTED = 500_000
"""Characters of a pasted list."""
STATE_NAMES = {
    team_list.ADDED: _("new"),
    team_list.CHANGED: _("changed"),
    team_list.SAME: _("already there"),
    team_list.BAD: _("wrong"),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/volunteers/list`."""

    @blueprint.get("/<slug>/volunteers/list", endpoint="team_list")
    @admin
    def show_form(slug: str) -> Answer:
        return _form()

    @blueprint.post("/<slug>/volunteers/list")
    @admin
    def take_list(slug: str) -> Answer:
        pasted = request.form.get("pasted", "")[:MAX_PASTED].replace("\x00", "")
        file = request.files.get("file")
        data = (file.read() if file else b"") or pasted.strip().encode()
        if not data:
            return _form(pasted, say(_("Paste a list, or choose a file.")))
        try:
            rows = team_list.read(BytesIO(data), region=service.settings.default_region)
        except UnreadableFile as problem:
            return _form(pasted, file_texts.file_problem(problem))
        if request.form.get("what") != "take":
            return _preview(service, slug, rows)
        try:
            added, changed = _take(service, slug, rows)
        except (roster.BadRosterRows, Refused):  # somebody has closed a gate meanwhile: it is seen in the rows
            return _preview(service, slug, rows)
        said = _("The list is taken: {added} added, {changed} changed.", added=added, changed=changed)
        return done("manage.volunteers", said)


def _take(service: Service, slug: str, rows: Sequence[Row]) -> tuple[int, int]:
    """How many were added and changed. Raises Refused, BadRosterRows."""
    with audited(service, audit.STAFF_IMPORTED) as db:
        region = service.settings.default_region
        counts = roster.import_rows(db, slug, rows, region=region, now=service.now())
        recorder.add_facts(db, rows=len(rows))
    return counts


def _form(pasted: str = "", wrong: str = "") -> Answer:
    return page("team/list", pasted=pasted, wrong={"pasted": wrong} if wrong else {})


def _preview(service: Service, slug: str, rows: Sequence[Row]) -> Answer:
    planned = service.database.ask(team_list.preview, slug, rows, region=service.settings.default_region)
    counts = {state: sum(one.state == state for one in planned) for state in STATE_NAMES}
    to_take = counts[team_list.ADDED] + counts[team_list.CHANGED]
    return page(
        "team/preview",
        rows=[_row(one) for one in planned],
        counts=[(STATE_NAMES[state], number) for state, number in counts.items()],
        text=_as_csv(rows),
        bad=counts[team_list.BAD],
        question=ngettext_("Take {count} person", "Take {count} people", count=to_take) if to_take else None,
    )


def _row(planned: PlannedMember) -> dict[str, Any]:
    cells = planned.cells
    role = (cells.get("role") or "volunteer").lower()
    return {
        **{"line": planned.line, "name": cells.get("name", ""), "phone": cells.get("phone", "")},
        **{"role": ROLE_NAMES.get(role, role), "gate": cells.get("gate", "")},
        **{"bad": planned.state == team_list.BAD, "state": STATE_NAMES[planned.state]},
        "problems": [refusal_text(Refused(one.code, **one.params)) for one in planned.problems],
    }


def _as_csv(rows: Sequence[Row]) -> str:
    """The rows as the form carries them from the preview to the act: what was looked at is what is taken."""
    text = StringIO()
    writer = csv.DictWriter(text, team_list.COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(cells for _, cells in rows)
    return text.getvalue()
