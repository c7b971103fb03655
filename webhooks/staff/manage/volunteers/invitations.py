"""The page of invitations to the team: links and QR codes that open WhatsApp; and those who wait to be confirmed."""

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from bot.delivery.images import qr
from bot.domain import audit, events
from bot.domain.models import Invitation, JoinRequest
from bot.domain.roster import gates, invitations
from bot.errors import Refused
from bot.service import Service
from bot.usecases import answer_join_request
from flows.text import _, sentence_for
from flows.understanding import invitation_words
from webhooks import chat_links
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.inputs import UnreadableInput
from webhooks.staff.manage.layout import Answer, Texts, admin, audited, done, page, refusal_text, typed
from webhooks.staff.session import user

FIELD_OF_REFUSAL = {"bad_invitation": "people", "no_such_gate": "gate"}
"""The input at which a refusal is shown, by code."""
MODULE_PIXELS = 4
"""Pixels of the picture for a module of the QR: sharp on a phone's screen and on paper."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/volunteers/invitations`, and the answer to who has accepted one."""

    @blueprint.get("/<slug>/volunteers/invitations", endpoint="invitations")
    @admin
    def show(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/volunteers/invitations")
    @admin
    def invite(slug: str) -> Answer:
        given = {name: typed(name).strip() for name in ("people", "gate")}
        try:
            people = inputs.whole(given["people"])
            with audited(service, audit.TEAM_INVITED) as db:
                invitations.invite(
                    db,
                    slug,
                    people=people,
                    gate=given["gate"] or None,
                    staff_id=user().staff_id,
                    once=f"page:{typed('once')[:40]}",
                    now=service.now(),
                )
        except UnreadableInput as no:
            return _page(service, slug, given, {"people": refusal_text(no)})
        except Refused as no:
            return _page(service, slug, given, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        return done("manage.invitations", _("The invitation is ready. Show the QR code, or send the link."))

    @blueprint.post("/<slug>/volunteers/invitations/<words>/end")
    @admin
    def end_invitation(slug: str, words: str) -> Answer:
        try:
            with audited(service, audit.INVITATION_ENDED) as db:
                invitations.end(db, slug, words, service.now())
        except Refused:
            abort(404)
        return done("manage.invitations", _("The invitation has ended."))

    @blueprint.post("/<slug>/volunteers/requests/<int:request_id>")
    @admin
    def answer_request(slug: str, request_id: int) -> Answer:
        what = typed("what")
        if what not in ("confirm", "decline"):
            abort(404)
        waiting = service.database.ask(invitations.list_waiting, slug)
        request = next((one for one in waiting if one.id == request_id), None)
        if request is None:
            return done("manage.volunteers", sentence_for("nobody_waits"))
        try:
            owed = _answer(service, slug, request, confirm=what == "confirm")
        except Refused as no:
            return done("manage.volunteers", sentence_for(no.code, **no.params))
        service.outbox.dispatch(owed)
        told = _("{name} is in the team.") if what == "confirm" else _("{name} is not taken into the team.")
        return done("manage.volunteers", told.filled(name=request.name))


def _answer(service: Service, slug: str, request: JoinRequest, *, confirm: bool) -> list[int]:
    """The deliveries to enqueue. Raises Refused."""
    region, now = service.settings.default_region, service.now()
    last = partial(service.outbox.windows.last, senders=service.settings.twilio_whatsapp_from)
    with audited(service, audit.JOIN_CONFIRMED if confirm else audit.JOIN_DECLINED) as db:
        return answer_join_request.answer(db, slug, request, taken=confirm, region=region, now=now, sender_of=last)


def waiting_rows(db: Session, slug: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Those who wait to be confirmed, as the page of the team shows them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "phone": one.phone,
            "gate": one.invitation.gate.name if one.invitation.gate else "",
            "since": display.moment(one.created_at, zone),
        }
        for one in invitations.list_waiting(db, slug)
    ]


def _page(service: Service, slug: str, given: Texts | None = None, wrong: Texts | None = None) -> Answer:
    now = service.now()
    with service.database.read() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        rows = [_row(service, one, zone) for one in invitations.list_invitations(db, slug, now)]
        there = [(gate.slug, gate.name) for gate in gates.list_gates(db, slug) if not gate.closed]
    form = given or {"people": str(invitations.DEFAULT_PEOPLE), "gate": ""}
    return page("team/invitations", rows=rows, gates=there, form=form, wrong=wrong or {})


def _row(service: Service, one: Invitation, zone: ZoneInfo) -> dict[str, Any]:
    said = invitation_words.message(one.words)
    settings = service.settings
    link = chat_links.chat_link(settings, said)
    address = f"{settings.origin}{link}" if link.startswith("/") else link
    return {
        "words": one.words,
        "message": said,
        "link": link,
        "address": address,
        "qr": qr.data_address(address, MODULE_PIXELS) if address else "",
        "left": _("{number} of {all} have joined", number=one.joined, all=one.max_people),
        "gate": one.gate.name if one.gate else "",
        "until": display.moment(one.ends_at, zone),
        "who": one.staff.name if one.staff else "",
    }
