"""The desk: registers people who come without a pass, and prints a slip.

The same function as `new` in the chat and as the API's walk-ups.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from bot.delivery.dispatch import channel_choice
from bot.domain.checkins import search as gate_search
from bot.errors import Refused
from bot.service import Service
from bot.usecases import walkup as usecases_walkup
from bot.usecases.walkup import WalkupResult
from flows.shapes.walkup_effects import Walkup
from flows.text import _, sentence_for
from flows.text.choices import people
from webhooks.staff.desk import form as desk_form
from webhooks.staff.desk import page as desk_page
from webhooks.staff.desk import reprint
from webhooks.staff.desk import session as desk_session
from webhooks.staff.desk.form import CheckedInput, DeskInput
from webhooks.staff.desk.page import DeskContext, DeskPage
from webhooks.staff.session import require_role

INPUT_OF_REFUSAL = {
    "bad_name": "full_name",
    "party_too_large": "party_size",
    "no_such_kind": "kind",
    "kind_not_today": "kind",
    "bad_language": "visitor_language",
    "consent_changed": "consent",
}
"""The input that a refusal is about, by code."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/desk` and what is under it."""

    @blueprint.get("/desk")
    @require_role("volunteer")
    def desk() -> Response | str:
        return desk_page.answer(service, DeskPage(desk_page.desk_context(service)))

    @blueprint.post("/desk")
    @require_role("volunteer")
    def register() -> Response | str:
        place, typed = desk_page.at_work(service), desk_form.read()
        if typed.event not in ("", place.user.event.slug):  # this browser has signed in anew meanwhile
            told = _(
                "That form was for another event. Nobody was registered. Read out the text of this event and start "
                "again."
            )
            return desk_page.answer(service, DeskPage(place, problem=told), 409)
        judged = desk_form.check_input(typed, place.most, service.settings.default_region)
        if judged.wrong:
            return desk_page.answer(service, DeskPage(place, typed, judged.wrong), 422)
        try:
            done = _register(service, place, typed, judged)
        except Refused as no:
            return desk_page.answer(service, _refused(service, place, typed, judged, no), 409)
        _after_registration(done, typed, judged)
        return redirect(url_for("staff.desk"))

    reprint.routes(blueprint, service)


def _register(service: Service, place: DeskContext, typed: DeskInput, checked: CheckedInput) -> WalkupResult:
    """Raises Refused, as bot.domain.checkins.walkups.register does."""
    now = service.now()
    walkup = Walkup(
        event=place.user.event.slug,
        request_id=typed.request_id,
        full_name=checked.full_name,
        party_size=checked.party_size,
        language=typed.language,
        consent_version=typed.consent_version,
        kind=typed.kind,
        phone=checked.phone,
        gate=place.gate,
        admit=typed.admit,
        anyway=typed.in_spite_of("anyway"),
        overbook=typed.in_spite_of("overbook"),
        staff_id=place.user.row.id,
        channel="page",
    )
    to = checked.phone and channel_choice.choose_channel(service.outbox.windows, service.settings, checked.phone, now)
    with service.database.write() as db:
        done = usecases_walkup.register_walkup(db, service.ring, walkup, to or None, now)
    service.outbox.dispatch(done.delivery_ids)
    return done


def _after_registration(result: WalkupResult, typed: DeskInput, checked: CheckedInput) -> None:
    """Let the desk remember it for the page that follows."""
    made = result.registered
    other = made.again and (made.full_name, made.party_size) != (checked.full_name, checked.party_size)
    now = desk_session.after_registration(
        desk_session.load_session(), made, language=typed.language, admit=typed.admit, sent=result.sent, other=other
    )
    desk_session.save_session(now)


def _refused(service: Service, place: DeskContext, typed: DeskInput, checked: CheckedInput, no: Refused) -> DeskPage:
    """The form again, with what was refused at its place."""
    words = sentence_for(no.code, **no.params)
    if no.code == "already_registered":
        return DeskPage(
            place, typed, warning="anyway", refused=no.params | _holder_text(service, place, checked.phone, no.params)
        )
    if no.code == "today_full" and place.user.may("supervisor"):
        return DeskPage(place, typed, warning="overbook", refused={**no.params, "people": people(checked.party_size)})
    if no.code == "consent_changed":
        # The words have changed: they must be read out anew.
        typed = replace(typed, agreed=False, consent_version=place.user.event.consent_version)
    if field := INPUT_OF_REFUSAL.get(no.code):
        return DeskPage(place, typed, {field: words})
    return DeskPage(place, typed, problem=words)


def _holder_text(
    service: Service, place: DeskContext, phone: str | None, refusal_params: Mapping[str, Any]
) -> dict[str, Any]:
    """The pass that the number holds: `name`, `day` and `people`. Empty after too many searches.

    It counts and is audited as a search.
    """
    wanted: dict[str, Any] = {"staff_id": place.user.row.id, "phone": phone or "", "now": service.now()}
    try:
        with service.database.write() as db:
            found, _more = gate_search.find(db, place.user.event.slug, **wanted)
    except Refused:
        return {}
    whose = next((pass_ for pass_ in found if pass_.code == refusal_params["code"]), None)
    return {"name": whose.name, "day": refusal_params["day"], "people": people(whose.party_size)} if whose else {}
