"""Invitations to a team: who may ask, until when, how many, and that nobody has a right before an admin says so."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, roster
from bot.domain.models import Event, Invitation, JoinRequest, Staff
from bot.domain.privacy import erasure
from bot.domain.roster import gates, invitations
from flows.understanding import codes, invitation_words
from flows.understanding.invitation_words import WORDS
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, refused

RAVI = "+919812345601"


@pytest.fixture
def invitation(db: Session, fair: Event) -> str:
    """An invitation to the fair's North gate, for two."""
    gates.add(db, "fair", "North")
    return invitations.invite(db, "fair", people=2, gate="north", now=NOW).words


def on_roster(db: Session) -> list[tuple[str, str, str | None, bool]]:
    found = roster.list_staff(db, "fair")
    return [(one.phone, one.role, one.gate.slug if one.gate else None, one.enabled) for one in found]


def test_whoever_joins_is_nobody_until_confirmed(db: Session, invitation: str) -> None:
    invitations.accept(db, invitation, RAVI, " Ravi  Kumar ", NOW)
    assert on_roster(db) == []
    [request] = invitations.list_waiting(db, "fair")
    assert (request.name, request.phone) == ("Ravi Kumar", RAVI)
    made = invitations.confirm(db, "fair", request.id, region="IN", now=NOW)
    assert (made.name, on_roster(db)) == ("Ravi Kumar", [(RAVI, "volunteer", "north", True)])
    assert invitations.list_waiting(db, "fair") == []
    with refused("nobody_waits"):
        invitations.confirm(db, "fair", request.id, region="IN", now=NOW)
    with refused("in_team_already"):
        invitations.accept(db, invitation, RAVI, "Ravi", NOW)


def test_who_is_declined_is_told_so_when_they_ask_again(db: Session, invitation: str) -> None:
    invitations.accept(db, invitation, RAVI, "Ravi", NOW)
    [request] = invitations.list_waiting(db, "fair")
    invitations.decline(db, "fair", request.id, now=NOW)
    assert on_roster(db) == []
    with refused("join_declined"):
        invitations.accept(db, invitation, RAVI, "Ravi", NOW)
    other = invitations.invite(db, "fair", now=NOW).words
    invitations.accept(db, other, RAVI, "Ravi", NOW)
    assert len(invitations.list_waiting(db, "fair")) == 1


def test_who_was_disabled_is_enabled_by_the_admin_who_confirms(db: Session, invitation: str) -> None:
    roster.add(db, "fair", phone=RAVI, name="Ravi", role="supervisor", region="IN", now=NOW)
    roster.set_enabled(db, RAVI, False, slug="fair", region="IN")
    invitations.accept(db, invitation, RAVI, "Another name", NOW)
    assert on_roster(db) == [(RAVI, "supervisor", None, False)]
    [request] = invitations.list_waiting(db, "fair")
    invitations.confirm(db, "fair", request.id, region="IN", now=NOW)
    assert on_roster(db) == [(RAVI, "supervisor", None, True)]


def test_it_ends_after_a_day_after_so_many_people_and_when_told(db: Session, invitation: str) -> None:
    for _ in range(2):  # a second message of the same person takes no second place
        invitations.accept(db, invitation, RAVI, "Ravi", NOW)
    almost = NOW + invitations.INVITATION_TTL - timedelta(seconds=1)
    invitations.accept(db, invitation, "+919812345602", "Mira", almost)
    with refused("invitation_ended", event={"en": "Book Fair"}):
        invitations.accept(db, invitation, "+919812345603", "Dev", almost)
    assert invitations.list_invitations(db, "fair", almost) == []
    second = invitations.invite(db, "fair", now=NOW).words
    assert [one.words for one in invitations.list_invitations(db, "fair", almost)] == [second]
    with refused("invitation_ended"):
        invitations.accept(db, second, "+919812345603", "Dev", NOW + invitations.INVITATION_TTL)
    third = invitations.invite(db, "fair", now=NOW).words
    invitations.end(db, "fair", third.lower(), NOW)
    with refused("invitation_ended"):
        invitations.accept(db, third, "+919812345603", "Dev", NOW)


def test_of_an_event_that_is_over_or_another_one(db: Session, invitation: str) -> None:
    with refused("no_such_invitation"):
        invitations.end(db, "noise-one", invitation, NOW)
    with refused("no_such_invitation"):
        invitations.accept(db, "RIVER-RIVER-RIVER", RAVI, "Ravi", NOW)
    with refused("no_phone_to_join"):
        invitations.accept(db, invitation, None, "Ravi", NOW)
    event = events.by_slug(db, "fair")
    event.starts_on = event.ends_on = NOW.date() - timedelta(days=1)
    db.flush()
    with refused("invitation_ended"):
        invitations.accept(db, invitation, RAVI, "Ravi", NOW)


