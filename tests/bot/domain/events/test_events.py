from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, people
from bot.domain.events import shapes as event_shapes
from bot.domain.events import validation
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event
from bot.domain.passes import registration as registrations
from bot.errors import Refused
from flows import shapes
from flows.text import audiences, event_states
from flows.visitor import consent
from tests.bot.domain.builders import DAY, NOW, asking, refused

LAST = DAY + timedelta(days=3)


def create(db: Session, **changes: Any) -> Event:
    fields = {"slug": "mela", "name": "Mela", "starts_on": DAY, "ends_on": LAST, "now": NOW, **changes}
    return events.create(db, **fields)


def shape_of(db: Session, slug: str) -> shapes.Event:
    return next(event for event in events.snapshot(db, NOW) if event.slug == slug)


def test_a_new_event_is_closed_and_has_its_days_and_visitors(db: Session) -> None:
    made = create(db, capacity_per_day=100)
    assert made.status == "closed"
    assert [row.day for row in made.days] == [DAY + timedelta(days=passed) for passed in range(4)]
    assert {row.capacity for row in made.days} == {100}
    assert [(kind.number, kind.slug) for kind in made.kinds] == [(0, "visitor")]
    assert made.gates == []


def test_gates_have_slugs_of_their_names(db: Session) -> None:
    made = create(db, gates=("main", "Gate No. 5 (West)"))
    assert [(gate.slug, gate.name) for gate in made.gates] == [
        ("main", "main"),
        ("gate-no-5-west", "Gate No. 5 (West)"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slug": slug}, "bad_slug")
        for slug in ("", "Mela", "me la", "-mela", "mela-", "me--la", "मेला", "a" * 41, "mela\n")
    ]
    + [
        ({"name": ""}, "bad_name"),
        ({"name": "  "}, "bad_name"),
        ({"name": "n" * 121}, "bad_name"),
        ({"name": "bell\x07"}, "bad_name"),
        ({"names": {"hi": ""}}, "bad_name"),
        ({"names": {"xx": "Mela"}}, "bad_language"),
        ({"venue": "v" * 201}, "bad_venue"),
        ({"starts_on": LAST, "ends_on": DAY}, "bad_dates"),
        ({"starts_on": NOW}, "bad_dates"),
        ({"starts_on": "2027-01-14"}, "bad_dates"),
        ({"ends_on": DAY + timedelta(days=366)}, "too_many_days"),
        ({"opens": time(9)}, "bad_hours"),
        ({"closes": time(9)}, "bad_hours"),
        ({"opens": time(9), "closes": time(9)}, "bad_hours"),
        ({"opens": "09:00", "closes": "10:00"}, "bad_hours"),
        ({"timezone": "Asia/Atlantis"}, "bad_zone"),
        ({"timezone": "../etc/passwd"}, "bad_zone"),
        ({"timezone": "Asia"}, "bad_zone"),
        ({"timezone": ""}, "bad_zone"),
        ({"capacity_per_day": 0}, "bad_capacity"),
        ({"capacity_per_day": -5}, "bad_capacity"),
        ({"capacity_per_day": 10**9}, "bad_capacity"),
        ({"capacity_per_day": True}, "bad_capacity"),
        ({"max_party": 0}, "bad_party_limit"),
        ({"max_party": 256}, "bad_party_limit"),
        ({"policy": "twice"}, "bad_policy"),
        ({"languages": ()}, "bad_language"),
        ({"languages": ("en", "tlh")}, "bad_language"),
        ({"map_url": "javascript:alert(1)"}, "bad_map_url"),
        ({"map_url": "https://maps.example/a b"}, "bad_map_url"),
        ({"map_url": "https://maps.example/" + "a" * 500}, "bad_map_url"),
        ({"registration_opens_at": datetime(2027, 1, 1)}, "bad_dates"),  # noqa: DTZ001 - a moment without a zone is meant
        ({"consent": {"en": " "}}, "bad_text"),
        ({"colour": "red"}, "bad_colour"),
        ({"shape": "round"}, "no_such_field"),
        ({"status": "open"}, "no_such_field"),
    ],
)
def test_what_an_event_cannot_be(changes: dict[str, Any], code: str) -> None:
    without_any_database = Session()
    with refused(code):
        create(without_any_database, **changes)


def test_a_slug_goes_to_one_event(db: Session) -> None:
    with refused("slug_taken", slug="noise-one"):
        create(db, slug="noise-one")
    assert create(db).slug == "mela"


def test_what_an_event_cannot_become(db: Session, fair: Event) -> None:
    for changes, code in (({"ends_on": DAY - timedelta(days=1)}, "bad_dates"), ({"timezone": "Mars"}, "bad_zone")):
        with refused(code), db.begin_nested():
            events.change(db, "fair", **changes)
    db.refresh(fair)
    assert (fair.ends_on, fair.timezone) == (LAST, "Asia/Kolkata")


def test_an_event_that_goes_on_into_the_night_is_one(db: Session) -> None:
    assert create(db, opens=time(18), closes=time(2)).closes == time(2)


