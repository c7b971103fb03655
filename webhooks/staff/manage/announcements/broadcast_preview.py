"""The preview of a message to many: who gets it, in which words, how long it takes; and its beginning.

Counting goes on from request to request (bot.usecases.broadcast_drafts): an open page asks for more until all have
been looked at, and a link does where no script runs.
"""

from dataclasses import replace
from time import monotonic
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.delivery.campaigns import estimate
from bot.delivery.campaigns.estimate import BroadcastEstimate
from bot.delivery.dispatch import health
from bot.delivery.templates import notices
from bot.domain import audit, events
from bot.domain.messaging import broadcasts
from bot.errors import Refused
from bot.ops import checks
from bot.service import Service
from bot.usecases import send_broadcast
from bot.usecases.broadcast_drafts import BroadcastDraft, BroadcastDrafts
from bot.usecases.send_broadcast import BroadcastRequest, PreparedBroadcast
from flows.shapes import Sentence
from flows.text import LANGUAGES, _, ngettext_
from webhooks import i18n
from webhooks.staff.manage import display
from webhooks.staff.manage.announcements import broadcast_form, broadcast_texts
from webhooks.staff.manage.layout import Answer, admin, audited, done, page, refusal_text
from webhooks.staff.session import user

LOOK_SECONDS = 2.0
"""Seconds for which one request goes on counting."""
POLL_SECONDS = 1
"""Seconds between two requests of an open page while there are more to count."""
OUTDATED = _("This preview is too old. Please write the message once more.")


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/broadcasts/new` and the draft that comes of it."""

    @blueprint.get("/<slug>/broadcasts/new", defaults={"token": ""})
    @blueprint.get("/<slug>/broadcasts/draft/<token>/change")
    @admin
    def new_broadcast(slug: str, token: str) -> Answer:
        draft = _drafts(service).find(token) if token else None
        empty = broadcast_form.empty(request.args.get("what", ""), request.args.getlist("days"))
        return service.database.ask(broadcast_form.show, slug, draft.form if draft else empty)

    @blueprint.post("/<slug>/broadcasts/new")
    @admin
    def write_broadcast(slug: str) -> Answer:
        with service.database.read() as db:
            event = events.by_slug(db, slug)
            form = broadcast_form.sent(event)
            wanted, wrong = broadcast_form.request_of(event, form)
            try:
                if not wrong:
                    send_broadcast.prepare(db, wanted, service.now())
            except Refused as no:
                wrong = broadcast_form.refusals(no)
            if wrong:
                return broadcast_form.show(db, slug, form, wrong)
        draft = BroadcastDraft.new(form)
        _drafts(service).save(draft)
        return redirect(url_for("manage.broadcast_draft", slug=slug, token=draft.token), 303)

    @blueprint.get("/<slug>/broadcasts/draft/<token>")
    @admin
    def broadcast_draft(slug: str, token: str) -> Answer:
        draft = _drafts(service).find(token)
        return _preview(service, draft) if draft else done("manage.broadcasts", OUTDATED)

    @blueprint.get("/<slug>/broadcasts/draft/<token>/figures")
    @admin
    def broadcast_estimate(slug: str, token: str) -> Answer:
        draft = _drafts(service).find(token) or abort(410)
        return render_template("staff/manage/broadcast_estimate.html", slug=slug, **_figures(service, draft))

    @blueprint.post("/<slug>/broadcasts/draft/<token>")
    @admin
    def send_draft(slug: str, token: str) -> Answer:
        draft = _drafts(service).find(token)
        if draft is None:
            return done("manage.broadcasts", OUTDATED)
        if draft.tally.cursor is not None:
            return _preview(service, draft)
        try:
            return _to(_begin(service, draft), slug)
        except Refused as no:
            if no.code == "broadcast_begun":
                return _to(int(no.params["number"]), slug)
            return _preview(service, draft, refusal_text(no))


def _drafts(service: Service) -> BroadcastDrafts:
    return BroadcastDrafts(service.redis, user().event_id)


def _to(number: int, slug: str) -> Response:
    return done("manage.broadcast", _("The message is on its way."), slug=slug, number=number)


def _key(draft: BroadcastDraft) -> str:
    return f"page:{user().event_id}:{draft.token}"


def _prepared(service: Service, draft: BroadcastDraft) -> tuple[BroadcastRequest, PreparedBroadcast]:
    """Raises Refused where it cannot be any more."""
    with service.database.read() as db:
        event = events.by_slug(db, user().event.slug)
        wanted, _wrong = broadcast_form.request_of(event, draft.form)
        return wanted, send_broadcast.prepare(db, wanted, service.now())


def _begin(service: Service, draft: BroadcastDraft) -> int:
    """Raises Refused."""
    before = service.database.ask(broadcasts.find_by_key, _key(draft))
    if before:
        return before
    wanted, prepared = _prepared(service, draft)
    sending: dict[str, Any] = {"people": draft.tally.people, "made_by": user().name, "key": _key(draft)}
    with audited(service, audit.BROADCAST_BEGUN) as db:
        return send_broadcast.begin(db, wanted, prepared, now=service.now(), **sending)


def _preview(service: Service, draft: BroadcastDraft, problem: str = "") -> Answer:
    try:
        figures = _figures(service, draft)
    except Refused as no:
        return page("broadcast_preview", problem=refusal_text(no), token=draft.token, estimate=None, busy=False)
    return page("broadcast_preview", problem=problem, **figures)


# --- the figures ------------------------------------------------------------------------------------


def _figures(service: Service, draft: BroadcastDraft) -> dict[str, Any]:
    """What the preview shows; counts for a while first. Raises Refused."""
    wanted, prepared = _prepared(service, draft)
    draft = _counted(service, draft, prepared)
    busy, counted = draft.tally.cursor is not None, display.number(draft.tally.people, "")
    shown = {"token": draft.token, "busy": busy, "every": POLL_SECONDS, "counted": counted}
    if busy:
        return {**shown, "estimate": None}
    found = estimate.summed(draft.tally, service.database, service.settings, wanted.purpose, service.now())
    return {**shown, "estimate": found, **_told(service, wanted, prepared, found), "limits": draft.limits or {}}


def _counted(service: Service, draft: BroadcastDraft, prepared: PreparedBroadcast) -> BroadcastDraft:
    end, tally, settings = monotonic() + LOOK_SECONDS, draft.tally, service.settings
    if tally.cursor is None:
        return draft
    while True:
        now = service.now()
        tally.look(service.database, service.outbox.windows, settings, prepared.event, prepared.selection, now)
        if tally.cursor is None or monotonic() > end:
            break
    draft = replace(draft, limits=health.known_daily_limits(settings) if tally.cursor is None else None)
    _drafts(service).save(draft)
    return draft


def _told(
    service: Service, wanted: BroadcastRequest, prepared: PreparedBroadcast, found: BroadcastEstimate
) -> dict[str, Any]:
    settings, workers = service.settings, checks.workers_running(service.redis)
    slower = estimate.with_workers(found, workers, simulated=settings.simulated)
    cut = any(len(str(said["values"].get("text", ""))) > notices.MAX_VALUE_LENGTH for said in prepared.wording.values())
    beyond = found.outside + found.unknown
    limit = estimate.enough_for(beyond)
    return {
        "sure": _how_sure(found, wanted.hours),
        "readers": [(LANGUAGES.get(code, code), number) for code, number in found.languages.items()],
        "skipped": [(broadcast_texts.SKIPPED_NAMES[why], number) for why, number in found.skipped.items()],
        "lacking": [(LANGUAGES.get(code, code), number) for code, number in found.without_template.items()],
        "samples": [
            (code, LANGUAGES.get(code, code), i18n.bold(prepared.wording[code]["body"])) for code in found.languages
        ],
        "send": ngettext_("Send it to {count} person", "Send it to {count} people", count=found.people),
        "hours": wanted.hours,
        "cut_at": notices.MAX_VALUE_LENGTH if cut and beyond else 0,
        "beyond": beyond,
        "limit": limit,
        "is_large": limit != estimate.DAILY_LIMITS[0],
        "duration": broadcast_texts.lasting(slower),
        "pace": settings.twilio_mps,
        "workers": workers,
        "enough": estimate.enough_workers(settings.twilio_mps, simulated=settings.simulated)
        if slower > found.seconds
        else 0,
    }


def _how_sure(found: BroadcastEstimate, hours: int) -> Sentence:
    waiting = sum(found.without_template.values())
    if not waiting:
        return _("All of them get it.")
    return _(
        "{sure} of {all} get it for sure, {rest} only if they wrote to us within 24 hours or write within the next "
        "{hours} hours.",
        sure=found.people - waiting,
        all=found.people,
        rest=waiting,
        hours=hours,
    )
