"""An admin's test pass: had before registration is open, else judged as every pass."""

from datetime import timedelta

import pytest

from bot.database import Database
from bot.delivery.dispatch.channel_choice import WAITING, ChannelChoice
from bot.domain import checkins, events
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.domain.roster import gates
from bot.usecases import trial_pass
from bot.usecases.trial_pass import TrialWish
from flows.shapes.scans import ADMITTED
from tests.bot.domain.builders import DAY, NOW, refused, taken
from tests.bot.domain.gate import NOON, scan

PHONE = "+919812345600"
CHOICE = ChannelChoice(PHONE, f"whatsapp:{PHONE}", None, WAITING)
WISH = TrialWish("fair", PHONE, "Anna", DAY, "en")


@pytest.fixture
def closed_fair(database: Database) -> Database:
    """A closed event with a place for one on each of its two days."""
    with database.write() as db:
        last = DAY + timedelta(1)
        events.create(db, slug="fair", name="Fair", capacity_per_day=1, starts_on=DAY, ends_on=last, now=NOW)
        gates.add(db, "fair", "Main")
    return database


def test_it_is_sent_before_registration_is_open_and_lets_in_on_its_day(closed_fair: Database, ring: KeyRing) -> None:
    with closed_fair.write() as db:
        assert trial_pass.days(db, "fair", NOW) == [DAY, DAY + timedelta(1)]
        made = trial_pass.send(db, ring, WISH, CHOICE, NOW)
        [delivery] = made.deliveries
        assert (db.get_one(Delivery, delivery).lane, made.sent) == (CHOICE.address, WAITING)
        assert (made.pass_.registration.full_name, made.pass_.registration.channel) == ("Anna", "trial")
        assert taken(db, events.by_slug(db, "fair")) == 1
        assert checkins.admit(db, ring, scan(made.pass_.code), NOON).result == ADMITTED


def test_a_second_one_for_the_day_and_a_full_or_past_day_are_refused(closed_fair: Database, ring: KeyRing) -> None:
    with closed_fair.write() as db:
        trial_pass.send(db, ring, WISH, CHOICE, NOW)
    with closed_fair.write() as db, refused("already_registered", day=DAY):
        trial_pass.send(db, ring, WISH, CHOICE, NOW)
    with closed_fair.write() as db:
        assert trial_pass.days(db, "fair", NOW) == [DAY + timedelta(1)]
    other = TrialWish("fair", "+919812345601", "Binod", DAY, "en")
    with closed_fair.write() as db, refused("day_full"):
        trial_pass.send(db, ring, other, CHOICE, NOW)
    with closed_fair.write() as db, refused("event_over"):
        trial_pass.send(db, ring, other, CHOICE, NOW + timedelta(30))


def test_a_cancelled_event_gives_none(closed_fair: Database, ring: KeyRing) -> None:
    with closed_fair.write() as db:
        events.cancel_event(db, "fair")
    with closed_fair.write() as db, refused("event_cancelled"):
        trial_pass.send(db, ring, WISH, CHOICE, NOW)
