"""What the pages of admins share: the guard, the audited change, the page's frame."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.domain import edit_conflict
from bot.domain.audit import recorder
from bot.domain.models import Device, Gate, JoinRequest, Kind, Owner, Staff
from bot.domain.models.base import Base
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _, sentence_for
from webhooks import limits
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.inputs import UnreadableInput
from webhooks.staff.session import OWNER, Access, go_to, require_role, user

RATE_LIMIT = "120 per minute"
"""Changes, searches and looks at one person, of one admin: no hand is faster."""
MAX_INPUT_LENGTH = 4000
"""Characters of one input that are looked at."""
UNPROCESSABLE = 422
NO_ROW = "none"
"""The mark of a row that nobody has made yet."""
POLL_SECONDS = 2
"""Seconds between two requests of an open page while something goes on in the background."""

P = ParamSpec("P")
Found = TypeVar("Found")
Row = TypeVar("Row", Device, Gate, JoinRequest, Kind, Owner, Staff)
Answer = Response | str | tuple[str, int]
Texts = Mapping[str, str]
"""What stands in the inputs of a form, by their names."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page of the team, as the navigation names it."""

    endpoint: str
    name: Sentence
    icon: str
    """Of webhooks/icons.py."""
    role: Access = "admin"
    """Whom it lets in: who has this role or a higher one."""


SECTIONS = (
    NavItem("manage.event", _("Event"), "ticket"),
    NavItem("manage.days", _("Days"), "calendar-days"),
    NavItem("manage.gates", _("Gates"), "door-open"),
    NavItem("manage.questions", _("Questions"), "message-circle"),
    NavItem("manage.kinds", _("Kinds of pass"), "badge-check"),
    NavItem("manage.volunteers", _("Team"), "users"),
    NavItem("manage.scanners", _("Scanners"), "monitor"),
    NavItem("manage.visitors", _("Visitors"), "contact"),
    NavItem("manage.broadcasts", _("Messages"), "megaphone"),
    NavItem("manage.exports", _("Exports"), "download"),
    NavItem("manage.audit", _("Audit log"), "scroll-text"),
    NavItem("manage.alerts", _("Alerts"), "bell"),
    NavItem("manage.report", _("Daily report"), "file-text"),
)


def admin(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Let through admins, and only to the event at which they are signed in; else 403.

    An owner is let through to every event, and is at that one from then on.
    """

    @require_role("admin", without_event=True)
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        slug = str(kwargs["slug"])
        if not user().has_event or slug != user().event.slug:
            _look_at(slug)
        if request.method == "POST":
            limits.spend(RATE_LIMIT, "manage", user().key)
        return view(*args, **kwargs)

    return guarded


def _look_at(slug: str) -> None:
    if not user().may(OWNER):
        abort(403)
    try:
        go_to(slug)
    except Refused:
        abort(404)


def _slug() -> str:
    """The event of the page; empty for an owner who looks at none."""
    return user().event.slug if user().has_event else ""


@contextmanager
def audited(service: Service, what: str, *, of_event: bool = True) -> Iterator[Session]:
    """A transaction of whoever makes this request, which leaves an entry of this name in the audit log.

    `of_event` False: of the installation, and not of the event at which they are.
    """
    whoever = user()
    act: dict[str, Any] = {"staff_id": whoever.staff_id, "actor": whoever.actor, "slug": _slug() if of_event else None}
    with service.database.write() as db, recorder.audited(db, what, now=service.now(), **act):
        yield db


@contextmanager
def changing(service: Service, what: str, row: Base) -> Iterator[Session]:
    """`audited`, of a row that is still as the form of this request showed it. Raises Refused `changed_meanwhile`."""
    with audited(service, what) as db:
        require_unchanged(db, row)
        yield db


def mark_of(row: Base | None) -> str:
    """The fingerprint of a row that may not be there yet, for the form's hidden field."""
    return edit_conflict.fingerprint(row) if row else NO_ROW


def require_unchanged(db: Session, row: Base | None) -> None:
    """As bot.domain.edit_conflict, of a row that may not be there yet. Raises Refused `changed_meanwhile`."""
    seen = request.form.get("seen", "")
    if row is not None:
        edit_conflict.require_unchanged(db, row, seen)
    elif seen != NO_ROW:
        raise edit_conflict.changed_refusal()


def or_404(db: Session, find: Callable[Concatenate[Session, P], Found], *about: P.args, **more: P.kwargs) -> Found:
    """What is found; 404 where a rule says that there is none."""
    try:
        return find(db, *about, **more)
    except Refused:
        abort(404)


def of_number(rows: Iterable[Row], number: int) -> Row:
    """The row of this id; 404 where it is not among these."""
    return next((row for row in rows if row.id == number), None) or abort(404)


def page(template: str, **values: Any) -> tuple[str, int]:
    """A page of the event; `values` is what its template needs. With what is wrong among them its status says so."""
    frame = {"slug": _slug(), "once": uuid4().hex}
    is_wrong = any(values.get(name) for name in ("wrong", "problem", "bad"))
    return render_template(f"staff/manage/{template}.html", **frame, **values), UNPROCESSABLE if is_wrong else 200


def form(
    template: str,
    now: Texts,
    given: Texts | None,
    wrong: Texts | None,
    *,
    beside: bool = False,
    empty: Sentence = display.EMPTY_NAME,
    **told: Any,
) -> tuple[str, int]:
    """A form as it was typed, else as it is kept; `beside` what was typed stands what is kept, where that differs."""
    shown = {**now, **(given or {})}
    differ = {name: text or say(empty) for name, text in now.items() if beside and shown[name].strip() != text}
    return page(template, form=shown, wrong=wrong or {}, differ=differ, **told)


def judged(names: Iterable[str], read: Callable[[str], Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The value of each input, and of those that cannot be read why not."""
    values, wrong = dict[str, Any](), dict[str, str]()
    for name in names:
        try:
            values[name] = read(name)
        except (UnreadableInput, Refused) as no:
            wrong[name] = refusal_text(no)
    return values, wrong


def done(endpoint: str, words: Sentence, **values: Any) -> Response:
    """Go on to a page, which says first what was done."""
    flash(say(words))
    return redirect(url_for(endpoint, **{"slug": _slug(), **values}), 303)


def refusal_text(no: Refused | UnreadableInput) -> str:
    """The refusal in the page's language."""
    return say(no.words if isinstance(no, UnreadableInput) else sentence_for(no.code, **no.params))


def typed(name: str) -> str:
    """The text of an input of the form; lines end in a line feed alone."""
    return clean(request.form.get(name, ""))


def clean(text: str) -> str:
    """The text without characters that no database takes, cut to a length that is enough for all our fields."""
    return text[:MAX_INPUT_LENGTH].replace("\r\n", "\n").replace("\x00", "")
