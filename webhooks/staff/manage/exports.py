"""The page of exports: request, watch, download, delete."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from bot.delivery.outbox import queues
from bot.domain import audit, events
from bot.domain.audit import recorder
from bot.domain.exports import pages
from bot.domain.exports import requests as export_requests
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.requests import Wish
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writers import FORMATS
from bot.domain.models import Event, Export
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import UNPROCESSABLE, Answer, acting, admin, done, page, typed, why
from webhooks.staff.session import user

WHAT: Mapping[str, Sentence] = {
    "visitors": _("Visitors: one row a registration"),
    "passes": _("Passes: one row a pass, revoked and replaced ones too"),
    "checkins": _("Scans: one row a scan, refused ones too"),
    "deliveries": _("Messages: one row a message about a pass"),
    "audit": _("Audit log: who did what"),
}
TABLE_NAMES: Mapping[str, Sentence] = {
    "visitors": _("Visitors"),
    "passes": _("Passes"),
    "checkins": _("Scans"),
    "deliveries": _("Messages"),
    "audit": _("Audit log"),
}
FORMS: Mapping[str, Sentence | str] = {"csv": "CSV", "xlsx": "Excel (XLSX)", "jsonl": _("JSON lines")}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson; charset=utf-8",
}
STATES: Mapping[str, Sentence] = {
    stored_exports.WAITING: _("waiting"),
    stored_exports.RUNNING: _("being made"),
    stored_exports.READY: _("ready"),
    stored_exports.FAILED: _("failed"),
    stored_exports.ERASED: _("deleted: somebody was erased"),
}
WHY: Mapping[str, Sentence] = {
    "disk": _("the worker's disk is full or cannot be written"),
    "gave_up": _("it was begun three times and never finished"),
}
"""Why an export failed, by reason; for all other reasons the page refers to the log."""
IN_THE_LOG = _("see the log of the workers")
AT = {
    "no_such_table": "table",
    "no_such_format": "form",
    "no_such_column": "columns",
    "no_such_day": "event_day",
    "not_of_scans": "event_day",
}
"""The input at which a refusal is shown, by code."""
NAMES = ("table", "form", "columns", "since", "until", "event_day")
NO_DATE = _("A date, such as 2027-01-09.")
NO_DAYS = _("That is before the first day.")
EVERY_SECONDS = 2
"""Seconds between two requests of an open page while an export is being made."""


def doors(door: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/exports` and what is under it."""

    @door.get("/<slug>/exports")
    @admin
    def exports(slug: str) -> Answer:
        return _page(service, slug, {"table": "visitors", "form": "csv"})

    @door.post("/<slug>/exports")
    @admin
    def start_export(slug: str) -> Answer:
        texts = {name: typed(name).strip() for name in NAMES}
        wish, wrong = _wish(texts, _event(service, slug))
        try:
            if wrong:
                return _page(service, slug, texts, wrong)
            _start(service, slug, wish, typed("once"))
        except Refused as no:
            return _page(service, slug, texts, {AT.get(no.code, ""): why(no)})
        return done("manage.exports", _("The file will be in the list below; you can leave this page meanwhile."))

    @door.get("/<slug>/exports/list")
    @admin
    def exports_list(slug: str) -> Answer:
        return render_template("staff/manage/exports_list.html", slug=slug, **_list(service, slug))

    @door.get("/<slug>/exports/<int:number>/file")
    @admin
    def export_file(slug: str, number: int) -> Answer:
        with service.database.read() as db:
            one = _found(db, slug, number)
        if one.status != stored_exports.READY:
            abort(410)
        if request.method == "GET":
            _note(service, audit.EXPORT_FETCHED, one)
        return _download(service, one)

    @door.post("/<slug>/exports/<int:number>")
    @admin
    def change_export(slug: str, number: int) -> Answer:
        what = typed("what")
        if what not in ("delete", "again"):
            abort(404)
        try:
            with service.database.read() as db:
                one = export_requests.find(db, slug, number)
        except Refused:
            return done("manage.exports", _("It is gone."))
        if what == "delete":
            with acting(service, audit.EXPORT_DELETED) as db:
                recorder.tell(db, export=number, table=one.kind)
                stored_exports.remove(db, number)
            return done("manage.exports", _("It is deleted."))
        try:
            _start(service, slug, export_requests.wish_of(one), f"again {number}")
        except Refused as no:
            return _page(service, slug, {"table": one.kind, "form": one.form}, {AT.get(no.code, ""): why(no)})
        return done("manage.exports", _("The file will be in the list below; you can leave this page meanwhile."))


def _start(service: Service, slug: str, wish: Wish, once: str) -> None:
    """A form that is sent twice is one act. Raises Refused."""
    with service.database.read() as db:
        if export_requests.asked(db, user().row.event_id, once):
            return
    with acting(service, audit.EXPORT_STARTED) as db:
        made = export_requests.start(db, slug, wish, once=once, staff_id=user().row.id, now=service.now())
        recorder.tell(db, export=made.id, table=made.kind, format=made.form)
    queues.hand_export(service.redis, made.id)


