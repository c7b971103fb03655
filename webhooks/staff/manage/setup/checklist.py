"""What is to do before the event, on its page until all is done; each line leads to where it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, url_for
from sqlalchemy.orm import Session

from bot.domain import audit, events, setup
from bot.domain.models import Event
from bot.domain.setup import SetupLine
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.staff.manage.layout import Answer, admin, audited, typed
from webhooks.staff.session import user


@dataclass(frozen=True, slots=True)
class Task:
    """What a line says, and the page on which it is done."""

    name: Sentence
    help: Sentence
    endpoint: str
    values: Mapping[str, Any]
    also: Sentence | None = None
    """A second link of the line, to `also_endpoint`."""
    also_endpoint: str = ""


TASKS: Mapping[str, Task] = {
    "gate": Task(_("Add a gate"), _("People are admitted at a gate. One is enough."), "manage.gates", {}),
    "team": Task(
        _("Add the team"), _("The volunteers who scan passes. Scanners work without them too."), "manage.volunteers", {}
    ),
    "capacity": Task(
        _("Say how many people may come"),
        _("A number for each day. If there is no limit, mark this as done."),
        "manage.settings",
        {"part": "passes", "_anchor": "capacity_per_day"},
    ),
    "data": Task(
        _("Say who answers for the data"),
        _("Organiser, purpose, contact and how long data is kept. Visitors read it before they agree."),
        "manage.settings",
        {"part": "data", "_anchor": "organiser"},
        _("Consent in your own words"),
        "manage.texts",
    ),
    "trial": Task(
        _("Send a test pass to yourself"), _("See what visitors get, and try it at the gate."), "manage.trial", {}
    ),
    "poster": Task(_("Print the poster"), _("Its QR code opens WhatsApp with the event's word."), "manage.poster", {}),
    "open": Task(
        _("Open registration"),
        _("From then on people can register on WhatsApp and on the web."),
        "manage.ask",
        {"what": "open"},
    ),
}


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A line as the page shows it."""

    line: SetupLine
    task: Task
    path: str
    also_path: str


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/setup/<line>`: the tick."""

    @blueprint.post("/<slug>/setup/<line>")
    @admin
    def tick(slug: str, line: str) -> Answer:
        if line not in setup.TICKABLE:
            abort(404)
        done = typed("done") == "1"
        ticked = line in service.database.ask(events.by_slug, slug).setup_ticks
        if ticked != done:
            tick_line(service, slug, line, done=done)
        return redirect(url_for("manage.event", slug=slug, _anchor="setup"), 303)


def tick_line(service: Service, slug: str, line: str, *, done: bool = True) -> None:
    """Tick a line, or take the tick away, as whoever makes this request."""
    with audited(service, audit.SETUP_TICKED) as db:
        setup.tick(db, slug, line, done=done)


def attach(app: Flask, service: Service) -> None:
    """Let templates ask what is to be done next, to lead on from what was done."""

    def next_task() -> ShownTask | None:
        """The first line of the list that is not done and stands on another page; None where there is none."""
        with service.database.read() as db:
            tasks = shown(db, events.by_slug(db, user().event.slug), service) if user().has_event else ()
        first = next((one for one in tasks if not one.line.done), None)
        return first if first and first.path.partition("#")[0] != request.path else None

    app.jinja_env.globals["next_task"] = next_task


def shown(db: Session, event: Event, service: Service) -> Sequence[ShownTask]:
    """The list; nothing where all is done, and for an event that is over."""
    lines = setup.lines(db, event)
    if events.is_over(event, service.now()) or all(line.done for line in lines):
        return ()
    return [_shown(line, event.slug) for line in lines]


def _shown(line: SetupLine, slug: str) -> ShownTask:
    task = TASKS[line.name]
    also = url_for(task.also_endpoint, slug=slug, _anchor="consent") if task.also_endpoint else ""
    return ShownTask(line, task, url_for(task.endpoint, slug=slug, **task.values), also)
