"""How far registrations have come, question by question."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.domain.models import Event
from bot.domain.stats.dashboard import FunnelStep
from bot.domain.stats.day_totals import DayTotals
from bot.domain.stats.metrics import CounterKey, Total
from flows.shapes import Flow
from flows.visitor.registration import REGISTRATION
from flows.visitor.web_registration import WEB_REGISTRATION

DONE = "done"
"""The step after the last question: registered."""
GRACE_PERIOD = timedelta(minutes=30)
"""Registrations begun less long ago are not counted as given up: somebody may still be typing."""
FLOWS: Mapping[str, Flow] = {"whatsapp": REGISTRATION, "web": WEB_REGISTRATION}
"""The flow by channel. A form asks all questions of a page at once: its first one counts for all that it shows."""


def steps_of(event: Event, flow: Flow) -> list[str]:
    """The questions of a flow for an event, in order, and DONE."""
    own = [str(question["name"]) for question in event.questions]
    names = [step.name for step in flow.steps]
    if flow.questions_before in names:
        place = names.index(flow.questions_before)
        names[place:place] = own
    return [*dict.fromkeys(names), DONE]


def today(day: DayTotals, event: Event) -> tuple[FunnelStep, ...]:
    """The funnel of registrations begun today."""
    return _funnel(day, event, day.by_quarter_hour("begun", day.begins, with_global=True))


def ever(day: DayTotals, event: Event) -> tuple[FunnelStep, ...]:
    """The funnel of all registrations ever begun."""
    return _funnel(day, event, day.whole_event("begun", with_global=True))


def _funnel(day: DayTotals, event: Event, begun: Iterable[tuple[CounterKey, Total]]) -> tuple[FunnelStep, ...]:
    """A channel that does not ask a question has nobody who reached it."""
    reached, left = Counter[str](), Counter[str]()
    ended, thinking = (
        _by_place(begun),
        _by_place(day.by_quarter_hour("begun", day.now - GRACE_PERIOD, with_global=True)),
    )
    orders = {channel: steps_of(event, flow) for channel, flow in FLOWS.items()}
    for (channel, step), number in ended.items():
        order = orders.get(channel, orders["whatsapp"])
        # A question that was removed from the event stood before the last one.
        place = order.index(step) if step in order else len(order) - 2
        for passed in order[: place + 1]:
            reached[passed] += number
        if order[place] != DONE:
            left[order[place]] += max(number - thinking[channel, step], 0)
    return tuple(FunnelStep(step, reached[step], left[step]) for step in _merged(orders.values()) if reached[step])


def _by_place(begun: Iterable[tuple[CounterKey, Total]]) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for key, total in begun:
        channel, _, step = key.what.partition(":")
        found[channel, step] += total.times
    return found


def _merged(orders: Iterable[Sequence[str]]) -> list[str]:
    """One order that holds in every one of them: a question that only one asks stands after what is before it there."""
    merged: list[str] = []
    for order in orders:
        place = 0
        for step in order:
            if step not in merged:
                merged.insert(place, step)
            place = merged.index(step) + 1
    return merged
