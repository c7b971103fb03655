"""Whom a broadcast is for: each person once, by pass, day, entry, language, kind and channel."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain import checkins, passes, people
from bot.domain.keys import KeyRing
from bot.domain.messaging import audience
from bot.domain.messaging.audience import Selection
from bot.domain.models import Contact, Event, Pass
from bot.domain.passes import kinds
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import Scan
from tests.bot.domain.builders import DAY, NOW, asking, refused

NEXT = DAY + timedelta(days=1)
ASHA, RAVI, MIRA, OMAR = "+919812345601", "+919812345602", "+919812345603", "+919812345604"


@pytest.fixture
def crowd(db: Session, ring: KeyRing, fair: Event) -> dict[str, Pass]:
    """Asha with two passes, Ravi in Hindi by the web, Mira whose pass is gone, Omar a guest of several days."""
    guest = kinds.add(db, "fair", "guest", labels={"en": "Guest"}, days=[DAY, NEXT])
    made = {
        "asha": _registered(db, ring, ASHA),
        "asha again": _registered(db, ring, ASHA, visit_date=NEXT),
        "ravi": _registered(db, ring, RAVI, language="hi", channel="web", visit_date=NEXT),
        "mira": _registered(db, ring, MIRA),
        "omar": _registered(db, ring, OMAR),
    }
    made["omar"].kind_id = guest.id
    mira = made["mira"]
    passes.cancel(db, contact=db.get_one(Contact, mira.holder_id), code=mira.code, now=NOW)
    return made


def _registered(db: Session, ring: KeyRing, phone: str, **changes: Any) -> Pass:
    return registrations.register(db, ring, **asking(people.find_or_make(db, phone=phone, now=NOW), **changes))


def meant(db: Session, event: Event, most: int = 2, **selected: Any) -> list[str]:
    """The phones of those who are meant, by pages of two contacts."""
    found: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        page = audience.page(db, event, audience.checked(db, event, Selection(**selected)), cursor, most)
        found += [lane for person in page.people for lane in person.addresses]
        cursor = page.cursor
    return [lane.removeprefix("whatsapp:") for lane in found]


MEANT: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [ASHA, RAVI, OMAR]),
    ({"days": (DAY.isoformat(),)}, [ASHA, OMAR]),
    ({"days": (NEXT.isoformat(),)}, [ASHA, RAVI, OMAR]),
    ({"days": (NEXT.isoformat(),), "begins": True}, [ASHA, RAVI]),
    ({"since": NEXT.isoformat()}, [ASHA, RAVI, OMAR]),
    ({"since": (NEXT + timedelta(days=1)).isoformat()}, []),
    ({"languages": ("hi",)}, [RAVI]),
    ({"channels": ("web",)}, [RAVI]),
    ({"kinds": ("guest",)}, [OMAR]),
    ({"kinds": ("visitor",), "languages": ("en",)}, [ASHA]),
]


def test_each_person_once(db: Session, fair: Event, crowd: dict[str, Pass]) -> None:
    for selected, who in MEANT:
        assert meant(db, fair, **selected) == who, selected
        assert Selection.from_json(Selection(**selected).to_json()) == Selection(**selected)


@pytest.mark.databases("sqlite")  # it tells its plan in words
def test_a_page_goes_through_no_more_than_its_own_people(db: Session, fair: Event, crowd: dict[str, Pass]) -> None:
    wanted = Selection(since=DAY.isoformat(), entered=False)
    page = audience._in_selection(db, fair, wanted).where(Pass.holder_id > 1, Pass.holder_id <= 2)
    told = page.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
    plan = [row[-1] for row in db.execute(text(f"EXPLAIN QUERY PLAN {told}"))]
    assert [step for step in plan if "SEARCH passes" in step and "holder_id>?" in step]
    assert not [step for step in plan if step in ("SCAN passes", "SCAN contacts", "SCAN registrations")]


def test_whoever_has_entered_or_not(db: Session, ring: KeyRing, fair: Event, crowd: dict[str, Pass]) -> None:
    gates.add(db, "fair", "Main")
    noon = NOW + (DAY - NOW.date())
    checkins.admit(db, ring, Scan(crowd["asha"].code, "one", "fair", "api", "main"), noon)
    assert meant(db, fair, entered=True) == [ASHA]
    assert meant(db, fair, entered=False) == [ASHA, RAVI, OMAR]
    assert meant(db, fair, entered=False, days=(DAY.isoformat(),)) == [OMAR]
    assert meant(db, fair, entered=True, days=(NEXT.isoformat(),)) == []


def test_their_own_language_goes_before_that_of_the_registration(
    db: Session, fair: Event, crowd: dict[str, Pass]
) -> None:
    asha = db.get_one(Contact, crowd["asha"].holder_id)
    asha.language = "hi"
    db.flush()
    assert meant(db, fair, languages=("hi",)) == [ASHA, RAVI]


def test_a_day_or_kind_that_there_is_not(db: Session, fair: Event) -> None:
    with refused("no_such_day", day=DAY - timedelta(days=1)):
        audience.checked(db, fair, Selection(days=((DAY - timedelta(days=1)).isoformat(),)))
    with refused("no_such_kind", kind="king"):
        audience.checked(db, fair, Selection(kinds=("king",)))
