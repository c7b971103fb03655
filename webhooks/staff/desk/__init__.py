"""The desk: registers people who come without a pass, and prints a slip.

The same function as `new` in the chat and as the API's walk-ups.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from bot.delivery.dispatch import channel_choice
from bot.domain.checkins import search as gate_search
from bot.domain.checkins.walkups import Walkup
from bot.errors import Refused
from bot.service import Service
from bot.usecases import walkup as usecases_walkup
from bot.usecases.walkup import WalkedIn
from flows.text import sentence_for
from flows.text.choices import people
from webhooks.staff.desk import form as desk_form
from webhooks.staff.desk import page as desk_page
from webhooks.staff.desk import reprint
from webhooks.staff.desk import session as desk_session
from webhooks.staff.desk import texts as desk_texts
from webhooks.staff.desk.form import Judged, Typed
from webhooks.staff.desk.page import Page, Place
from webhooks.staff.session import needs

INPUTS = {
    "bad_name": "full_name",
    "party_too_large": "party_size",
    "no_such_kind": "kind",
    "kind_not_today": "kind",
    "bad_language": "visitor_language",
    "consent_changed": "consent",
}
"""The input that a refusal is about, by code."""


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/desk` and what is under it."""

    @door.get("/desk")
    @needs("volunteer")
    def desk() -> Response | str:
        return desk_page.answer(service, Page(desk_page.place(service)))

    @door.post("/desk")
    @needs("volunteer")
    def register() -> Response | str:
        place, typed = desk_page.at_work(service), desk_form.read()
        if typed.event not in ("", place.user.event.slug):  # this browser has signed in anew meanwhile
            return desk_page.answer(service, Page(place, problem=desk_texts.ELSEWHERE), 409)
        judged = desk_form.judge(typed, place.most, service.settings.default_region)
        if judged.wrong:
            return desk_page.answer(service, Page(place, typed, judged.wrong), 422)
        try:
            done = _register(service, place, typed, judged)
        except Refused as no:
            return desk_page.answer(service, _refused(service, place, typed, judged, no), 409)
        _keep(done, typed, judged)
        return redirect(url_for("staff.desk"))

    reprint.doors(door, service)


def _register(service: Service, place: Place, typed: Typed, judged: Judged) -> WalkedIn:
    """Raises Refused, as bot.domain.checkins.walkups.register does."""
    now = service.now()
    walkup = Walkup(
        event=place.user.event.slug,
        request_id=typed.request_id,
        full_name=judged.full_name,
        party_size=judged.party_size,
        language=typed.language,
        consent_version=typed.consent_version,
        kind=typed.kind,
        phone=judged.phone,
        gate=place.gate,
        admit=typed.admit,
        anyway=typed.in_spite_of("anyway"),
        overbook=typed.in_spite_of("overbook"),
        staff_id=place.user.row.id,
        channel="page",
    )
    to = channel_choice.of(service.outbox.windows, service.settings, judged.phone, now) if judged.phone else None
    with service.database.write() as db:
        done = usecases_walkup.register(db, service.ring, walkup, to, now)
    service.outbox.enqueue(done.owed)
    return done


def _keep(done: WalkedIn, typed: Typed, judged: Judged) -> None:
    """Let the desk remember it for the page that follows."""
    made = done.registered
    other = made.again and (made.full_name, made.party_size) != (judged.full_name, judged.party_size)
    now = desk_session.after_registration(
        desk_session.kept(), made, language=typed.language, admit=typed.admit, sent=done.sent, other=other
    )
    desk_session.keep(now)


def _refused(service: Service, place: Place, typed: Typed, judged: Judged, no: Refused) -> Page:
    """The form again, with what was refused at its place."""
    words = sentence_for(no.code, **no.params)
    if no.code == "already_registered":
        return Page(place, typed, warning="anyway", refused=no.params | _whose(service, place, judged.phone, no.params))
    if no.code == "today_full" and place.user.may("supervisor"):
        return Page(place, typed, warning="overbook", refused={**no.params, "people": people(judged.party_size)})
    if no.code == "consent_changed":
        typed = desk_form.without_consent(typed, place.user.event.consent_version)
    if field := INPUTS.get(no.code):
        return Page(place, typed, {field: words})
    return Page(place, typed, problem=words)


def _whose(service: Service, place: Place, phone: str | None, held: Mapping[str, Any]) -> dict[str, Any]:
    """The pass that the number holds: `name`, `day` and `people`. It counts and is audited as a search; empty after
    too many.

    Empty for whoever has searched too often.
    """
    wanted: dict[str, Any] = {"staff_id": place.user.row.id, "phone": phone or "", "now": service.now()}
    try:
        with service.database.write() as db:
            found, _more = gate_search.find(db, place.user.event.slug, **wanted)
    except Refused:
        return {}
    whose = next((one for one in found if one.code == held["code"]), None)
    return {"name": whose.name, "day": held["day"], "people": people(whose.party_size)} if whose else {}
