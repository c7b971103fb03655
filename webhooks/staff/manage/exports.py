"""The page of exports: request, watch, download, delete."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from bot.delivery.outbox import queues
from bot.domain import audit, events, stored_work
from bot.domain.audit import recorder
from bot.domain.exports import pages
from bot.domain.exports import requests as export_requests
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.requests import ExportRequest
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writers import FORMATS
from bot.domain.models import Event, Export
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.i18n import say
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.layout import (
    POLL_SECONDS,
    Answer,
    Texts,
    admin,
    audited,
    done,
    judged,
    or_404,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.session import user

TABLE_DESCRIPTIONS: Mapping[str, Sentence] = {
    "visitors": _("Visitors: one row for each registration"),
    "passes": _("Passes: one row for each pass, revoked and replaced ones too"),
    "checkins": _("Scans: one row for each scan, refused ones too"),
    "deliveries": _("Messages: one row for each message about a pass"),
    "waiting": _("Waiting lists: one row for each person who waits or waited for a full day"),
    "needs": _("Help needed: how many passes for each day and kind of help, without names"),
    "audit": _("Audit log: who did what"),
}
TABLE_NAMES: Mapping[str, Sentence] = {
    "visitors": _("Visitors"),
    "passes": _("Passes"),
    "checkins": _("Scans"),
    "deliveries": _("Messages"),
    "waiting": _("Waiting lists"),
    "needs": _("Help needed"),
    "audit": _("Audit log"),
}
FORMAT_NAMES: Mapping[str, Sentence | str] = {"csv": "CSV", "xlsx": "Excel (XLSX)", "jsonl": _("JSON lines")}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson; charset=utf-8",
}
STATE_NAMES: Mapping[str, Sentence] = {
    stored_exports.WAITING: _("waiting"),
    stored_exports.RUNNING: _("being made"),
    stored_exports.READY: _("ready"),
    stored_exports.FAILED: _("failed"),
    stored_work.ERASED: _("deleted, as personal data was deleted"),
}
FAILURE_TEXTS: Mapping[str, Sentence] = {
    "disk": _("the server's disk is full or read-only"),
    "gave_up": _("it failed three times"),
}
"""Why an export failed, by reason; for all other reasons the page refers to the log."""
FIELD_OF_REFUSAL = {
    "no_such_table": "table",
    "no_such_format": "form",
    "no_such_day": "event_day",
    "not_of_scans": "event_day",
}
"""The input at which a refusal is shown, by code."""
STARTED = _("The file will appear in the list below. You can leave this page.")
FORM_FIELDS = ("table", "form", "since", "until", "event_day")
COLUMNS = "columns_{table}"
"""The name of the boxes for a table's columns; only those of the table that is chosen count."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/exports` and what is under it."""

    @blueprint.get("/<slug>/exports")
    @admin
    def exports(slug: str) -> Answer:
        return _page(service, slug, {"table": "visitors", "form": "csv"})

    @blueprint.post("/<slug>/exports")
    @admin
    def start_export(slug: str) -> Answer:
        texts = {name: typed(name).strip() for name in FORM_FIELDS}
        wish, wrong = _request_from(texts, service.database.ask(events.by_slug, slug))
        try:
            if wrong:
                return _page(service, slug, texts, wrong)
            _start(service, slug, wish, typed("once"))
        except Refused as no:
            return _page(service, slug, texts, {_field_of(no, texts["table"]): refusal_text(no)})
        return done("manage.exports", STARTED)

    @blueprint.get("/<slug>/exports/list")
    @admin
    def exports_list(slug: str) -> Answer:
        return render_template("staff/manage/exports_list.html", slug=slug, **_list(service, slug))

    @blueprint.get("/<slug>/exports/<int:number>/file")
    @admin
    def export_file(slug: str, number: int) -> Answer:
        export = service.database.ask(or_404, export_requests.find, slug, number)
        if export.status != stored_exports.READY:
            abort(410)
        if request.method == "GET":
            _record(service, audit.EXPORT_FETCHED, export)
        return _download(service, export)

    @blueprint.post("/<slug>/exports/<int:number>")
    @admin
    def change_export(slug: str, number: int) -> Answer:
        what = typed("what")
        if what not in ("delete", "again"):
            abort(404)
        try:
            export = service.database.ask(export_requests.find, slug, number)
        except Refused:
            return done("manage.exports", _("This file no longer exists."))
        if what == "delete":
            with audited(service, audit.EXPORT_DELETED) as db:
                recorder.add_facts(db, export=number, table=export.kind)
                stored_exports.remove(db, number)
            return done("manage.exports", _("File deleted."))
        try:
            _start(service, slug, export_requests.request_of(export), f"again {number}")
        except Refused as no:
            again = {"table": export.kind, "form": export.form}
            return _page(service, slug, again, {_field_of(no, export.kind): refusal_text(no)})
        return done("manage.exports", STARTED)


def _field_of(no: Refused, table: str) -> str:
    """The input at which a refusal of this table's export is shown; empty: none in particular."""
    return COLUMNS.format(table=table) if no.code == "no_such_column" else FIELD_OF_REFUSAL.get(no.code, "")


