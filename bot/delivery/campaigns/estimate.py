"""Estimates a broadcast before it begins: how many people, in which languages, how long, who is out of reach."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from bot.database import Database
from bot.delivery import templates
from bot.delivery.outbox.rate_limit import SPACING_MARGIN_SECONDS
from bot.delivery.outbox.session_window import NearestWindow, SessionWindows
from bot.delivery.templates import notices
from bot.domain.messaging import audience
from bot.domain.messaging.audience import Recipient, RecipientPage, Selection
from bot.domain.models import Event
from bot.settings import Settings
from flows.text import LANGUAGES

STOPPED, NO_ADDRESS = "stopped", "no_address"
"""Why somebody is passed over."""
DAILY_LIMITS = (250, 2_000, 10_000, 100_000)
"""People outside the window to whom a portfolio may write in 24 hours, by its tier; the last tier has no limit
(Meta, "Messaging limits"); which one, Twilio may tell: bot.delivery.dispatch.health.daily_limits."""

ONE_WORKER_SENDS, ONE_WORKER_SENDS_SIMULATED = 70, 30
"""Messages to many a second of one worker process, with the default DELIVERY_CONCURRENCY: 70 while a call to Twilio
takes 150 ms (docs/figures.md); the simulator works on the same machine (30 seen to a stand-in beside it on two
cores, with much else to do)."""


@dataclass(frozen=True, slots=True)
class BroadcastEstimate:
    """The estimate of a broadcast, as of now."""

    people: int
    """People who would get the broadcast."""
    languages: Mapping[str, int]
    skipped: Mapping[str, int]
    inside: int
    """People who wrote within 24 hours."""
    outside: int
    """People who are known not to have written within 24 hours."""
    unknown: int
    """People of whom that is not known."""
    without_template: Mapping[str, int]
    """For each language without an approved template of this notice, how many people are not known to be inside."""
    seconds: int
    """How long it takes at TWILIO_MPS, if nothing else is sent and there are workers enough."""


@dataclass(slots=True)
class AudienceTally:
    """What has been seen of an audience; page after page, and it survives JSON between them."""

    cursor: int | None = 0
    """The last contact that was looked at; None: there are no more."""
    found: Counter[tuple[str, str, bool | None]] = field(default_factory=Counter)
    """People by language, sender and whether their window is open."""
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        """People who would get the broadcast, as far as has been looked."""
        return self.found.total()

    def look(
        self, database: Database, windows: SessionWindows, settings: Settings, event: Event, selection: Selection,
        now: datetime,
    ) -> None:  # fmt: skip
        """Look at the next page of contacts, as the broadcast itself will."""
        page = database.ask(audience.page, event, selection, self.cursor or 0)
        self.cursor = page.cursor
        self.skipped.update(skipped_people(page))
        self.found.update(
            (notices.written_language(person.language), way.sender, way.is_open)
            for person, way in ways(windows, page, senders(settings), now)
        )

    def to_json(self) -> dict[str, Any]:
        """The tally as JSON."""
        found = [[*key, number] for key, number in self.found.items()]
        return {"cursor": self.cursor, "found": found, "skipped": dict(self.skipped)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        found = Counter({(language, sender, is_open): number for language, sender, is_open, number in stored["found"]})
        return cls(stored["cursor"], found, Counter(stored["skipped"]))


def estimate(
    database: Database,
    windows: SessionWindows,
    settings: Settings,
    event: Event,
    selection: Selection,
    purpose: str,
    now: datetime,
    report: Callable[[int], None] = lambda people: None,
) -> BroadcastEstimate:
    """Look at everybody who is meant; `report` hears now and then how many there are."""
    tally = AudienceTally()
    while tally.cursor is not None:
        tally.look(database, windows, settings, event, selection, now)
        report(tally.people)
    return summed(tally, database, settings, purpose, now)


def summed(
    tally: AudienceTally, database: Database, settings: Settings, purpose: str, now: datetime
) -> BroadcastEstimate:
    """What a tally comes to for a notice."""
    return _summed(tally.found, tally.skipped, _unapproved(database, purpose, now), settings.twilio_mps)


def with_workers(estimated: BroadcastEstimate, workers: int, *, simulated: bool) -> int:
    """Seconds that it takes with so many worker processes, one at least."""
    each = ONE_WORKER_SENDS_SIMULATED if simulated else ONE_WORKER_SENDS
    return max(estimated.seconds, round(estimated.people / (each * max(workers, 1))))


def enough_workers(per_second: int, *, simulated: bool) -> int:
    """How many worker processes send as many messages a second."""
    return math.ceil(per_second / (ONE_WORKER_SENDS_SIMULATED if simulated else ONE_WORKER_SENDS))


def senders(settings: Settings) -> tuple[str, ...]:
    """The senders that may write to people on WhatsApp; a Messaging Service counts as one."""
    service = settings.twilio_messaging_service_sid
    return (service,) if service else settings.twilio_whatsapp_from


def skipped_people(page: RecipientPage) -> Counter[str]:
    """How many of a page get nothing, by the first reason that holds."""
    stopped = sum(person.stopped for person in page.people)
    nowhere = sum(not person.stopped and not person.addresses for person in page.people)
    return Counter({why: number for why, number in ((STOPPED, stopped), (NO_ADDRESS, nowhere)) if number})


def ways(
    windows: SessionWindows, page: RecipientPage, of_ours: Sequence[str], now: datetime
) -> list[tuple[Recipient, NearestWindow]]:
    """The people of a page who get the message, each with the way to them; asks Redis once."""
    people = [person for person in page.people if person.addresses and not person.stopped]
    return list(zip(people, windows.nearest([recipient.addresses for recipient in people], of_ours, now), strict=True))


def enough_for(people: int) -> int | None:
    """The least daily limit that lets as many be written to outside the window; None: only no limit does."""
    return next((limit for limit in DAILY_LIMITS if limit >= people), None)


def _unapproved(database: Database, purpose: str, now: datetime) -> set[str]:
    with database.read() as db:
        return {
            language for language in LANGUAGES if not templates.approved(db, notices.shape_of(purpose, language), now)
        }


def _summed(
    found_windows: Counter[tuple[str, str, bool | None]], skipped: Counter[str], unapproved: set[str], per_second: int
) -> BroadcastEstimate:
    windows, languages, by_sender, lacking = (Counter[object]() for _ in range(4))
    for (language, sender, is_open), number in found_windows.items():
        windows[is_open] += number
        languages[language] += number
        by_sender[sender] += number
        if language in unapproved and not is_open:
            lacking[language] += number
    return BroadcastEstimate(
        people=found_windows.total(),
        languages={str(language): number for language, number in languages.most_common()},
        skipped=dict(skipped),
        inside=windows[True],
        outside=windows[False],
        unknown=windows[None],
        without_template={str(language): number for language, number in lacking.items()},
        seconds=round(max(by_sender.values(), default=0) * (1 + SPACING_MARGIN_SECONDS) / per_second),
    )
