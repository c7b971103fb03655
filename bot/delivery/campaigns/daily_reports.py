"""The report of the day: an event's figures by WhatsApp to its admins, at the hour that they have chosen.

The clock asks every minute. Whoever first notes the day has the report, so that two clocks at once send one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.campaigns import staff_messages
from bot.delivery.dispatch import Outbox
from bot.delivery.templates import notices
from bot.domain import events
from bot.domain.events import scan_context
from bot.domain.events import shapes as event_shapes
from bot.domain.models import DailyReport, Event
from bot.domain.roster import daily_reports
from bot.domain.stats import dashboard_query, day_totals, metrics
from bot.domain.stats.dashboard import Dashboard
from flows.shapes import Sentence
from flows.text import _, joined, lines, words
from flows.text.choices import people
from flows.text.event_states import CANCELLED
from flows.text.literal import escape
from flows.text.scan_results import RESULT_NAMES

REPORT_TTL = timedelta(hours=10)
"""How long it may wait for whoever is outside the 24-hour window without an approved template: until the morning."""
NO_GATE = _("no gate given")


@dataclass(frozen=True, slots=True)
class DailyReporter:
    """Sends the reports."""

    database: Database
    outbox: Outbox = field(repr=False)
    last_sender: Callable[[str], str | None] = field(default=lambda lane: None, repr=False)
    """The sender to which somebody last wrote from an address; None: nobody knows."""

    def run(self, now: datetime) -> int:
        """Send every report whose hour has come; how many messages are owed. Run by the clock."""
        due = [event.slug for event in self.database.ask(_due, now)]
        owed = [delivery for slug in due for delivery in self._report(slug, now)]
        self.outbox.dispatch(owed)
        return len(owed)

    def today(self, db: Session, slug: str, now: datetime) -> Sentence:
        """The report as it would be sent now. Raises Refused `no_such_event`."""
        return _said(events.by_slug(db, slug), _facts(db, slug, now), now)

    def send_now(self, db: Session, slug: str, staff_id: int, once: str, now: datetime) -> list[int]:
        """Enqueue today's report for one admin, once for each `once`; that of the hour comes all the same. The
        deliveries, to be dispatched after the transaction. Raises Refused `no_such_event`.
        """
        return self._tell(db, events.by_slug(db, slug), f"now:{once}", now, [staff_id])

    def _report(self, slug: str, now: datetime) -> list[int]:
        with self.database.write() as db:
            event = db.scalars(select(Event).where(Event.slug == slug)).one()
            plan = daily_reports.take_turn(db, event.id, _local(event, now).date())
            return self._tell(db, event, f"{_local(event, now):%Y%m%d}", now, plan.staff or None) if plan else []

    def _tell(self, db: Session, event: Event, key: str, now: datetime, only: Collection[int] | None) -> list[int]:
        facts = _facts(db, event.slug, now)
        told = staff_messages.notify_staff(
            db,
            event.id,
            _said(event, facts, now),
            key=f"report:{event.id}:{key}",
            now=now,
            roles=(daily_reports.ADMIN,),
            only=only,
            notice=(notices.REPORT, {**_named(event, now), "text": joined(*facts, between="; ")}),
            sender_of=self.last_sender,
            ttl=REPORT_TTL,
        )
        return [message.delivery_id for message in told]


def _due(db: Session, now: datetime) -> list[Event]:
    """The events whose hour has come today and that have not been reported of yet; none that is over."""
    rows = db.execute(select(Event, DailyReport).join(DailyReport, DailyReport.event_id == Event.id)).all()
    return [event for event, plan in rows if _is_due(event, plan, _local(event, now))]


def _is_due(event: Event, plan: DailyReport, local: datetime) -> bool:
    before = plan.sent_on is not None and plan.sent_on >= local.date()
    return event.status != CANCELLED and local.date() <= event.ends_on and local.time() >= plan.at and not before


def _local(event: Event, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(event.timezone))


# --- what it says -----------------------------------------------------------------------------------


def _said(event: Event, facts: Sequence[Sentence], now: datetime) -> Sentence:
    notice = notices.NOTICES[notices.REPORT].sentence.source
    return Sentence(notice, {**_named(event, now), "text": lines("", *facts)})


def _named(event: Event, now: datetime) -> dict[str, Sentence]:
    return {"event": words(event_shapes.shape(event).name), "day": words(_local(event, now).date())}


def _facts(db: Session, slug: str, now: datetime) -> Sequence[Sentence]:
    """The figures as the dashboard has them, a sentence each."""
    seen = dashboard_query.get_dashboard(db, slug, now)
    today, total = people(seen.registered_today.people), seen.registered.people
    return (
        _("Registered: {people} today, {total} in all", people=today, total=total),
        _("Admitted: {count}", count=seen.admitted),
        _refused(seen),
        *_by_gate(seen),
        _("Messages failed today: {count}", count=_failed(db, slug, now)),
    )


def _refused(seen: Dashboard) -> Sentence:
    counted = [(RESULT_NAMES[result], times) for result, times in seen.refused.items() if times]
    count = sum(times for _name, times in counted)
    if not count:
        return _("Refused scans: {count}", count=0)
    reasons = joined(*(_with_number(name, times) for name, times in counted))
    return _("Refused scans: {count} ({reasons})", count=count, reasons=reasons)


def _by_gate(seen: Dashboard) -> Sequence[Sentence]:
    named = [(words(escape(gate.name)) if gate.name else NO_GATE, gate.admitted) for gate in seen.gates]
    counted = [_with_number(name, admitted) for name, admitted in named if admitted]
    return (_("Admitted by gate: {gates}", gates=joined(*counted)),) if counted else ()


def _failed(db: Session, slug: str, now: datetime) -> int:
    """Messages about the event that were owed today and have failed for good."""
    day = day_totals.load(db, scan_context.load(db, slug, None, now), now)
    states = ((key.what.partition(":")[2], total.times) for key, total in day.by_quarter_hour("message", day.begins))
    return sum(times for state, times in states if state.startswith(metrics.FAILED_PREFIX))


def _with_number(name: Sentence, number: int) -> Sentence:
    return Sentence("{name} {number}", {"name": name, "number": number})
