"""The effects of waiting for a place on a full day."""

from dataclasses import dataclass

from flows.shapes import Effect, VisitWish


@dataclass(frozen=True, slots=True)
class JoinWaitingList(VisitWish, Effect):
    """Put whoever is writing into the line of a full day.

    Refuses `place_free`, `already_waiting` (`day`, `place`), `no_waiting_list`, and as Register does. Results:
    `place`, where they stand in the line; `day`; `party_size`.
    """


@dataclass(frozen=True, slots=True)
class LeaveWaitingList(Effect):
    """Take whoever is writing out of a line, or decline the place that is offered there; refuses `not_waiting`."""

    entry: int


@dataclass(frozen=True, slots=True)
class MarkWaitingTold(Effect):
    """Note that the person has been told that these entries ended without them."""

    entries: tuple[int, ...]
