"""The pages of lists of people: drop a file, see how it is read, mend that, register, hand out the passes."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.delivery.campaigns import bulk_passes
from bot.delivery.outbox import queues
from bot.domain import audit, edit_conflict, events
from bot.domain.audit import recorder
from bot.domain.imports import groups, stored
from bot.domain.imports.csv_files import ENCODINGS
from bot.domain.models import Event, ListImport
from bot.errors import Refused
from bot.service import Service
from flows.text import _, ngettext_, words
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import POLL_SECONDS, Answer, admin, audited, done, or_404, page, refusal_text, typed
from webhooks.staff.manage.visitors import import_texts
from webhooks.staff.session import user

FIELD_OF_REFUSAL = {
    "bad_group_name": "one_pass",
    "bad_group_phone": "one_pass_phone",
    "consent_needed": "consent",
    "empty_list": "file",
    "list_too_large": "file",
    "too_many_lists": "file",
}
"""The input at which a refusal is shown, by code."""
FOR_ALL = "one"
"""The choice of one pass for the whole list."""
DELETED = _("The list is deleted. Who is registered stays registered.")
SEND_HOW = _(
    "Whoever wrote to us within 24 hours gets the pass on WhatsApp; all others get a link by SMS where that is set up, "
    "else the pass waits until they write to us."
)


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/visitors/imports` and what is under it."""

    @blueprint.get("/<slug>/visitors/imports")
    @admin
    def imports(slug: str) -> Answer:
        return _lists(service, slug)

    @blueprint.post("/<slug>/visitors/imports")
    @admin
    def upload_list(slug: str) -> Answer:
        given = request.files.get("file")
        data = given.read() if given else b""
        file = stored.ListFile((given.filename if given else "") or "", len(data), stored.pack(data))
        me, once = user(), typed("once")[:40]
        try:
            with audited(service, audit.LIST_ADDED) as db:
                kept = stored.keep(db, slug, file, once=once, staff_id=me.staff_id, actor=me.actor, now=service.now())
                number = kept.id
                recorder.add_facts(db, list=number)
        except Refused as no:
            return _lists(service, slug, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        queues.enqueue_import(service.redis, number)
        return done("manage.import_list", _("The list is being read. You can leave this page."), number=number)

    @blueprint.get("/<slug>/visitors/imports/<int:number>", endpoint="import_list")
    @admin
    def show_list(slug: str, number: int) -> Answer:
        return _page(service, slug, number)

    @blueprint.get("/<slug>/visitors/imports/<int:number>/progress")
    @admin
    def import_progress(slug: str, number: int) -> Answer:
        told = _told(service, slug, number)
        answer = Response(render_template("staff/manage/people/import_state.html", slug=slug, **told))
        if not told["busy"]:
            answer.headers["HX-Refresh"] = "true"  # the page has more to show now than how far it is
        return answer

    @blueprint.post("/<slug>/visitors/imports/<int:number>")
    @admin
    def change_list(slug: str, number: int) -> Answer:
        act = ACTS.get(typed("what")) or abort(404)
        try:
            _check_group(service)
            with audited(service, act[0]) as db:
                recorder.add_facts(db, list=number)
                act[1](db, slug, number)
        except Refused as no:
            if no.code == "no_such_list":
                return done("manage.imports", DELETED)
            return _page(service, slug, number, {FIELD_OF_REFUSAL.get(no.code, ""): refusal_text(no)})
        if act[0] == audit.LIST_DELETED:
            return done("manage.imports", DELETED)
        queues.enqueue_import(service.redis, number)
        return done("manage.import_list", _("This runs in the background. You can leave this page."), number=number)

    @blueprint.get("/<slug>/visitors/imports/<int:number>/send")
    @admin
    def ask_to_send(slug: str, number: int) -> Answer:
        with service.database.read() as db:
            found = or_404(db, stored.find, slug, number)
            unsent = bulk_passes.count_unsent(db, stored.passes_of(db, number))
        if not unsent:
            none = _("There is nothing to send: who has a phone and takes messages was sent the pass before.")
            return done("manage.import_list", none, number=number)
        return page(
            "sure",
            title=ngettext_("Send {count} pass to a phone?", "Send {count} passes to the phones?", count=unsent),
            question=SEND_HOW,
            button=_("Send"),
            do=("what", "send"),
            action=url_for("manage.change_list", slug=slug, number=number),
            back_to=url_for("manage.import_list", slug=slug, number=number),
            seen=edit_conflict.fingerprint(found),
        )

    @blueprint.get("/<slug>/visitors/imports/<int:number>/passes.pdf")
    @admin
    def pass_sheet(slug: str, number: int) -> Answer:
        with service.database.read() as db:
            or_404(db, stored.find, slug, number)
            data = stored.read_part(db, number, stored.SHEET_PART)
        if not data:
            abort(404)
        if request.method == "GET":
            with audited(service, audit.SHEET_FETCHED) as db:
                recorder.add_facts(db, list=number)
        name = f"{slug}-passes-{number}.pdf"
        head = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, content_type="application/pdf", headers=head)


def _check_group(service: Service) -> None:
    """Raises Refused where one pass is wanted for the whole list, and not said for whom."""
    if typed("passes") == FOR_ALL:
        region = service.settings.default_region
        if groups.group_of(typed("one_pass"), typed("one_pass_phone"), region) is None:
            raise Refused("bad_group_name")


