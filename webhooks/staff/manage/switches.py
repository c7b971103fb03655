"""Switches: something that is on or off, the page that asks before it is thrown, and who is told of a cancellation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

from flask import Blueprint, abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.domain import edit_conflict
from bot.domain.models.base import Base
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import Answer, Row, admin, changing, done, of_number, page, refusal_text

Done = TypeVar("Done")
Facts = Sequence[tuple[Sentence | str, Sentence | str]]


@dataclass(frozen=True, slots=True)
class EventSwitch:
    """Something that is on or off, and what an admin reads before throwing it."""

    act: str
    button: Sentence
    done_text: Sentence
    is_so: Callable[[Any], bool]
    """Whether it has been thrown already."""
    question: Sentence | None = None
    """What is asked before; None: nothing."""
    grave: bool = False


def find(switches: Mapping[str, EventSwitch], what: str) -> EventSwitch:
    """The switch of this name; 404 where there is none."""
    return switches.get(what) or abort(404)


def ask_first(
    switch: EventSwitch,
    name: str,
    row: Base,
    back: str,
    facts: Facts = (),
    unread: Sentence | None = None,
) -> Answer:
    """The page that asks before a switch of this row is thrown; `back` is the endpoint to return to.

    `facts` stand there as well: who is told of it, or, below `unread`, what is said in languages whose words nobody who
    speaks them has confirmed.
    """
    return page(
        "sure",
        title=_("{what}: {whom}", what=switch.button, whom=name),
        question=switch.question,
        button=switch.button,
        grave=switch.grave,
        back=back,
        facts=facts,
        unread=unread,
        seen=edit_conflict.fingerprint(row),
    )


def routes(
    blueprint: Blueprint,
    service: Service,
    thing: str,
    switches: Mapping[str, EventSwitch],
    rows: Callable[[Session, str], Sequence[Row]],
    do: Callable[[Service, Session, str, Row, str], Done],
    show: Callable[..., Answer],
    *,
    name: Callable[[Row], str] = attrgetter("name"),
    after: Callable[[Done | None, Row], Answer | None] = lambda _result, _row: None,
) -> None:
    """`/<slug>/<thing>s/<number>/<switch>`: the page that asks, and the throw of one of these switches.

    `do` throws it, and may raise Refused: `show`, the page of all these rows, tells that as its `problem`. `after` goes
    on with what `do` gave (None: it was so already); without an answer of its own that page says what was done.
    """
    back = f"manage.{thing}s"

    @blueprint.get(f"/<slug>/{thing}s/<int:number>/<what>", endpoint=f"ask_{thing}")
    @admin
    def ask(slug: str, number: int, what: str) -> Answer:
        row = of_number(service.database.ask(rows, slug), number)
        return ask_first(find(switches, what), name(row), row, back)

    @blueprint.post(f"/<slug>/{thing}s/<int:number>/<what>", endpoint=f"switch_{thing}")
    @admin
    def switch(slug: str, number: int, what: str) -> Answer:
        thrown, row = find(switches, what), of_number(service.database.ask(rows, slug), number)
        try:
            result = throw(service, thrown, row, lambda db: do(service, db, slug, row, what))
        except Refused as no:
            return show(service, slug, problem=refusal_text(no))
        return after(result, row) or done(back, thrown.done_text.filled(**{thing: name(row)}))


def throw(service: Service, switch: EventSwitch, row: Base, do: Callable[[Session], Done]) -> Done | None:
    """What throwing the switch gives; None where it has been thrown already. Raises Refused."""
    if switch.is_so(row):
        return None
    with changing(service, switch.act, row) as db:
        return do(db)


def who_is_told(people: int) -> Facts:
    """Who hears that the event, or a day of it, does not take place; `people` have a pass for it."""
    return [
        (_("With a pass"), display.number(people, "")),
        (_("They are told"), _("when they write to us, open their pass, or show it at a gate")),
        (_("A message to them"), _("is not sent by this. The next page offers to send one.")),
    ]


def tell_them(said: Sentence, people: int, what: str, back: str, **values: str) -> Response:
    """After a cancellation, of which nobody with a pass has been told: to a message for them, which they preview first;
    where there is nobody, to the endpoint `back`.
    """
    if not people:
        return done(back, said)
    tell = _("{said} No message has been sent. Here you can tell everyone who has a pass, after a preview.", said=said)
    return done("manage.new_broadcast", tell, what=what, **values)