@pytest.mark.parametrize("people", [0, -1, 201])
def test_bad_invitations(db: Session, fair: Event, people: int) -> None:
    with refused("bad_invitation", most=200):
        invitations.invite(db, "fair", people=people, now=NOW)
    with refused("no_such_gate"):
        invitations.invite(db, "fair", gate="nowhere", now=NOW)


def test_a_form_that_is_sent_twice_makes_one(db: Session, fair: Event) -> None:
    made = [invitations.invite(db, "fair", once="a form", now=NOW).words for _ in range(2)]
    assert made[0] == made[1]
    assert invitations.invite(db, "fair", once="another", now=NOW).words != made[0]


def test_who_only_asked_is_erased_and_forgotten_after_a_month(db: Session, invitation: str) -> None:
    for phone in (RAVI, "+919812345602"):
        invitations.accept(db, invitation, phone, "Ravi", NOW)
    erasure.erase(db, erasure.by_name(db, phone=RAVI), NOW, even_today=False, actor="visitor")
    assert [one.phone for one in invitations.list_waiting(db, "fair")] == ["+919812345602"]
    invitations.forget_old(db, NOW + invitations.REQUEST_TTL + timedelta(days=2))
    assert [db.scalar(select(func.count()).select_from(table)) for table in (JoinRequest, Invitation)] == [0, 0]


# --- races --------------------------------------------------------------------------------------


@pytest.fixture
def for_three(database: Database) -> str:
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY, now=NOW)
        return invitations.invite(db, "fair", people=3, now=NOW).words


@pytest.mark.race
def test_of_twelve_at_once_three_get_the_three_places(
    race: race_processes.Race, database: Database, for_three: str
) -> None:
    wishes = [(for_three, f"+9198123457{number:02}") for number in range(12)]
    assert Counter(race(accept, wishes)) == {"waits": 3, "invitation_ended": 9}
    with database.read() as db:
        assert db.scalars(select(Invitation.joined)).one() == 3
        assert len(invitations.list_waiting(db, "fair")) == 3


def test_without_the_condition_the_tables_check_still_holds(
    database: Database, for_three: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "check", _unchecked)
    monkeypatch.setattr(invitations, "take_place", _take_blindly)
    for number in range(3):
        accept(database, (for_three, f"+919812345{number}00"))
    with pytest.raises(IntegrityError):
        accept(database, (for_three, "+919812345900"))


@pytest.mark.race
def test_two_admins_confirm_one_person_once(race: race_processes.Race, database: Database, for_three: str) -> None:
    accept(database, (for_three, RAVI))
    assert sorted(race(confirm, range(4))) == ["confirmed", *["nobody_waits"] * 3]
    with database.read() as db:
        mine = select(Staff.phone).join(Event).where(Event.slug == "fair")
        assert list(db.scalars(mine)) == [RAVI]


def accept(database: Database, wish: tuple[str, str]) -> str:
    with database.write() as db:
        invitations.accept(db, *wish, "Ravi", NOW)
    return "waits"


def confirm(database: Database, _number: int) -> str:
    with database.read() as db:
        waiting = db.scalar(select(JoinRequest.id)) or 0
    with database.write() as db:
        invitations.confirm(db, "fair", waiting, region="IN", now=NOW)
    return "confirmed"


def _unchecked(db: Session, words: str, *_rest: object) -> Invitation:
    return db.scalars(select(Invitation).where(Invitation.words == words)).one()


def _take_blindly(db: Session, invitation: Invitation) -> None:
    invitation.joined += 1
    db.flush()


# --- words --------------------------------------------------------------------------------------


def test_an_invitation_is_never_taken_for_a_pass_code() -> None:
    assert len(set(WORDS)) == len(WORDS) > 250
    assert {len(word) for word in WORDS} <= {5, 6, 7}
    pairs = (f"{one}-{other}" for one in WORDS for other in WORDS)
    assert not any(codes.found(text) for text in (*WORDS, *pairs))
    assert codes.unlike("MANGO-RIVER-TOWER") == "MANGO-RIVER-TOWER"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("join MANGO-RIVER-TOWER", "MANGO-RIVER-TOWER"),
        (" Join  mango - river-tower. ", "MANGO-RIVER-TOWER"),
        ("JOIN mango river tower", "MANGO-RIVER-TOWER"),
        ("join mangoo-river-tower", "MANGOO-RIVER-TOWER"),
        ("join mangoo river tower", ""),
        ("please join mango-river-tower", ""),
        ("join MANGO-RIVER", ""),
        ("join us for the fair", ""),
        ("join B3D7-K2MM", ""),
    ],
)
def test_what_accepts_an_invitation(text: str, read: str) -> None:
    assert invitation_words.read(text) == read