def _start(service: Service, slug: str, export_request: ExportRequest, once: str) -> None:
    """A form that is sent twice is one act. Raises Refused."""
    with service.database.read() as db:
        if export_requests.find_by_request_id(db, user().event_id, once):
            return
    with audited(service, audit.EXPORT_STARTED) as db:
        made = export_requests.start(db, slug, export_request, once=once, staff_id=user().staff_id, now=service.now())
        recorder.add_facts(db, export=made.id, table=made.kind, format=made.form)
    queues.enqueue_export(service.redis, made.id)


def _record(service: Service, what: str, export: Export) -> None:
    with audited(service, what) as db:
        recorder.add_facts(db, export=export.id, table=export.kind, format=export.form, rows=export.rows)


def _download(service: Service, export: Export) -> Response:
    """The file, a piece at a time. One that is deleted meanwhile breaks off, which a browser shows as failed."""
    begun = export.created_at.astimezone(ZoneInfo(export.event.timezone))
    name = f"{export.event.slug}-{export.kind}-{begun:%Y-%m-%d-%H%M}.{export.form}"
    size = {"Content-Length": str(export.size), "Content-Disposition": f'attachment; filename="{name}"'}
    pieces: Iterator[bytes] = stored_exports.chunks(service.database, export.id, export.size)
    return Response(pieces, content_type=CONTENT_TYPES[export.form], headers=size, direct_passthrough=True)


def _request_from(texts: Texts, event: Event) -> tuple[ExportRequest, dict[str, str]]:
    """The request in the form, and what is wrong with it, by input. Days are the event's, the last one included."""
    days, wrong = judged(("since", "until", "event_day"), lambda name: _day(name, texts[name], event.timezone))
    since, until = days.get("since"), days.get("until")
    if since and until and until <= since:
        wrong["until"] = say(_("Enter the first day or a later day."))
    return ExportRequest(texts["table"], texts["form"], _ticked(texts["table"]), **days), wrong


def _day(name: str, text: str, zone: str) -> date | None:
    """An input of the form: a day of the event, or the moment at which a span of days begins or is over."""
    return inputs.read("date", text, zone) if name == "event_day" else inputs.border(text, zone, end=name == "until")


def _ticked(table: str) -> tuple[str, ...]:
    """The columns of a table that are ticked; none: all of them."""
    return tuple(dict.fromkeys(request.form.getlist(COLUMNS.format(table=table))))


def _page(service: Service, slug: str, texts: Texts, wrong: Texts | None = None) -> Answer:
    with service.database.read() as db:
        wanted = pages.scope_of(db, events.by_slug(db, slug))
    return page(
        "exports",
        texts={**dict.fromkeys(FORM_FIELDS, ""), **texts},
        wrong=wrong or {},
        tables=[(name, TABLE_DESCRIPTIONS[name]) for name in TABLES],
        forms=[(name, FORMAT_NAMES[name]) for name in FORMATS],
        columns=[
            (name, COLUMNS.format(table=name), TABLE_NAMES[name], [(one, one) for one in table.columns(wanted)])
            for name, table in TABLES.items()
        ],
        ticked={COLUMNS.format(table=name): _ticked(name) for name in TABLES},
        **_list(service, slug),
    )


def _list(service: Service, slug: str) -> dict[str, Any]:
    with service.database.read() as db:
        found = export_requests.list_exports(db, slug)
        event = events.by_slug(db, slug)
        owners = export_requests.owners_names(db, event.id)
    rows = [_row(export, event, owners.get(export.id, display.NO_VALUE)) for export in found]
    busy = any(export.status in (stored_exports.WAITING, stored_exports.RUNNING) for export in found)
    return {"exports": rows, "busy": busy, "every": POLL_SECONDS}


def _row(export: Export, event: Event, owner: str) -> dict[str, Any]:
    zone = ZoneInfo(event.timezone)
    done_at = export.ended_at and export.status == stored_exports.READY
    return {
        "number": export.id,
        "status": export.status,
        "state": STATE_NAMES[export.status],
        "why": FAILURE_TEXTS.get(export.reason or "", _("see the worker log"))
        if export.status == stored_exports.FAILED
        else "",
        "what": _("{table}, {format}", table=TABLE_NAMES[export.kind], format=FORMAT_NAMES[export.form]),
        "asked": display.moment(export.created_at, zone),
        "who": export.staff.name if export.staff else owner,
        "some": ", ".join(export.columns),
        "span": _span(export, zone),
        "event_day": export.event_day and _("event day {day}", day=display.day(export.event_day)),
        "rows": display.number(export.rows, ""),
        "total": export.total,
        "share": export.rows,
        "size": _size(export.size) if export.size else "",
        "until": display.moment(export.ended_at + stored_exports.EXPORT_TTL, zone)
        if done_at and export.ended_at
        else "",
    }


def _span(export: Export, zone: ZoneInfo) -> Sentence | None:
    first = display.day(export.since.astimezone(zone).date()) if export.since else ""
    last = display.day((export.until.astimezone(zone) - timedelta(days=1)).date()) if export.until else ""
    if first and last:
        return _("{first} to {last}", first=first, last=last)
    return _("from {day}", day=first) if first else _("until {day}", day=last) if last else None


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{-(-number // 1000)} kB"
