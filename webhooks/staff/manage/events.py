"""The list of an admin's events, and the page of one with its switches."""

from functools import partial
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from bot.domain import audit, events
from bot.domain.events import links as event_links
from bot.domain.models import Event
from bot.domain.roster import sessions as staff_sessions
from bot.errors import Refused
from bot.service import Service
from bot.usecases import close_gate as usecases_close_gate
from bot.usecases import stop_entry as usecases_stop_entry
from flows.text import LANGUAGES, _, event_states
from flows.visitor.consent import unconfirmed_consents
from webhooks.staff.manage import display, switches
from webhooks.staff.manage.layout import Answer, admin, page, refusal_text, typed
from webhooks.staff.manage.setup import checklist
from webhooks.staff.manage.switches import EventSwitch, ask_first, tell_them, who_is_told
from webhooks.staff.session import require_role, user

SWITCHES = {
    "open": EventSwitch(
        audit.EVENT_OPENED,
        _("Open registration"),
        _("Registration is open."),
        lambda event: event.status == event_states.OPEN,
        _("People can register on WhatsApp and on the web."),
    ),
    "close": EventSwitch(
        audit.EVENT_CLOSED,
        _("Close registration"),
        _("Registration is closed."),
        lambda event: event.status == event_states.CLOSED,
        _("New registrations stop. Existing passes stay valid."),
        grave=True,
    ),
    "pause": EventSwitch(
        audit.ENTRY_PAUSED,
        _("Stop entry"),
        _("Entry is stopped."),
        lambda event: event.entry_paused_at is not None,
        _("All scans at all gates are refused from now on. The whole team is told on WhatsApp."),
        grave=True,
    ),
    "resume": EventSwitch(
        audit.ENTRY_RESUMED,
        _("Resume entry"),
        _("Entry has resumed."),
        lambda event: event.entry_paused_at is None and all(gate.paused_at is None for gate in event.gates),
        _("Every gate can admit people again. The whole team is told on WhatsApp."),
    ),
    "cancel": EventSwitch(
        audit.EVENT_CANCELLED,
        _("Cancel the event"),
        _("The event is cancelled."),
        lambda event: event.status == event_states.CANCELLED,
        _("Nobody can register, and no pass is valid any more. You can take it back by opening registration again."),
        grave=True,
    ),
}


def routes(blueprint: Blueprint, service: Service) -> None:
    """The list, one event, and its switches."""

    @blueprint.get("", endpoint="list")
    @require_role("admin", without_event=True)
    def list_() -> Any:
        with service.database.read() as db:
            mine = staff_sessions.list_events(db, user().holder, service.now(), "admin")
            shown = [display.list_row(event) for event in mine]
        return page("list", events=shown)

    @blueprint.get("/<slug>")
    @admin
    def event(slug: str) -> Answer:
        return _event_page(service, slug)

    @blueprint.get("/<slug>/switch/<what>")
    @admin
    def ask(slug: str, what: str) -> Answer:
        switch = switches.find(SWITCHES, what)
        found, people = service.database.ask(_with_people, slug)
        if what == "cancel":
            return ask_first(switch, display.name(found), found, "manage.event", who_is_told(people))
        unread = unconfirmed_consents(events.shape(found)) if what == "open" else {}
        asked = _("No native speaker has confirmed the text in these languages. Has someone checked it?")
        texts = [(LANGUAGES.get(code, code), text) for code, text in unread.items()]
        return ask_first(switch, display.name(found), found, "manage.event", texts, asked if unread else None)

    @blueprint.post("/<slug>/switch/<what>")
    @admin
    def switch(slug: str, what: str) -> Answer:
        switch = switches.find(SWITCHES, what)
        found, people = service.database.ask(_with_people, slug)
        if what != "cancel" or switch.is_so(found):
            people = 0
        try:
            owed = switches.throw(service, switch, found, lambda db: _throw(service, db, slug, what))
        except Refused as no:
            return _event_page(service, slug, refusal_text(no))
        service.outbox.dispatch(owed or [])
        return tell_them(switch.done_text, people, "event_cancelled", "manage.event")


def _with_people(db: Session, slug: str) -> tuple[Event, int]:
    """The event, and how many people have a pass for it."""
    found = events.by_slug(db, slug)
    return found, sum(event_day.taken for event_day in found.days)


def stop_entry(service: Service, db: Session, slug: str, gate: str | None, *, stopped: bool) -> list[int]:
    """Stop entry, or let it go on, in an act's transaction; the deliveries to enqueue after it. Raises Refused.

    The form's `once` keeps one that is sent twice from telling the volunteers twice.
    """
    return usecases_stop_entry.set_entry_stopped(
        db, slug, gate, stopped=stopped, actor=user().actor, **_by("entry", service)
    )


def close_gate(service: Service, db: Session, slug: str, gate: str, *, closed: bool) -> list[int]:
    """Close a gate, or open it, in an act's transaction; the deliveries to enqueue after it. Raises Refused."""
    _gate, owed = usecases_close_gate.set_gate_closed(db, slug, gate, closed=closed, **_by("gate", service))
    return owed


def _by(what: str, service: Service) -> dict[str, Any]:
    """Who acts, when, and the sender for messages to volunteers."""
    last = partial(service.outbox.windows.last, senders=service.settings.twilio_whatsapp_from)
    key = f"{what}:page:{typed('once')[:40]}"
    return {"key": key, "now": service.now(), "staff_id": user().staff_id, "sender_of": last}


def _throw(service: Service, db: Session, slug: str, what: str) -> list[int]:
    """The deliveries to enqueue. Raises Refused."""
    if what in ("pause", "resume"):
        return stop_entry(service, db, slug, None, stopped=what == "pause")
    if what == "open":
        events.open_event(db, slug, real=not service.settings.simulated)
    else:
        (events.cancel_event if what == "cancel" else events.close_event)(db, slug)
    return []


def _event_page(service: Service, slug: str, problem: str = "") -> Answer:
    settings = service.settings
    with service.database.read() as db:
        found = events.by_slug(db, slug)
        offered = {name: switch for name, switch in SWITCHES.items() if not switch.is_so(found)}
        cancel = offered.pop("cancel", None)
        tasks = checklist.shown(db, found, service)
        told = {"facts": display.facts(found), "head": display.list_row(found), "switches": offered, "cancel": cancel}
    links = event_links.links_of_event(slug, settings.origin, settings.whatsapp_number, simulated=settings.simulated)
    return page("event", links=links, problem=problem, tasks=tasks, **told)
