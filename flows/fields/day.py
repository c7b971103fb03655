"""Days of an event: from the list, or as people write them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows import understanding
from flows.shapes import Answers, EventDay, Facts, Invalid, Option, UserInput
from flows.text import pass_days as pass_day_texts
from flows.text import words
from flows.text.event_states import left_sentences
from flows.understanding import dates

Days = Callable[[Answers, Facts], tuple[EventDay, ...]]


@dataclass(frozen=True, slots=True)
class Day:
    """One of the days that can be had, kept as ISO text.

    `every` gives all days of the event, so that a closed day can be told from one outside; `today`
    the date at the event's place, ISO.
    """

    days: Days
    every: Days = lambda answers, facts: ()
    today: Callable[[Answers, Facts], str] = lambda answers, facts: facts.now.date().isoformat()

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """Today, the days that can be had, and all days of the event."""
        return {
            "today": self.today(answers, facts),
            "days": [_day_known(day) for day in self.days(answers, facts)],
            "every": [_day_known(day) for day in self.every(answers, facts)],
        }

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> str:
        """The day; raises Invalid with the reason where it cannot be had."""
        day = _tapped(message.choice) if message.choice else _typed(message.text, known)
        if day is None:
            raise Invalid("day_unclear")
        self.check(day.isoformat(), known)
        return day.isoformat()

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """Whether the day can still be had."""
        if value not in [day["day"] for day in known["days"]]:
            raise _refusal(_tapped(str(value)), known)

    def find(self, text: str, known: Mapping[str, Any]) -> str | None:
        """The day that can be had and that the text names beyond doubt."""
        found = dates.find(text, date.fromisoformat(known["today"]), _dates(known["days"]))
        return found.isoformat() if found else None

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """The days, with the places left where they are scarce on one of them."""
        days = [EventDay(date.fromisoformat(day["day"]), day["left"], day["closed"]) for day in known["days"]]
        return tuple(
            Option(day.day.isoformat(), words(day.day), left or "")
            for day, left in zip(days, left_sentences(days), strict=True)
        )

    def shown(self, value: Any, known: Mapping[str, Any]) -> date:
        """The date."""
        return date.fromisoformat(str(value))


def _day_known(day: EventDay) -> dict[str, Any]:
    return {"day": day.day.isoformat(), "left": day.left, "closed": day.closed}


def _dates(days: list[Mapping[str, Any]]) -> list[date]:
    return [date.fromisoformat(day["day"]) for day in days]


def _tapped(choice: str) -> date | None:
    try:
        return date.fromisoformat(choice)
    except ValueError:
        return None


def _typed(text: str, known: Mapping[str, Any]) -> date | None:
    """The day that was typed. Raises Invalid where several were, or one that contradicts itself."""
    offered = _dates(known["days"])
    place = understanding.listed_number(text, len(offered))
    if place is not None:
        return offered[place]
    heard = dates.interpret(text, date.fromisoformat(known["today"]), offered, _dates(known["every"]))
    if heard.contradicts:
        raise Invalid("day_contradicts", day=heard.days[0])
    if len(heard.days) > 1:
        raise _several(heard.days, known)
    return heard.day


def _several(days: Sequence[date], known: Mapping[str, Any]) -> Invalid:
    """The refusal of several days: a pass is for one day. It names the days that can be had, else why the first
    cannot.
    """
    offered = _dates(known["days"])
    open_ = [day for day in days if day in offered]
    return Invalid("several_days", days=pass_day_texts.describe_days(open_)) if open_ else _refusal(days[0], known)


def _refusal(day: date | None, known: Mapping[str, Any]) -> Invalid:
    """Why a day that is not offered cannot be had."""
    event = {date.fromisoformat(known_day["day"]): known_day for known_day in (*known["every"], *known["days"])}
    if day is None or not event:
        return Invalid("day_unclear")
    if day < date.fromisoformat(known["today"]):
        return Invalid("day_over", day=day)
    if day not in event:
        return Invalid("day_outside", day=day, first=min(event), last=max(event))
    if event[day]["closed"]:
        return Invalid("day_closed", day=day)
    return Invalid("day_full" if event[day]["left"] == 0 else "day_over", day=day)
