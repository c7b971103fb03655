"""The pages of the event's own questions: the list with its order, one question's form, and asking one no more."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from bot.domain import audit, edit_conflict, events
from bot.domain.models import Event, JsonDict
from bot.errors import Refused
from bot.service import Service
from flows.text import _, access_needs, words
from flows.text.languages import SOURCE
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    audited,
    changing,
    done,
    form,
    page,
    refusal_text,
    typed,
)
from webhooks.staff.manage.setup import question_form
from webhooks.staff.manage.switches import EventSwitch, ask_first

RETIRE = EventSwitch(
    audit.QUESTIONS_SET,
    _("Ask no more"),
    _("The question is asked no more."),
    lambda event: False,
    _("Visitors are asked this no more. Answers that were given stay, and stand in exports."),
    grave=True,
)
MOVES = {"up": -1, "down": 1}
SAVED = _("The question is saved.")

Change = Callable[[list[JsonDict]], list[JsonDict]]


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/questions` and each of them."""

    @blueprint.get("/<slug>/questions")
    @admin
    def questions(slug: str) -> Answer:
        return _list(service, slug)

    @blueprint.get("/<slug>/questions/new", endpoint="new_question", defaults={"name": ""})
    @blueprint.get("/<slug>/questions/<name>/change")
    @admin
    def question(slug: str, name: str) -> Answer:
        return _page(_event(service, slug), name)

    @blueprint.post("/<slug>/questions/new", endpoint="add_question", defaults={"name": ""})
    @blueprint.post("/<slug>/questions/<name>/change")
    @admin
    def save_question(slug: str, name: str) -> Answer:
        return _save(service, slug, name)

    @blueprint.post("/<slug>/questions/needs")
    @admin
    def ask_needs(slug: str) -> Answer:
        try:
            with audited(service, audit.QUESTIONS_SET) as db:
                events.ask_needs(db, slug, wanted=True)
        except Refused as no:
            return _list(service, slug, question_form.place_of(no)[1])
        told = _("Visitors are now asked what help they need. The volunteers at the gate see the answer.")
        return done("manage.questions", told)

    @blueprint.post("/<slug>/questions/<name>/move")
    @admin
    def move_question(slug: str, name: str) -> Answer:
        step = MOVES.get(typed("where")) or abort(400)
        _found(_event(service, slug), name)
        return _changed(service, slug, lambda asked: _moved(asked, name, step)) or done("manage.questions", SAVED)

    @blueprint.get("/<slug>/questions/<name>/retire")
    @admin
    def ask_retire(slug: str, name: str) -> Answer:
        event = _event(service, slug)
        return ask_first(RETIRE, say(words(_found(event, name)["labels"])), event, "manage.questions")

    @blueprint.post("/<slug>/questions/<name>/retire")
    @admin
    def retire_question(slug: str, name: str) -> Answer:
        if name in [question["name"] for question in _event(service, slug).questions]:
            refused = _changed(service, slug, lambda asked: [one for one in asked if one["name"] != name])
            if refused:
                return refused
        return done("manage.questions", RETIRE.done_text)


def _save(service: Service, slug: str, name: str) -> Answer:
    """Keep the form's question: a new one where `name` is empty."""
    event = _event(service, slug)
    old = _found(event, name) if name else None
    given = question_form.given(event)
    made, wrong = question_form.read(given, event, name)
    if wrong:
        return _page(event, name, given, wrong)
    if old == made:
        return done("manage.questions", SAVED)  # sent twice, or nothing was changed
    try:
        _keep(service, slug, lambda asked: _with(asked, made, name))
    except Refused as no:
        return _refused(service, slug, name, given, made, no)
    return done("manage.questions", SAVED)


def _refused(service: Service, slug: str, name: str, given: Texts, made: JsonDict, no: Refused) -> Answer:
    event = _event(service, slug)
    if made in event.questions:
        return done("manage.questions", SAVED)  # sent twice
    at, told = question_form.place_of(no)
    return _page(event, name, given, {at: told}, beside=no.code == "changed_meanwhile")


def _changed(service: Service, slug: str, change: Change) -> Response | tuple[str, int] | str | None:
    """Change the list; the page that says why not where it is refused."""
    try:
        _keep(service, slug, change)
    except Refused as no:
        return _list(service, slug, refusal_text(no))
    return None


def _keep(service: Service, slug: str, change: Change) -> None:
    """Raises Refused."""
    with changing(service, audit.QUESTIONS_SET, _event(service, slug)) as db:
        events.set_questions(db, slug, change(list(events.by_slug(db, slug).questions)))


def _with(asked: list[JsonDict], made: JsonDict, name: str) -> list[JsonDict]:
    return [made if one["name"] == name else one for one in asked] if name else [*asked, made]


def _moved(asked: list[JsonDict], name: str, step: int) -> list[JsonDict]:
    """The list with this question one place up or down; at the end of it nothing changes."""
    here = next(place for place, one in enumerate(asked) if one["name"] == name)
    there = min(max(here + step, 0), len(asked) - 1)
    asked.insert(there, asked.pop(here))
    return asked


def _event(service: Service, slug: str) -> Event:
    return service.database.ask(events.by_slug, slug)


def _found(event: Event, name: str) -> JsonDict:
    return next((one for one in event.questions if one["name"] == name), None) or abort(404)


def _list(service: Service, slug: str, problem: str = "") -> Answer:
    event = _event(service, slug)
    return page(
        "setup/questions",
        rows=[_row(question) for question in event.questions],
        seen=edit_conflict.fingerprint(event),
        retire=RETIRE.button,
        needs_asked=any(question["name"] == access_needs.NAME for question in event.questions),
        problem=problem,
    )


def _row(question: JsonDict) -> dict[str, Any]:
    options: Sequence[JsonDict] = question["options"]
    return {
        "name": question["name"],
        "label": say(words(question["labels"])),
        "kind": question_form.KINDS[question["kind"]],
        "required": question["required"],
        "options": ", ".join(say(words(option)) for option in options),
    }


def _page(
    event: Event, name: str = "", given: Texts | None = None, wrong: Texts | None = None, *, beside: bool = False
) -> Answer:
    spoken = display.spoken(event)
    old = _found(event, name) if name else None
    return form(
        "setup/question",
        question_form.texts(old, spoken),
        given,
        wrong,
        beside=beside,
        title=say(words(old["labels"])) if old else _("New question"),
        spoken=spoken,
        source=SOURCE,
        kinds=list(question_form.KINDS.items()),
        labels=question_form.labels(spoken),
        seen=edit_conflict.fingerprint(event),
        is_new=not name,
    )
