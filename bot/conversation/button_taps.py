"""Which question a tapped button or list row belongs to, so that only the open one is answered.

A question that goes with buttons puts a mark before the id of each: the step and a tag of the state in
which it was asked. The row of the message that was tapped has them too, and is believed first.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Delivery
from bot.inbound import Inbound
from flows.shapes import FILLED_FORM, UserInput

PAST_QUESTION = "\0"
"""The step of a tap on an earlier question. No step has this name."""
_MARKED = re.compile(r"([^:]*)\.([0-9a-f]{8}):(.*)", re.DOTALL)
TAG_DIGITS = 8


def tap_mark(step: str, state: Mapping[str, Any]) -> str:
    """The prefix of option ids where this step is asked; `state` is the one after the turn."""
    return f"{step}.{state_tag(state)}:"


def state_tag(state: Mapping[str, Any]) -> str:
    """Eight digits that are the same as long as the same question stands open, however often it is repeated."""
    told = [state.get(name) for name in ("flow", "asked", "answers", "under")]
    # Neither secret nor proof: whoever can read it sees the person's chat anyway.
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:TAG_DIGITS]


def read_message(database: Database, inbound: Inbound, state: Mapping[str, Any] | None) -> UserInput:
    """The message as a flow sees it, a tap with the step that it answers, a form with what it was offered for."""
    said = inbound.user_input
    if said.form == FILLED_FORM:
        return replace(said, form_for=_form_offered(database, inbound))
    if said.form != "choice":
        return said
    marked = _MARKED.fullmatch(said.choice)
    choice = marked[3] if marked else said.choice
    asked = f"{marked[1]}.{marked[2]}:" if marked else ""
    if inbound.replied_to:
        asked = database.ask(_question_of, inbound.replied_to, inbound.lane) or asked
    return UserInput(text=said.text, choice=choice, form=said.form, tapped_on=_step(asked, state or {}))


def _form_offered(database: Database, inbound: Inbound) -> Mapping[str, str]:
    """What the form in one of our messages was offered for; empty where that is not known."""
    if not inbound.replied_to:
        return {}
    return dict(database.ask(_payload, inbound.replied_to, inbound.lane).get("form") or {})


def _question_of(db: Session, message_sid: str, address: str) -> str:
    """The mark of the question that one of our messages asked; empty where it is not known or asked none."""
    return str(_payload(db, message_sid, address).get("mark") or "")


def _payload(db: Session, message_sid: str, address: str) -> Mapping[str, Any]:
    row = select(Delivery.payload).where(Delivery.message_sid == message_sid, Delivery.lane == address)
    return db.execute(row.limit(1)).scalar() or {}


def _step(asked: str, state: Mapping[str, Any]) -> str:
    """The step where its question is the present one, PAST_QUESTION where it is not, empty where none is named."""
    if not asked:
        return ""
    step = asked.rpartition(".")[0]
    return step if asked == tap_mark(step, state) else PAST_QUESTION
