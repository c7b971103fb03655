"""The page of one volunteer: name, role, gate."""

from flask import Blueprint

from bot.domain import audit, edit_conflict, roster
from bot.domain.models import Staff
from bot.domain.roster import gates
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks.i18n import say
from webhooks.staff.manage.layout import Answer, Texts, admin, changing, done, form, of_number, refusal_text, typed
from webhooks.staff.manage.volunteers.roster import FIELD_OF_REFUSAL
from webhooks.staff.session import user


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/volunteers/<id>/change`."""

    @blueprint.get("/<slug>/volunteers/<int:staff_id>/change")
    @admin
    def volunteer(slug: str, staff_id: int) -> Answer:
        row = of_number(service.database.ask(roster.list_staff, slug), staff_id)
        return _page(service, slug, row)

    @blueprint.post("/<slug>/volunteers/<int:staff_id>/change")
    @admin
    def change_volunteer(slug: str, staff_id: int) -> Answer:
        given = {name: typed(name).strip() for name in ("name", "role", "gate")}
        row = of_number(service.database.ask(roster.list_staff, slug), staff_id)
        if row.id == user().staff_id and given["role"] != row.role:
            told = _("You cannot change your own role. Ask another admin, or use the command line.")
            return _page(service, slug, row, given, {"role": say(told)})
        try:
            _change(service, slug, row, given)
        except roster.BadRosterRows as bad:
            return _page(
                service,
                slug,
                row,
                given,
                {
                    FIELD_OF_REFUSAL[bad_row.code]: refusal_text(Refused(bad_row.code, **bad_row.params))
                    for bad_row in bad.rows
                },
            )
        except Refused as no:
            now = of_number(service.database.ask(roster.list_staff, slug), staff_id)
            if _current_texts(now) != given:
                return _page(service, slug, now, given, {"": refusal_text(no)})
        return done("manage.volunteers", _("{name} is updated.", name=given["name"]))


def _change(service: Service, slug: str, row: Staff, given: Texts) -> None:
    """Raises Refused, BadRosterRows."""
    with changing(service, audit.STAFF_CHANGED, row) as db:
        wanted = {"phone": row.phone, **given}
        roster.import_rows(db, slug, [(1, wanted)], region=service.settings.default_region, now=service.now())


def _current_texts(row: Staff) -> dict[str, str]:
    return {"name": row.name, "role": row.role, "gate": row.gate.slug if row.gate else ""}


def _page(service: Service, slug: str, row: Staff, given: Texts | None = None, wrong: Texts | None = None) -> Answer:
    there = [(gate.slug, gate.name) for gate in service.database.ask(gates.list_gates, slug)]
    beside, now = wrong is not None and "" in wrong, _current_texts(row)
    shown = {"row": row, "gates": there, "seen": edit_conflict.fingerprint(row)}
    return form("volunteer", now, given, wrong, beside=beside, empty=_("none"), **shown)