def _note(service: Service, what: str, one: Export) -> None:
    with acting(service, what) as db:
        recorder.tell(db, export=one.id, table=one.kind, format=one.form, rows=one.rows)


def _download(service: Service, one: Export) -> Response:
    """The file, a piece at a time. One that is deleted meanwhile breaks off, which a browser shows as failed."""
    name = f"{one.event.slug}-{one.kind}-{_at(one.created_at, one.event):%Y-%m-%d-%H%M}.{one.form}"
    size = {"Content-Length": str(one.size), "Content-Disposition": f'attachment; filename="{name}"'}
    pieces: Iterator[bytes] = stored_exports.pieces(service.database, one.id, one.size)
    return Response(pieces, content_type=TYPES[one.form], headers=size, direct_passthrough=True)


def _found(db: Any, slug: str, number: int) -> Export:
    try:
        return export_requests.find(db, slug, number)
    except Refused:
        abort(404)


def _event(service: Service, slug: str) -> Event:
    with service.database.read() as db:
        return events.by_slug(db, slug)


def _wish(texts: Mapping[str, str], event: Event) -> tuple[Wish, dict[str, str]]:
    """The request in the form, and what is wrong with it, by input. Days are the event's, the last one included."""
    wrong, zone = {}, ZoneInfo(event.timezone)
    borders: dict[str, datetime | None] = {}
    for name, days in (("since", 0), ("until", 1)):
        try:
            day = date.fromisoformat(texts[name]) + timedelta(days) if texts[name] else None
            borders[name] = datetime.combine(day, time(), zone) if day else None
        except (ValueError, OverflowError):
            wrong[name] = say(NO_DATE)
    since, until = borders.get("since"), borders.get("until")
    if since and until and until <= since:
        wrong["until"] = say(NO_DAYS)
    try:
        event_day = date.fromisoformat(texts["event_day"]) if texts["event_day"] else None
    except ValueError:
        event_day, wrong["event_day"] = None, say(NO_DATE)
    columns = tuple(dict.fromkeys(one.strip() for one in texts["columns"].split(",") if one.strip()))
    return Wish(texts["table"], texts["form"], columns, **borders, event_day=event_day), wrong


def _page(service: Service, slug: str, texts: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Answer:
    with service.database.read() as db:
        wanted = pages.wanted(db, events.by_slug(db, slug))
    return page(
        "exports",
        UNPROCESSABLE if wrong else 200,
        texts={**dict.fromkeys(NAMES, ""), **texts},
        wrong=wrong or {},
        tables=[(name, WHAT[name]) for name in TABLES],
        forms=[(name, FORMS[name]) for name in FORMATS],
        columns=[(TABLE_NAMES[name], ", ".join(table.columns(wanted))) for name, table in TABLES.items()],
        **_list(service, slug),
    )


def _list(service: Service, slug: str) -> dict[str, Any]:
    with service.database.read() as db:
        found = export_requests.listed(db, slug)
        event = events.by_slug(db, slug)
    rows = [_row(one, event) for one in found]
    busy = any(one.status in (stored_exports.WAITING, stored_exports.RUNNING) for one in found)
    return {"exports": rows, "busy": busy, "every": EVERY_SECONDS}


def _row(one: Export, event: Event) -> dict[str, Any]:
    zone = ZoneInfo(event.timezone)
    done_at = one.ended_at and one.status == stored_exports.READY
    return {
        "number": one.id,
        "status": one.status,
        "state": STATES[one.status],
        "why": WHY.get(one.reason or "", IN_THE_LOG) if one.status == stored_exports.FAILED else "",
        "what": _("{table}, {format}", table=TABLE_NAMES[one.kind], format=FORMS[one.form]),
        "asked": display.moment(one.created_at, zone),
        "who": one.staff.name if one.staff else display.NOTHING,
        "some": ", ".join(one.columns),
        "span": _span(one, zone),
        "event_day": one.event_day and _("event day {day}", day=display.day(one.event_day)),
        "rows": display.number(one.rows, ""),
        "total": one.total,
        "share": one.rows,
        "size": _size(one.size) if one.size else "",
        "until": display.moment(one.ended_at + stored_exports.KEPT, zone) if done_at and one.ended_at else "",
    }


def _span(one: Export, zone: ZoneInfo) -> Sentence | None:
    first = display.day(one.since.astimezone(zone).date()) if one.since else ""
    last = display.day((one.until.astimezone(zone) - timedelta(days=1)).date()) if one.until else ""
    if first and last:
        return _("{first} to {last}", first=first, last=last)
    return _("from {day} on", day=first) if first else _("until {day}", day=last) if last else None


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{-(-number // 1000)} kB"


def _at(moment: datetime, event: Event) -> datetime:
    return moment.astimezone(ZoneInfo(event.timezone))
