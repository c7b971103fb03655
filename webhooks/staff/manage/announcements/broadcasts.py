"""The pages of messages to many: the list, and one with its live figures, paused, resumed or cancelled."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.delivery.campaigns import broadcasts as on_the_way
from bot.domain import audit
from bot.domain.messaging import broadcasts
from bot.domain.models import Broadcast
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from webhooks import i18n
from webhooks.staff.manage import display
from webhooks.staff.manage.announcements import broadcast_texts
from webhooks.staff.manage.layout import POLL_SECONDS, Answer, admin, audited, done, or_404, page, refusal_text
from webhooks.staff.session import user


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/broadcasts` and each of them."""

    @blueprint.get("/<slug>/broadcasts", endpoint="broadcasts")
    @admin
    def list_(slug: str) -> Answer:
        with service.database.read() as db:
            rows = [_row(found) for found in broadcasts.list_broadcasts(db, slug)]
        return page("broadcasts", rows=rows)

    @blueprint.get("/<slug>/broadcasts/<int:number>")
    @admin
    def broadcast(slug: str, number: int) -> Answer:
        return _page(service, number)

    @blueprint.get("/<slug>/broadcasts/<int:number>/figures")
    @admin
    def broadcast_figures(slug: str, number: int) -> Answer:
        with service.database.read() as db:
            told = _progress(db, _find(db, number))
        return render_template("staff/manage/broadcast_figures.html", slug=slug, **told)

    @blueprint.post("/<slug>/broadcasts/<int:number>/pause")
    @admin
    def pause_broadcast(slug: str, number: int) -> Answer:
        return _change(service, number, audit.BROADCAST_PAUSED, _("The message is paused."))

    @blueprint.post("/<slug>/broadcasts/<int:number>/resume")
    @admin
    def resume_broadcast(slug: str, number: int) -> Answer:
        return _change(service, number, audit.BROADCAST_RESUMED, _("The message is being sent again."))

    @blueprint.get("/<slug>/broadcasts/<int:number>/cancel")
    @admin
    def ask_cancel(slug: str, number: int) -> Answer:
        with service.database.read() as db:
            row = _find(db, number)
            counts = broadcasts.counts(db, number)
        still = broadcasts.remaining(row, counts) + counts.waiting
        question = _("{gone} have left. About {still} have not, and never will.", gone=counts.gone, still=still)
        back = url_for("manage.broadcast", slug=slug, number=number)
        title, button = _("Cancel this message?"), _("Yes, cancel it")
        return page("sure", title=title, question=question, button=button, grave=True, back_to=back, seen="")

    @blueprint.post("/<slug>/broadcasts/<int:number>/cancel")
    @admin
    def cancel_broadcast(slug: str, number: int) -> Answer:
        return _change(service, number, audit.BROADCAST_CANCELLED, _("The message is cancelled."))


def _find(db: Session, number: int) -> Broadcast:
    """The broadcast, if it is of the event at which they are; else 404."""
    row = or_404(db, broadcasts.find, number)
    return row if row.event_id == user().event_id else abort(404)


def _change(service: Service, number: int, what: str, words: Sentence) -> Answer:
    """Pause, resume or cancel it, by the name of the act; one that is so already is left alone."""
    before = service.database.ask(_find, number).status
    as_wanted = {audit.BROADCAST_PAUSED: broadcasts.PAUSED, audit.BROADCAST_CANCELLED: broadcasts.CANCELLED}
    if before == as_wanted.get(what):
        return done("manage.broadcast", words, number=number)
    now = service.now()
    try:
        with audited(service, what) as db:
            if what == audit.BROADCAST_RESUMED:
                broadcasts.resume(db, number, now)
            else:
                (broadcasts.pause if what == audit.BROADCAST_PAUSED else broadcasts.cancel)(db, number)
    except Refused as no:
        return _page(service, number, refusal_text(no))
    if what == audit.BROADCAST_RESUMED:
        on_the_way.release_held(service.database, number, now)
    return done("manage.broadcast", words, number=number)


def _page(service: Service, number: int, problem: str = "") -> Answer:
    with service.database.read() as db:
        row = _find(db, number)
        told = {**_row(row), **_progress(db, row), "says": _says(row)}
    return page("broadcast", problem=problem, **told)


def _says(row: Broadcast) -> Sequence[tuple[str, str, Markup]]:
    """What it says, in each of the event's languages."""
    wording = [(code, row.wording[code]) for code in row.event.languages if code in row.wording]
    return [(code, LANGUAGES.get(code, code), i18n.bold(said["body"])) for code, said in wording]


def _row(row: Broadcast) -> dict[str, Any]:
    zone = ZoneInfo(row.event.timezone)
    return {
        "number": row.id,
        "what": broadcast_texts.PURPOSE_NAMES.get(row.purpose, row.purpose),
        "look": row.status,
        "state": broadcast_texts.STATUS_NAMES[row.status],
        "by": row.made_by,
        "begun": display.moment(row.created_at, zone),
        "until": display.moment(row.until, zone),
        "people": display.number(row.expected or None, display.NO_VALUE),
        "messages": display.number(row.owed, ""),
    }


def _progress(db: Session, row: Broadcast) -> dict[str, Any]:
    """The live part of the page."""
    counts = broadcasts.counts(db, row.id)
    figures = [
        (broadcast_texts.PROGRESS_NAMES[name], count) for name, count in broadcasts.progress(row, counts).items()
    ]
    skipped = [(broadcast_texts.SKIPPED_NAMES.get(why, why), count) for why, count in row.skipped.items()]
    shown = [(name, display.number(count, "")) for name, count in [*figures, *skipped]]
    gone = counts.gone + counts.failed + counts.cancelled
    return {
        "figures": shown,
        "number": row.id,
        "look": row.status,
        "state": broadcast_texts.STATUS_NAMES[row.status],
        "gone": gone,
        "of": max(gone + counts.waiting + broadcasts.remaining(row, counts), 1),
        "can_pause": row.status == broadcasts.RUNNING,
        "can_resume": row.status == broadcasts.PAUSED,
        "can_cancel": row.status in (broadcasts.RUNNING, broadcasts.PAUSED) or bool(counts.waiting),
        "busy": row.ended_at is None and row.status != broadcasts.PAUSED,
        "every": POLL_SECONDS,
    }
