"""The desk: whoever comes without a pass is registered for today, and gets a slip of paper.

The same function as `new` in the chat and as the API's walk-ups; the same search as the chat's `find`.
"""

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import walk_ins
from bot.delivery import reach
from bot.domain import lookup, slips
from bot.domain.walkups import Walkup
from bot.errors import Refused
from bot.service import Service
from bot.walk_ins import WalkedIn
from flows import understanding
from flows.choices import people
from flows.gate_commands import looked_for
from flows.shapes import Sentence
from flows.texts import sentence_for
from webhooks import limits
from webhooks.staff import desk_form, desk_kept, desk_page, desk_words, slip
from webhooks.staff.desk_form import Judged, Typed
from webhooks.staff.desk_page import Page, Place
from webhooks.staff.session import SignedIn, needs, staff

MOST = "60 per minute"
"""Registrations, searches and prints of one volunteer: no hand is faster."""
INPUTS = {
    "bad_name": "full_name",
    "party_too_large": "party_size",
    "no_such_kind": "kind",
    "kind_not_today": "kind",
    "bad_language": "visitor_language",
    "consent_changed": "consent",
}
"""Of which input a refusal speaks."""


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/desk` and what is under it."""

    @door.get("/desk")
    @needs("volunteer")
    def desk() -> Response | str:
        return _answer(service, Page(_place(service)))

    @door.post("/desk")
    @needs("volunteer")
    def register() -> Response | str:
        place, typed = _at_work(service), desk_form.read()
        judged = desk_form.judge(typed, place.most, service.settings.default_region)
        if judged.wrong:
            return _answer(service, Page(place, typed, judged.wrong), 422)
        try:
            done = _register(service, place, typed, judged)
        except Refused as no:
            return _answer(service, _refused(place, typed, judged.party_size, no), 409)
        service.outbox.enqueue(done.owed)
        made = done.registered
        other = made.again and (made.full_name, made.party_size) != (judged.full_name, judged.party_size)
        now = desk_kept.after_registration(
            desk_kept.kept(), made, language=typed.language, admit=typed.admit, sent=done.sent, other=other
        )
        desk_kept.keep(now)
        return redirect(url_for("staff.desk"))

    @door.post("/desk/find")
    @needs("volunteer")
    def find() -> Response | str:
        place, typed = _at_work(service), request.form.get("what", "")[: desk_form.LONGEST]
        try:
            wanted = looked_for(understanding.cleaned(typed), service.settings.default_region)
            if not wanted:
                return _answer(service, Page(place, sought=typed, not_found=desk_words.TOO_SHORT), 422)
            with service.database.write() as db:
                event, staff_id = place.user.event.slug, place.user.row.id
                found, more = lookup.find(db, event, staff_id=staff_id, now=service.now(), **wanted)
        except Refused as no:
            return _answer(service, Page(place, sought=typed, not_found=_words(no)), 422)
        return _answer(service, Page(place, sought=typed, found=found, more=more))

    @door.post("/desk/reprint")
    @needs("volunteer")
    def reprint() -> Response | str:
        place, code = _at_work(service), request.form.get("code", "")[: desk_form.LONGEST]
        try:
            with service.database.write() as db:
                event_id, staff_id = place.user.row.event_id, place.user.row.id
                found = slips.print_again(db, event_id=event_id, code=code, staff_id=staff_id, now=service.now())
        except Refused as no:
            return _answer(service, Page(place, typed_code=code, no_slip=_words(no)), 422)
        desk_kept.keep(desk_kept.after_printing(desk_kept.kept(), found))
        return redirect(url_for("staff.desk"))

    @door.get("/desk/slip")
    @needs("volunteer")
    def last_slip() -> Response | str:
        made = desk_page.made(service, _user(), desk_kept.kept().slips[:1])
        if not made:
            return redirect(url_for("staff.desk"))
        shown = slip.shown(made[0].slip, slip.printer().paper)
        return render_template("staff/slip.html", words=desk_words.SAID, slip=shown)

    @door.post("/desk/printer")
    @needs("volunteer")
    def choose_printer() -> Response | str:
        paper = request.form.get("paper", "")
        if paper not in slip.PAPERS:
            abort(400)
        answer = make_response(redirect(url_for("staff.desk")))
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        slip.remember(answer, slip.Printer(paper, slip.AT_ONCE in request.form), secure=secure)
        return answer


def _user() -> SignedIn:
    user = staff()
    assert user is not None, "let through by the guard"  # noqa: S101 - for the type checker
    return user


def _place(service: Service) -> Place:
    return desk_page.place(service, _user())


def _at_work(service: Service) -> Place:
    """The desk, for somebody who may act now: not too often, and not while paused for guessing."""
    place = _place(service)
    limits.spend(MOST, "desk", str(place.user.row.id))
    if place.paused:
        abort(_answer(service, Page(place), 403))
    return place


def _register(service: Service, place: Place, typed: Typed, judged: Judged) -> WalkedIn:
    """Raises Refused, as bot.domain.walkups.register does."""
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
    to = reach.of(service.outbox.windows, service.settings, judged.phone, now) if judged.phone else None
    with service.database.write() as db:
        return walk_ins.register(db, service.ring, walkup, to, now)


def _refused(place: Place, typed: Typed, party: int, no: Refused) -> Page:
    """The form again, with what was refused at its place."""
    if no.code == "already_registered":
        return Page(place, typed, warning="anyway", refused=no.params)
    if no.code == "today_full" and place.user.may("supervisor"):
        return Page(place, typed, warning="overbook", refused={**no.params, "people": people(party)})
    if no.code == "consent_changed":
        typed = desk_form.without_consent(typed, place.user.event.consent_version)
    if field := INPUTS.get(no.code):
        return Page(place, typed, {field: _words(no)})
    return Page(place, typed, problem=_words(no))


def _words(no: Refused) -> Sentence:
    return desk_words.NO_SUCH if no.code == "no_such_pass" else sentence_for(no.code, **no.params)


def _answer(service: Service, page: Page, status: int = 200) -> Response:
    kept = desk_kept.kept()
    told = desk_page.told(service, page, kept)
    desk_kept.keep(desk_kept.once_shown(kept))
    return make_response(render_template("staff/desk.html", **told), status)
