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
from flows.text.literal import escape
from flows.understanding.codes import shown
from webhooks.staff.dashboard.texts import CHANNEL_NAMES
from webhooks.staff.manage import display, visitor_details, visitor_texts
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, admin, audited, done, page, refusal_text, typed
from webhooks.staff.session import user

MAX_RESULTS = 50
"""Passes that a search shows."""
MAX_ID = 2**31 - 1
"""What the column holds: a database asked for more than that says so by an error."""
MAX_INPUT_LENGTH = 80
"""Characters of what is looked for."""
REVOKE_WARNING = _("The next scan is refused. You cannot undo this, and nobody is told.")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors`, one of them, and what can be done with a pass."""

    @blueprint.get("/<slug>/visitors", endpoint="visitors")
    @admin
    def search(slug: str) -> Answer:
        return page("visitors", sought="", found=None)

    @blueprint.post("/<slug>/visitors")
    @admin
    def find(slug: str) -> Answer:
        sought = typed("sought")[:MAX_INPUT_LENGTH]
        try:
            rows, more = _find(service, slug, sought)
        except Refused as no:
            return page("visitors", UNPROCESSABLE, sought=sought, found=None, wrong=refusal_text(no))
        return page("visitors", sought=sought, found=rows, more=MAX_RESULTS if more else 0)

    @blueprint.get("/<slug>/visitors/<int:pass_id>")
    @admin
    def visitor(slug: str, pass_id: int) -> Answer:
        return _person(service, pass_id)

    @blueprint.post("/<slug>/visitors/<int:pass_id>/resend")
    @admin
    def resend(slug: str, pass_id: int) -> Answer:
        try:
            number = _resend(service, pass_id)
        except Refused as no:
            return _person(service, pass_id, refusal_text(no))
        service.outbox.dispatch([number])
        return done("manage.visitor", _("We are sending the pass again."), pass_id=pass_id)

    @blueprint.get("/<slug>/visitors/<int:pass_id>/revoke", endpoint="ask_revoke")
    @admin
    def ask(slug: str, pass_id: int) -> Answer:
        with service.database.read() as db:
            found = own_pass(db, pass_id)
            told = {"facts": _facts(found), "seen": edit_conflict.fingerprint(found), "back_to": f"../{pass_id}"}
        title = _("Revoke pass {code}?", code=shown(found.code))
        return page("sure", 200, title=title, question=REVOKE_WARNING, button=_("Revoke pass"), grave=True, **told)

    @blueprint.post("/<slug>/visitors/<int:pass_id>/revoke")
    @admin
    def revoke(slug: str, pass_id: int) -> Answer:
        with service.database.read() as db:
            found = own_pass(db, pass_id)
        try:
            if found.status != Pass.REVOKED:
                _revoke(service, found)
        except Refused as no:
            return _person(service, pass_id, refusal_text(no))
        return done("manage.visitor", _("Pass {code} is revoked.", code=shown(found.code)), pass_id=pass_id)


def own_pass(db: Session, pass_id: int) -> Pass:
    """A pass of the event at which the admin is signed in; of another it is not there for them: 404."""
    found = db.get(Pass, pass_id) if pass_id <= MAX_ID else None
    return found if found is not None and found.event_id == user().event_id else abort(404)


def _find(service: Service, slug: str, text: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The passes that fit, and whether there are more. Looks through every name: not while others wait to write."""
    with service.database.read() as db:
        by, found = visitors.find(db, slug, text, region=service.settings.default_region, limit=MAX_RESULTS + 1)
        rows = [_row(pass_) for pass_ in found[:MAX_RESULTS]]
    with audited(service, audit.SEARCHED) as db:
        recorder.add_facts(db, by=by, passes=[row["id"] for row in rows], codes=[row["code"] for row in rows])
    return rows, len(found) > MAX_RESULTS


def _person(service: Service, pass_id: int, problem: str = "") -> Answer:
    with service.database.read() as db:
        found = own_pass(db, pass_id)
        told, looked_at = visitor_details.person_details(db, found, service)
    with audited(service, audit.PERSON_VIEWED) as db:
        recorder.add_facts(db, event_id=found.event_id, **looked_at)
    return page("visitor", UNPROCESSABLE if problem else 200, problem=problem, **told)


def _resend(service: Service, pass_id: int) -> int:
    """The delivery. Raises Refused."""
    with audited(service, audit.PASS_RESENT) as db:
        found = own_pass(db, pass_id)
        number = dispatch_resend.resend(db, found, service.now(), key=f"page:{pass_id}:{typed('once')[:40]}")
        recorder.add_facts(
            db, event_id=found.event_id, code=shown(found.code), **{"pass": found.id, "delivery": number}
        )
    return number


def _revoke(service: Service, pass_: Pass) -> None:
    """Raises Refused."""
    with audited(service, audit.PASS_REVOKED) as db:
        edit_conflict.require_unchanged(db, pass_, request.form.get("seen", ""))
        reissue.revoke(db, pass_.code, service.now())


def _row(pass_: Pass) -> Mapping[str, Any]:
    return {
        "id": pass_.id,
        "code": shown(pass_.code),
        "name": escape(pass_.registration.full_name) or visitor_texts.ERASED,
        "day": visitor_details.days(pass_),
        "people": so_many(pass_.party_size),
        "kind": words(pass_.kind.labels) if pass_.kind.number else "",
        "status": pass_.status,
        "state": visitor_texts.PASS_STATUS[pass_.status],
        "channel": CHANNEL_NAMES.get(pass_.registration.channel, pass_.registration.channel),
    }


def _facts(pass_: Pass) -> list[tuple[Sentence, Sentence | str]]:
    return [
        (_("Day"), visitor_details.days(pass_)),
        (_("People"), display.number(pass_.party_size, "")),
        (_("Kind"), words(pass_.kind.labels)),
        (_("Status"), visitor_texts.PASS_STATUS[pass_.status]),
    ]
