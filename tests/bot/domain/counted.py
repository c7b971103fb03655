"""Who of a party may still come in, counted by hand: what a gate is compared with while its event changes."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.shapes.scans import ADMITTED, CONFLICT, LEFT, Admission
from tests.bot.domain.builders import DAY
from tests.bot.domain.gate import at

PARTY = 4
Hours = tuple[time | None, time | None]


@dataclass(slots=True)
class Moved:
    """People of the party who went through a gate, and the days to which that may count."""

    at: datetime
    people: int
    is_out: bool
    days: set[date]
    scan_id: str


@dataclass(slots=True)
class Party:
    """What is known of one pass by hand."""

    code: str
    days: tuple[date, ...]
    size: int = PARTY
    old: list[str] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def entered(self) -> int:
        """Who came in, ever."""
        return sum(one.people for one in self.moved if not one.is_out)


class Counted:
    """The fair as it is set up now, and the parties that come to it."""

    def __init__(self, *parties: Party) -> None:
        self.parties = list(parties)
        self.now, self.policy = at(11), "daily"
        self.of_kind: str | None = None
        """The policy of passes for several days, where they have their own."""
        self.hours: Hours = (None, None)
        self.day_hours: dict[date, Hours] = {}
        self.zone = "Asia/Kolkata"
        self.stops: set[str] = set()
        """For what reasons nobody is let in."""
        self.first, self.last = DAY, DAY + timedelta(days=3)

    def rule_of(self, party: Party) -> str:
        """The policy of the pass."""
        return self.of_kind or self.policy if len(party.days) > 1 else self.policy

    def day_of(self, moment: datetime, within: tuple[date, ...]) -> date | None:
        """The day in whose hours a moment lies."""
        zone = ZoneInfo(self.zone)
        for passed in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=passed)
            own = self.day_hours.get(day, (None, None))
            opens, closes = own[0] or self.hours[0], own[1] or self.hours[1]
            ends = day + timedelta(days=closes is None or (opens is not None and closes <= opens))
            start = datetime.combine(day, opens or time.min, zone)
            if day in within and start <= moment < datetime.combine(ends, closes or time.min, zone):
                return day
        return None

    def most(self, party: Party) -> int:
        """More than so many may not come in now."""
        today = self.day_of(self.now, party.days)
        if today is None or self.stops:
            return 0
        policy = self.rule_of(party)
        mine = [one for one in party.moved if policy == "once" or self._days(party, one) == {today}]
        present = sum(one.people for one in mine if not one.is_out)
        if policy == "in_out":
            since = min((one.at for one in mine if not one.is_out), default=self.now)
            present -= sum(one.people for one in party.moved if one.is_out and one.at >= since)
        return max(party.size - max(present, 0), 0)

    def least(self, party: Party) -> int:
        """So many must be let in now if they come."""
        today = self.day_of(self.now, party.days)
        if today is None or self.stops:
            return 0
        policy = self.rule_of(party)
        mine = [one for one in party.moved if policy == "once" or today in self._days(party, one)]
        return max(party.size - sum(one.people for one in mine if not one.is_out), 0)

    def _days(self, party: Party, one: Moved) -> set[date]:
        within = self.day_of(one.at, party.days)
        if within is not None:
            return {within}
        return one.days

    def heed(self) -> None:
        """Where hours or policies change: to which days what has been may count from now on."""
        for party in self.parties:
            for one in party.moved:
                if within := self.day_of(one.at, party.days):
                    one.days.add(within)

    def put(self, party: Party, answer: Admission, moment: datetime) -> None:
        """Keep what an answer says that it did."""
        if answer.result in (ADMITTED, LEFT, CONFLICT) and answer.admitted_now:
            day = self.day_of(moment, party.days)
            days = {day} if day else set(party.days)
            party.moved.append(Moved(moment, answer.admitted_now, answer.result == LEFT, days, answer.scan_id))
