"""The page of visitors: search, details, resend or revoke a pass. Searches and views are audited."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from bot.delivery.dispatch import resend as dispatch_resend
from bot.domain import audit, edit_conflict, visitors
from bot.domain.audit import recorder
from bot.domain.models import Pass
from bot.domain.passes import reissue
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _, words
from flows.text.choices import people as so_many
from flows.text.literal import inert
from flows.understanding.codes import shown
from webhooks.staff.dashboard.texts import CHANNELS
from webhooks.staff.manage import display, visitor_details, visitor_texts
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, acting, admin, done, page, typed, why
from webhooks.staff.session import user

MOST = 50
"""Passes that a search shows."""
LARGEST_ID = 2**31 - 1
"""What the column holds: a database asked for more than that says so by an error."""
LONGEST = 80
"""Characters of what is looked for."""
REVOKED_IS = _("It lets nobody in any more, from the next scan on. This cannot be taken back, and nobody is told.")


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors`, one of them, and what can be done with a pass."""

    @door.get("/<slug>/visitors", endpoint="visitors")
    @admin
    def search(slug: str) -> Answer:
        return page("visitors", sought="", found=None)

    @door.post("/<slug>/visitors")
    @admin
    def find(slug: str) -> Answer:
        sought = typed("sought")[:LONGEST]
        try:
            rows, more = _find(service, slug, sought)
        except Refused as no:
            return page("visitors", UNPROCESSABLE, sought=sought, found=None, wrong=why(no))
        return page("visitors", sought=sought, found=rows, more=MOST if more else 0)

    @door.get("/<slug>/visitors/<int:pass_id>")
    @admin
    def visitor(slug: str, pass_id: int) -> Answer:
        return _person(service, pass_id)

    @door.post("/<slug>/visitors/<int:pass_id>/resend")
    @admin
    def resend(slug: str, pass_id: int) -> Answer:
        try:
            number = _resend(service, pass_id)
        except Refused as no:
            return _person(service, pass_id, why(no))
        service.outbox.enqueue([number])
        return done("manage.visitor", _("The pass is on its way once more."), pass_id=pass_id)

    @door.get("/<slug>/visitors/<int:pass_id>/revoke", endpoint="ask_revoke")
    @admin
    def ask(slug: str, pass_id: int) -> Answer:
        with service.database.read() as db:
            found = mine(db, pass_id)
            told = {"facts": _facts(found), "seen": edit_conflict.mark(found), "back_to": f"../{pass_id}"}
        title = _("Revoke pass {code}?", code=shown(found.code))
        return page("sure", 200, title=title, question=REVOKED_IS, button=_("Revoke it"), grave=True, **told)

    @door.post("/<slug>/visitors/<int:pass_id>/revoke")
    @admin
    def revoke(slug: str, pass_id: int) -> Answer:
        with service.database.read() as db:
            found = mine(db, pass_id)
        try:
            if found.status != "revoked":
                _revoke(service, found)
        except Refused as no:
            return _person(service, pass_id, why(no))
        return done("manage.visitor", _("Pass {code} is revoked.", code=shown(found.code)), pass_id=pass_id)


def mine(db: Session, pass_id: int) -> Pass:
    """A pass of the event at which the admin is signed in; of another it is not there for them: 404."""
    found = db.get(Pass, pass_id) if pass_id <= LARGEST_ID else None
    return found if found is not None and found.event_id == user().row.event_id else abort(404)


def _find(service: Service, slug: str, sought: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The passes that fit, and whether there are more. Looks through every name: not while others wait to write."""
    with service.database.read() as db:
        by, found = visitors.find(db, slug, sought, region=service.settings.default_region, most=MOST + 1)
        rows = [_row(one) for one in found[:MOST]]
    with acting(service, audit.FOUND) as db:
        recorder.tell(db, by=by, passes=[row["id"] for row in rows], codes=[row["code"] for row in rows])
    return rows, len(found) > MOST


def _person(service: Service, pass_id: int, problem: str = "") -> Answer:
    with service.database.read() as db:
        found = mine(db, pass_id)
        told, looked_at = visitor_details.of(db, found, service)
    with acting(service, audit.VIEWED) as db:
        recorder.tell(db, event_id=found.event_id, **looked_at)
    return page("visitor", UNPROCESSABLE if problem else 200, problem=problem, **told)


def _resend(service: Service, pass_id: int) -> int:
    """The delivery. Raises Refused."""
    with acting(service, audit.PASS_RESENT) as db:
        found = mine(db, pass_id)
        number = dispatch_resend.resend(db, found, service.now(), key=f"page:{pass_id}:{typed('once')[:40]}")
        recorder.tell(db, event_id=found.event_id, code=shown(found.code), **{"pass": found.id, "delivery": number})
    return number


def _revoke(service: Service, found: Pass) -> None:
    """Raises Refused."""
    with acting(service, audit.PASS_REVOKED) as db:
        edit_conflict.expect(db, found, request.form.get("seen", ""))
        reissue.revoke(db, found.code, service.now())


def _row(one: Pass) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "code": shown(one.code),
        "name": inert(one.registration.full_name) or visitor_texts.ERASED,
        "day": visitor_details.days(one),
        "people": so_many(one.party_size),
        "kind": words(one.kind.labels) if one.kind.number else "",
        "status": one.status,
        "state": visitor_texts.PASS_STATUS[one.status],
        "channel": CHANNELS.get(one.registration.channel, one.registration.channel),
    }


def _facts(one: Pass) -> list[tuple[Sentence, Sentence | str]]:
    return [
        (_("Day"), visitor_details.days(one)),
        (_("People"), display.number(one.party_size, "")),
        (_("Kind"), words(one.kind.labels)),
        (_("Status"), visitor_texts.PASS_STATUS[one.status]),
    ]
