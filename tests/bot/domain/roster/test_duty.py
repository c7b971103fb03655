"""For which event and gate somebody works: the roster as it is in this moment."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain import events, roster
from bot.domain.models import Event
from bot.domain.roster import duty, gates
from tests.bot.domain.builders import DAY, NOW, refused

PHONE = "+919833333333"
ON_THE_DAY = NOW + (DAY - NOW.date())


def works(db: Session, slug: str, **changes: str) -> int:
    return roster.add(db, slug, phone=PHONE, name="Leela", region="IN", now=NOW, **changes).id


def another(db: Session, slug: str, starts_on: date, days: int = 1) -> None:
    events.create(db, slug=slug, name=slug, starts_on=starts_on, ends_on=starts_on + timedelta(days=days - 1), now=NOW)
    works(db, slug)


def event_of(db: Session, now: datetime = ON_THE_DAY) -> str | None:
    found = duty.current_duty(db, PHONE, now)
    return found.event if found else None


def test_a_volunteer_with_the_gates_of_the_event(db: Session, fair: Event) -> None:
    gates.add(db, "fair", "Main")
    works(db, "fair")
    found = duty.current_duty(db, PHONE, NOW)
    assert found
    assert (found.event, found.gate, found.place, found.role) == ("fair", None, "main", "volunteer")
    gates.add(db, "fair", "North Gate")
    found = duty.current_duty(db, PHONE, NOW)
    assert found
    assert found.must_choose
    assert found.gates == (("main", "Main"), ("north-gate", "North Gate"))
    duty.choose_gate(db, found.staff_id, "north-gate")
    gates.close(db, "fair", "main")
    found = duty.current_duty(db, PHONE, NOW)
    assert found
    assert (found.place, found.gates) == ("north-gate", (("north-gate", "North Gate"),))
    assert not found.is_stopped
    gates.pause_entry(db, fair.id, None, NOW)
    found = duty.current_duty(db, PHONE, NOW)
    assert found
    assert (found.stopped, found.stopped_everywhere, found.is_stopped) == (("north-gate",), True, True)


def test_whoever_is_disabled_is_a_visitor_at_once(db: Session, fair: Event) -> None:
    works(db, "fair")
    assert event_of(db) == "fair"
    roster.set_enabled(db, PHONE, False, region="IN")
    assert event_of(db) is None


def test_an_event_that_is_over_or_cancelled_has_no_gate(db: Session, fair: Event) -> None:
    works(db, "fair")
    assert event_of(db, ON_THE_DAY + timedelta(days=3, hours=12)) == "fair"
    assert event_of(db, ON_THE_DAY + timedelta(days=4)) is None
    late = duty.former_duty(db, PHONE, ON_THE_DAY + timedelta(days=4))
    assert late
    assert (late.slug, late.status) == ("fair", "open")
    assert duty.former_duty(db, PHONE, ON_THE_DAY + timedelta(days=400)) is None
    events.cancel_event(db, "fair")
    assert event_of(db) is None
    found = duty.former_duty(db, PHONE, NOW)
    assert found
    assert found.status == "cancelled"
    roster.set_enabled(db, PHONE, False, region="IN")
    assert duty.former_duty(db, PHONE, NOW) is None


def test_of_several_events_the_one_that_is_on_unless_another_was_chosen_today(db: Session, fair: Event) -> None:
    another(db, "later", DAY + timedelta(days=30))
    another(db, "sooner", DAY - timedelta(days=1), days=9)
    assert event_of(db, NOW) == "sooner"
    works(db, "fair")
    assert event_of(db, ON_THE_DAY) == "sooner"
    duty.choose_event(db, PHONE, "later", ON_THE_DAY)
    assert event_of(db, ON_THE_DAY) == "later"
    assert event_of(db, ON_THE_DAY + timedelta(days=1)) == "sooner"
    duty.choose_event(db, PHONE, "fair", ON_THE_DAY)
    assert event_of(db, ON_THE_DAY + timedelta(days=1)) == "fair"
    with refused("not_on_roster"):
        duty.choose_event(db, PHONE, "noise-one", ON_THE_DAY)
