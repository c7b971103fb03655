"""A kind of pass that is retired: no new passes of it, and those that there are stay as they are."""

from typing import Any

import pytest

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.checkins import walkups
from bot.domain.events import clone as events_clone
from bot.domain.keys import KeyRing
from bot.domain.passes import kinds
from bot.domain.roster import gates
from flows.shapes.scans import ADMITTED
from flows.shapes.walkup_effects import Walkup
from tests.bot.domain.builders import DAY, NOW, refused
from tests.bot.domain.gate import NOON, scan


@pytest.fixture
def fair_with_schools(database: Database) -> Database:
    """An event on its day, with visitors and schools."""
    with database.write() as db:
        events.create(db, slug="fair", name="Book Fair", starts_on=DAY, ends_on=DAY, now=NOW)
        gates.add(db, "fair", "Main")
        kinds.add(db, "fair", "school", labels={"en": "School"})
    return database


def a_walkup(request: str, kind: str = "school") -> Walkup:
    whole: dict[str, Any] = {
        "full_name": "Kamala Devi",
        "party_size": 2,
        "language": "en",
        "consent_version": 1,
        "gate": "main",
    }
    return Walkup(event="fair", request_id=request, kind=kind, **whole)


def test_passes_of_a_retired_kind_stay_good_and_no_more_are_made(fair_with_schools: Database, ring: KeyRing) -> None:
    with fair_with_schools.write() as db:
        code = walkups.register(db, ring, a_walkup("one"), NOON).code
        kinds.retire(db, "fair", "school", NOW)
    with fair_with_schools.write() as db, refused("no_such_kind", kind="school", there="visitor"):
        walkups.register(db, ring, a_walkup("two"), NOON)
    with fair_with_schools.write() as db:
        assert [kind.slug for kind in kinds.shapes_of(db, "fair")] == ["visitor"]
        assert [kind.slug for kind in kinds.list_kinds(db, "fair")] == ["visitor", "school"]
        assert checkins.admit(db, ring, scan(code), NOON).result == ADMITTED


def test_a_kind_is_given_out_again(fair_with_schools: Database, ring: KeyRing) -> None:
    with fair_with_schools.write() as db:
        kinds.retire(db, "fair", "school", NOW)
        kinds.retire(db, "fair", "school", None)
        assert walkups.register(db, ring, a_walkup("one"), NOON).kind == "school"


def test_the_kind_of_visitors_cannot_be_retired(fair_with_schools: Database) -> None:
    with fair_with_schools.write() as db, refused("kind_is_public", kind="visitor"):
        kinds.retire(db, "fair", "visitor", NOW)


def test_a_copy_of_the_event_has_no_retired_kinds(fair_with_schools: Database) -> None:
    with fair_with_schools.write() as db:
        kinds.retire(db, "fair", "school", NOW)
        made = events_clone.clone(db, "fair", "next", name="", starts_on=DAY, now=NOW)
        assert [kind.slug for kind in made.kinds] == ["visitor"]