def test_a_mistyped_slug_is_told_with_the_nearest(db: Session, fair: Event) -> None:
    with refused("no_such_event", slug="fiar", nearest="fair"):
        events.by_slug(db, "fiar")
    with refused("no_such_event", slug="zzzzzzzz", nearest=""):
        events.by_slug(db, "zzzzzzzz")
    assert events.by_slug(db, " FAIR ") is fair


def test_opening_closing_and_cancelling(db: Session, fair: Event) -> None:
    for act, status in (
        (events.close_event, "closed"),
        (events.cancel_event, "cancelled"),
        (events.open_event, "open"),
    ):
        assert act(db, "fair").status == status
        assert shape_of(db, "fair").status == status
        with refused("no_such_event"):
            act(db, "unfair")
    assert {event.status for event in events.list_events(db)} == {"open"}


def test_capacity_cannot_fall_below_what_is_given(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    registrations.register(db, ring, **asking(asha, party_size=3))
    with refused("capacity_below_taken", day=DAY, taken=3), db.begin_nested():
        events.change(db, "fair", capacity_per_day=2)
    with refused("capacity_below_taken", day=DAY, taken=3), db.begin_nested():
        events.set_day(db, "fair", DAY, capacity=2)
    events.change(db, "fair", capacity_per_day=3)
    assert [day.left for day in events.days(db, "fair")] == [0, 3, 3, 3]
    events.change(db, "fair", capacity_per_day=None)
    assert {day.left for day in events.days(db, "fair")} == {None}


def test_a_day_with_its_own_capacity_keeps_it(db: Session, fair: Event) -> None:
    events.set_day(db, "fair", DAY, capacity=7)
    events.change(db, "fair", capacity_per_day=50)
    assert [day.left for day in events.days(db, "fair")] == [7, 50, 50, 50]
    events.set_day(db, "fair", DAY, capacity=None)
    assert events.days(db, "fair")[0].left is None


def test_days_follow_the_dates(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    events.change(db, "fair", starts_on=DAY + timedelta(days=1), ends_on=LAST + timedelta(days=1))
    assert [day.day for day in events.days(db, "fair")] == [DAY + timedelta(days=passed) for passed in range(1, 5)]
    registrations.register(db, ring, **asking(asha, visit_date=LAST))
    with refused("day_has_passes", day=LAST):
        events.change(db, "fair", ends_on=LAST - timedelta(days=1))


def test_a_day_can_be_closed_and_opened(db: Session, fair: Event) -> None:
    events.set_day(db, "fair", DAY, closed=True)
    assert [day.closed for day in events.days(db, "fair")] == [True, False, False, False]
    events.set_day(db, "fair", DAY, closed=False)
    assert not events.days(db, "fair")[0].closed
    with refused("no_such_day", day=LAST + timedelta(days=1)):
        events.set_day(db, "fair", LAST + timedelta(days=1), closed=True)


def test_new_words_to_agree_to_are_a_new_version(db: Session, fair: Event) -> None:
    events.change(db, "fair", consent={"en": "I agree to be counted."})
    assert fair.consent_version == 2
    events.change(db, "fair", consent={"en": "I agree to be counted."}, notice={"en": "Bring water."})
    assert fair.consent_version == 2
    shape = shape_of(db, "fair")
    assert (shape.consent, shape.notice) == ({"en": "I agree to be counted."}, {"en": "Bring water."})
    events.change(db, "fair", retention_days=30)
    assert (fair.consent_version, shape_of(db, "fair").retention_days) == (3, 30)


def test_the_snapshot_speaks_of_events_until_they_are_long_past(db: Session, fair: Event) -> None:
    def slugs(now: datetime) -> list[str]:
        return [event.slug for event in events.snapshot(db, now)]

    create(db, starts_on=DAY - timedelta(days=5))
    assert slugs(NOW)[0] == "mela"
    assert set(slugs(NOW)) == {"mela", "fair", "noise-one", "noise-two"}
    assert "fair" in slugs(NOW + timedelta(days=30))
    assert slugs(NOW + timedelta(days=60)) == []


def test_the_snapshot_is_what_was_said_of_the_event(db: Session) -> None:
    said: dict[str, Any] = {
        "name": "Mela",
        "names": {"hi": "मेला"},
        "venue": "Hall 1",
        "venues": {"hi": "हॉल 1"},
        "map_url": "https://maps.example/x",
        "opens": time(10),
        "closes": time(18, 30),
        "timezone": "Asia/Kathmandu",
        "registration_opens_at": NOW + timedelta(days=1),
        "policy": "in_out",
        "max_party": 4,
        "languages": ("hi", "en"),
        "questions": [{"name": "city", "kind": "text", "labels": {"en": "City?"}}],
    }
    create(db, **said)
    shape = shape_of(db, "mela")
    assert shape.name == {"en": "Mela", "hi": "मेला"}
    assert shape.venue == {"en": "Hall 1", "hi": "हॉल 1"}
    assert shape.questions == (shapes.Question("city", "text", {"en": "City?"}),)
    for name in ("map_url", "opens", "closes", "timezone", "registration_opens_at", "policy", "max_party", "languages"):
        assert getattr(shape, name) == said[name]
    assert event_states.state_of(shape, events.days(db, "mela"), NOW) == "not_yet_open"


def test_who_answers_is_told_in_the_readers_language_and_else_in_the_one_there_is(db: Session, fair: Event) -> None:
    events.change(db, "fair", organiser="Book Trust", purpose="entry", organisers={"hi": "पुस्तक न्यास"})
    before = fair.consent_version
    told = {code: consent.consent_text(shape_of(db, "fair"), code, another=False) for code in ("en", "hi", "ta")}
    assert ("Book Trust" in told["en"], "पुस्तक न्यास" in told["en"]) == (True, False)
    assert ("Book Trust" in told["hi"], "पुस्तक न्यास" in told["hi"], "entry" in told["hi"]) == (False, True, True)
    assert "Book Trust" in told["ta"]
    events.change(db, "fair", purposes={"hi": "प्रवेश"})
    assert fair.consent_version == before + 1  # whoever was just reading it is asked anew
    assert "entry" not in consent.consent_text(shape_of(db, "fair"), "hi", another=False)
    events.change(db, "fair", purposes={"hi": "प्रवेश"})
    assert fair.consent_version == before + 1
    events.change(db, "fair", organiser="")
    assert "पुस्तक न्यास" not in consent.consent_text(shape_of(db, "fair"), "hi", another=False)


def test_days_are_this_events_own(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    registrations.register(db, ring, **asking(asha))
    assert len(events.days(db, "fair")) == 4
    assert {day.left for day in events.days(db, "fair")} == {None}
    assert events.days(db, "no-such") == ()


def test_every_change_of_an_events_row_changes_the_revision(db: Session, fair: Event) -> None:
    revision = select(event_shapes.COUNT, event_shapes.CHANGES)
    seen = {db.execute(revision).one()}
    acts: list[Callable[[], Event]] = [
        lambda: events.close_event(db, "fair"),
        lambda: events.change(db, "fair", name="Big Fair"),
        lambda: events.set_questions(db, "fair", [{"name": "city", "kind": "text", "labels": {"en": "City?"}}]),
        lambda: create(db),
        lambda: events.open_event(db, "mela"),
    ]
    for act in acts:
        act()
        assert db.execute(revision).one() not in seen
        seen.add(db.execute(revision).one())


@pytest.mark.without_noise  # it is made only where there is no event
class TestTheDemoEvent:
    def test_it_is_as_the_contract_says(self, db: Session) -> None:
        made = events.make_demo(db, NOW)
        assert made is not None
        today = date(2027, 1, 10)
        assert (made.slug, made.status, made.starts_on, made.ends_on) == (
            "demo",
            "open",
            today,
            today + timedelta(days=8),
        )
        assert (made.opens, made.closes, made.capacity_per_day, made.max_party) == (None, None, None, 10)
        assert (made.policy, made.timezone, made.languages) == ("daily", "Asia/Kolkata", ["en", "hi"])
        assert [gate.slug for gate in made.gates] == ["main"]
        shape = shape_of(db, "demo")
        assert [(question.name, question.kind, question.required) for question in shape.questions] == [
            ("city", "text", False)
        ]
        assert set(shape.name) == set(shape.venue) == set(shape.questions[0].labels) == {"en", "hi"}
        assert len(event_states.open_days(shape, events.days(db, "demo"), NOW)) == 9

    def test_today_is_today_in_india(self, db: Session) -> None:
        made = events.make_demo(db, NOW.replace(hour=19))
        assert made is not None
        assert made.starts_on == date(2027, 1, 11)

    def test_it_is_made_once_and_only_where_there_is_none(self, database: Database) -> None:
        for expected in (True, False):
            with database.write() as db:
                assert (events.make_demo(db, NOW) is not None) is expected


def test_there_is_no_demo_besides_other_events(db: Session) -> None:
    assert events.make_demo(db, NOW) is None


def test_somebody_can_register_for_the_event_that_was_made(db: Session, ring: KeyRing) -> None:
    create(db)
    events.open_event(db, "mela")
    asha = people.find_or_make(db, phone="+919812345678", now=NOW)
    assert registrations.register(db, ring, **asking(asha, event="mela")).status == "valid"


@pytest.mark.parametrize(
    ("sentences", "words", "said"),
    [
        (("Welcome", "Yes"), ("commands.back",), "2 sentences (“Welcome”, …), 1 tables of words (commands.back, …)"),
        ((), (), "complete = true"),
    ],
)
def test_a_language_that_is_not_complete_cannot_be_offered(
    monkeypatch: pytest.MonkeyPatch, sentences: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(validation, "LANGUAGES", {"en": "English"})
    monkeypatch.setattr(audiences, "lacking", lambda language: sentences)
    monkeypatch.setattr(audiences, "lacking_words", lambda language: words)
    with pytest.raises(Refused) as no:
        validation.checked({"languages": ("en", "hi")})
    assert (no.value.code, no.value.params["lacking"]) == ("language_incomplete", said)
