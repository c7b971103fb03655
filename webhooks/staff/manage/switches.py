"""Switches: something that is on or off, the page that asks before it is thrown, and who is told of a cancellation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.domain import edit_conflict
from bot.domain.models.base import Base
from bot.service import Service
from flows.shapes import Sentence
from flows.text import _
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import Answer, changing, done, page

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
