"""What is to do before an event can begin: which of it is done, as its rows tell or as an admin has ticked it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain.events import validation as event_validation
from bot.domain.events.rows import get_event
from bot.domain.models import Event, Owner, Registration, Staff
from bot.domain.passes.registration import TRIAL
from bot.errors import Refused
from flows.text import event_states

TICKABLE = ("team", "capacity", "trial", "poster")
"""What an admin may tick by hand: only they know that no limit is meant, or that a poster hangs."""


@dataclass(frozen=True, slots=True)
class SetupLine:
    """Something to do before an event."""

    name: str
    """`gate`, `team`, `capacity`, `data`, `trial`, `poster` or `open`."""
    done: bool
    ticked: bool
    """Whether it is done by an admin's tick alone, which they can take away."""
    tickable: bool


def lines(db: Session, event: Event) -> list[SetupLine]:
    """Everything to do before the event, in the order in which it is best done; none for one that is cancelled."""
    if event.status == event_states.CANCELLED:
        return []
    return [_line(name, is_done(db, event), event) for name, is_done in _IS_DONE.items()]


def tick(db: Session, slug: str, name: str, *, done: bool) -> Event:
    """Tick a line by hand, or take the tick away. Raises Refused `no_such_event`, `no_such_field`."""
    if name not in TICKABLE:
        raise Refused("no_such_field", field=name)
    event = get_event(db, slug, lock=True)
    others = [ticked for ticked in event.setup_ticks if ticked != name]
    event.setup_ticks = [*others, name] if done else others
    db.flush()
    return event


def _line(name: str, done: bool, event: Event) -> SetupLine:
    ticked = name in TICKABLE and name in event.setup_ticks
    return SetupLine(name, done or ticked, ticked and not done, name in TICKABLE)


def has_team(db: Session, event: Event) -> bool:
    """Whether somebody is there besides the owners, who are put into the team with the event."""
    owners = select(Owner.phone).where(Owner.enabled)
    return bool(
        db.scalar(select(exists().where(Staff.event_id == event.id, Staff.enabled, Staff.phone.not_in(owners))))
    )


def _has_trial(db: Session, event: Event) -> bool:
    tried = Registration.event_id == event.id, Registration.channel == TRIAL
    return bool(db.scalar(select(exists().where(*tried))))


_IS_DONE: Mapping[str, Callable[[Session, Event], bool]] = {
    "gate": lambda db, event: any(not gate.closed for gate in event.gates),
    "team": has_team,
    "capacity": lambda db, event: all(day.capacity is not None for day in event.days),
    "data": lambda db, event: all(getattr(event, name) for name in event_validation.REQUIRED_FIELDS),
    "trial": _has_trial,
    "poster": lambda db, event: False,
    "open": lambda db, event: event.status == event_states.OPEN,
}
"""Whether each line is done, as the rows tell. Of a poster they tell nothing."""
