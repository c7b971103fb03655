"""The page of one visitor: details, resend or revoke a pass. Each view is audited."""

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from bot.delivery.dispatch import resend as dispatch_resend
from bot.domain import audit, edit_conflict
from bot.domain.audit import recorder
from bot.domain.models import Pass
from bot.domain.models.base import MAX_ID
from bot.domain.passes import reissue
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _, words
from flows.understanding.codes import shown
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import Answer, admin, audited, changing, done, page, refusal_text, typed
from webhooks.staff.manage.visitors import details, texts
from webhooks.staff.session import user


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors/<id>`, and what can be done with a pass."""

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
            facts = _facts(found)
        return page(
            "sure",
            title=_("Revoke pass {code}?", code=shown(found.code)),
            question=_("The next scan is refused. You cannot undo this, and nobody is told."),
            button=_("Revoke pass"),
            grave=True,
            facts=facts,
            seen=edit_conflict.fingerprint(found),
            back_to=f"../{pass_id}",
        )

    @blueprint.post("/<slug>/visitors/<int:pass_id>/revoke")
    @admin
    def revoke(slug: str, pass_id: int) -> Answer:
        found = service.database.ask(own_pass, pass_id)
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


def _person(service: Service, pass_id: int, problem: str = "") -> Answer:
    with service.database.read() as db:
        found = own_pass(db, pass_id)
        told, looked_at = details.person_details(db, found, service)
    with audited(service, audit.PERSON_VIEWED) as db:
        recorder.add_facts(db, event_id=found.event_id, **looked_at)
    return page("visitor", problem=problem, **told)


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
    with changing(service, audit.PASS_REVOKED, pass_) as db:
        reissue.revoke(db, pass_.code, service.now())


def _facts(pass_: Pass) -> list[tuple[Sentence, Sentence | str]]:
    return [
        (_("Day"), details.days(pass_)),
        (_("People"), display.number(pass_.party_size, "")),
        (_("Kind"), words(pass_.kind.labels)),
        (_("Status"), texts.PASS_STATUS[pass_.status]),
    ]