def _look_again(db: Any, slug: str, number: int) -> None:
    known = stored.find(db, slug, number)
    stored.look_again(db, slug, number, _options(known), seen=typed("seen"))


def _confirm(db: Any, slug: str, number: int) -> None:
    again = typed("again") == "yes"
    stored.confirm(db, slug, number, consent=typed("consent"), again=again, seen=typed("seen"))


ACTS: Mapping[str, tuple[str, Any]] = {
    "look": (audit.LIST_CHANGED, _look_again),
    "import": (audit.LIST_CONFIRMED, _confirm),
    "sheet": (audit.PASSES_HANDED_OUT, lambda db, slug, number: stored.hand_out(db, slug, number, stored.SHEET)),
    "send": (audit.PASSES_HANDED_OUT, lambda db, slug, number: stored.hand_out(db, slug, number, stored.SEND)),
    "again": (audit.LIST_CHANGED, stored.go_on),
    "delete": (audit.LIST_DELETED, stored.remove),
}
"""What can be done with a list: the name of the act, and the rule that does it."""


def _options(known: ListImport) -> dict[str, Any]:
    """How the list is to be read, as the form says it: of its columns what is not as it was guessed."""
    columns = [head for head, _thing in known.report.get("columns", [])]
    chosen = {head: typed(f"column-{place}") for place, head in enumerate(columns)}
    before = dict(known.options.get("given_columns", []))
    guessed = dict(map(tuple, known.report.get("columns", [])))
    given = [
        (head, "" if thing == import_texts.IGNORED else thing)
        for head, thing in chosen.items()
        if thing and (head in before or thing != (guessed[head] or import_texts.IGNORED))
    ]
    options: dict[str, Any] = {"given_columns": given, "hidden": typed("hidden") != "no"}
    for name in ("worksheet", "encoding", "dates"):
        if text := typed(name).strip():
            options[name] = text[:80]
    if options.get("encoding", "utf-8") not in ENCODINGS:
        options.pop("encoding")
    if typed("passes") == FOR_ALL:
        options |= {name: typed(name).strip()[:80] for name in ("one_pass", "one_pass_phone")}
    if kind := typed("kind").strip():
        options["defaults"] = {"kind": kind[:80]}
    return options


def _lists(service: Service, slug: str, wrong: Mapping[str, str] | None = None) -> Answer:
    with service.database.read() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        rows = [_row(one, zone) for one in stored.list_imports(db, slug)]
    most = stored.MAX_UPLOAD_BYTES >> 20
    return page("people/imports", rows=rows, wrong=wrong or {}, most=most)


def _row(one: ListImport, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "number": one.id,
        "name": one.name or say(_("list {number}", number=one.id)),
        "status": one.status,
        "state": import_texts.state_of(one),
        "who": one.staff.name if one.staff else one.actor,
        "asked": display.moment(one.created_at, zone),
        "rows": one.rows,
        "total": one.total,
    }


def _told(service: Service, slug: str, number: int) -> dict[str, Any]:
    with service.database.read() as db:
        found = or_404(db, stored.find, slug, number)
        event = events.by_slug(db, slug)
        kinds = [(kind.slug, say(words(kind.labels))) for kind in event.kinds]
        seen = edit_conflict.fingerprint(found)
    busy = found.status in (stored.WAITING, stored.RUNNING)
    return {
        "row": _row(found, ZoneInfo(event.timezone)),
        "busy": busy,
        "every": POLL_SECONDS,
        "seen": seen,
        "kinds": kinds,
        "task": found.task,
        "options": found.options,
        "registered": found.registered,
        **_report(found, event),
    }


def _report(found: ListImport, event: Event) -> dict[str, Any]:
    report = found.report
    rows = report.get("rows", {})
    failed = found.status == stored.FAILED
    return {
        "why": import_texts.failure(found.reason or "", report.get("params", {})) if failed else "",
        "columns": [(head, thing or import_texts.IGNORED) for head, thing in report.get("columns", [])],
        "things": import_texts.things(event),
        "counts": import_texts.counts(report) if rows else [],
        "button": ngettext_("Register {count} row", "Register {count} rows", count=rows.get("new", 0)),
        "notes": [import_texts.note(one) for one in report.get("notes", [])],
        "warnings": import_texts.warnings(report) if rows else [],
        "problems": [import_texts.problem(one) for one in report.get("problems", [])],
        "more": report.get("more", 0),
        "example": import_texts.example(report.get("example", {})),
        "imported": bool(report.get("imported")),
        "sheet": report.get("sheet"),
        "sent": import_texts.sent(report["send"]) if "send" in report else [],
        "encodings": [("", say(import_texts.FOUND_BY_ITSELF)), *((name, name) for name in ENCODINGS)],
        "orders": [(code, say(name)) for code, name in import_texts.DATE_ORDERS.items()],
    }


def _page(service: Service, slug: str, number: int, wrong: Mapping[str, str] | None = None) -> Answer:
    told = _told(service, slug, number)
    names = ("consent", "one_pass", "one_pass_phone") if request.method == "POST" else ()
    given = {name: typed(name) for name in names}
    return page("people/import", wrong=wrong or {}, form=given, **told)
