"""The desk's other actions: find a pass, print its slip again, choose the printer."""

from uuid import uuid4

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.domain.checkins import code_guessing
from bot.domain.checkins import search as gate_search
from bot.domain.passes import slips
from bot.errors import Refused
from bot.service import Service
from bot.usecases import report_guessing
from flows import understanding
from flows.gate.commands import looked_for
from flows.text import _, sentence_for
from webhooks.staff.desk import form as desk_form
from webhooks.staff.desk import page as desk_page
from webhooks.staff.desk import session as desk_session
from webhooks.staff.desk import slip
from webhooks.staff.desk import texts as desk_texts
from webhooks.staff.desk.page import DeskContext, DeskPage
from webhooks.staff.session import require_role, user


def routes(blueprint: Blueprint, service: Service) -> None:
    """What is under `/staff/desk`."""

    @blueprint.post("/desk/find")
    @require_role("volunteer")
    def find() -> Response | str:
        place = desk_page.at_work(service)
        page = _search(service, place, request.form.get("what", "")[: desk_form.MAX_INPUT_LENGTH])
        return desk_page.answer(service, page, 422 if page.not_found else 200)

    @blueprint.post("/desk/reprint")
    @require_role("volunteer")
    def reprint() -> Response | str:
        place, code = desk_page.at_work(service), request.form.get("code", "")[: desk_form.MAX_INPUT_LENGTH]
        staff_id, event_id = place.user.row.id, place.user.row.event_id
        try:
            with service.database.write() as db:
                found = slips.print_again(db, event_id=event_id, code=code, staff_id=staff_id, now=service.now())
        except Refused as no:
            _count_guess(service, place)
            words = (
                _("No valid pass of this event has that code.") if no.code == "no_such_pass" else sentence_for(no.code)
            )
            return desk_page.answer(service, DeskPage(place, typed_code=code, no_slip=words), 422)
        desk_session.save_session(desk_session.after_printing(desk_session.load_session(), found))
        return redirect(url_for("staff.desk"))

    @blueprint.get("/desk/slip")
    @require_role("volunteer")
    def last_slip() -> Response | str:
        made = desk_page.issued_passes(service, user(), desk_session.load_session().slips[:1])
        if not made:
            return redirect(url_for("staff.desk"))
        shown = slip.slip_view(made[0].slip, slip.printer().paper)
        return render_template("staff/slip.html", words=desk_texts.TEXTS, slip=shown)

    @blueprint.post("/desk/printer")
    @require_role("volunteer")
    def choose_printer() -> Response | str:
        paper = request.form.get("paper", "")
        if paper not in slip.PAPERS:
            abort(400)
        answer = make_response(redirect(url_for("staff.desk")))
        slip.remember(answer, slip.Printer(paper, slip.PRINT_AT_ONCE in request.form))
        return answer


def _search(service: Service, place: DeskContext, typed: str) -> DeskPage:
    """The result of the chat's `find`, or why nothing was searched."""
    wanted = looked_for(understanding.cleaned(typed), service.settings.default_region)
    if not wanted:
        return DeskPage(place, sought=typed, not_found=desk_texts.TOO_SHORT)
    event, staff_id = place.user.event.slug, place.user.row.id
    try:
        with service.database.write() as db:
            found, more = gate_search.find(db, event, staff_id=staff_id, now=service.now(), **wanted)
    except Refused as no:
        return DeskPage(place, sought=typed, not_found=sentence_for(no.code, **no.params))
    return DeskPage(place, sought=typed, found=found, more=more)


def _count_guess(service: Service, place: DeskContext) -> None:
    """A code of no pass counts as one that was tried in the chat; who tries many is paused, supervisors are told."""
    now, row = service.now(), place.user.row
    with service.database.write() as db:
        guesser = code_guessing.count_lookup(db, row.id, now)
        owed = (
            report_guessing.notify_supervisors(db, guesser, key=f"guessing:{uuid4().hex}", now=now) if guesser else []
        )
    service.outbox.dispatch(owed)
