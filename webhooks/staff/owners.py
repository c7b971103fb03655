"""`/staff/owners`: the owners add and remove one another."""

from typing import Any

from flask import Blueprint, url_for

from bot.domain import audit
from bot.domain.models import Owner
from bot.domain.roster import owners as domain
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks import limits
from webhooks.i18n import say
from webhooks.staff.manage.layout import RATE_LIMIT, Answer, audited, done, of_number, page, refusal_text, typed
from webhooks.staff.session import OWNER, require_role, user

FIELD_OF_REFUSAL = {"not_a_phone": "phone", "owner_already": "phone", "bad_name": "name"}
"""The input at which a refusal is shown, by code."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """The list, adding one, and removing one."""

    @blueprint.get("/owners", endpoint="owners")
    @require_role(OWNER)
    def list_() -> Any:
        return _page(service)

    @blueprint.post("/owners")
    @require_role(OWNER)
    def add_owner() -> Any:
        limits.spend(RATE_LIMIT, "manage", user().key)
        given = {name: typed(name) for name in ("name", "phone")}
        try:
            with audited(service, audit.OWNER_ADDED, of_event=False) as db:
                made = domain.add(db, **given, region=service.settings.default_region, now=service.now()).name
        except Refused as no:
            return _page(service, given, {FIELD_OF_REFUSAL[no.code]: refusal_text(no)})
        return done("staff.owners", _("{name} is an owner.", name=made), slug=None)

    @blueprint.get("/owners/<int:owner_id>/remove")
    @require_role(OWNER)
    def ask_remove_owner(owner_id: int) -> Any:
        whom = _find(service, owner_id)
        return page(
            "sure",
            title=_("Remove {name}", name=whom.name),
            question=_("They can no longer create events, and see only the events whose team they are in."),
            button=_("Remove"),
            grave=True,
            back_to=url_for("staff.owners"),
        )

    @blueprint.post("/owners/<int:owner_id>/remove")
    @require_role(OWNER)
    def remove_owner(owner_id: int) -> Any:
        limits.spend(RATE_LIMIT, "manage", user().key)
        whom = _find(service, owner_id)
        if whom.id == user().mark.owner_id:
            told = _("You cannot remove yourself. Ask another owner, or use the command line.")
            return _page(service, problem=say(told))
        try:
            with audited(service, audit.OWNER_REMOVED, of_event=False) as db:
                domain.remove(db, whom.phone, region=service.settings.default_region)
        except Refused as no:
            return _page(service, problem=refusal_text(no))
        return done("staff.owners", _("{name} is no longer an owner.", name=whom.name), slug=None)


def _find(service: Service, owner_id: int) -> Owner:
    return of_number(service.database.ask(domain.list_owners), owner_id)


def _page(
    service: Service, given: dict[str, str] | None = None, wrong: dict[str, str] | None = None, problem: str = ""
) -> Answer:
    rows = service.database.ask(domain.list_owners)
    form = given or {"phone": "", "name": ""}
    return page("owners", me=user().mark.owner_id, rows=rows, form=form, wrong=wrong or {}, problem=problem)
