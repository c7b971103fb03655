"""The list of an event's passes: nobody twice, nobody left out, on any page in any order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.domain import people
from bot.domain.keys import KeyRing
from bot.domain.models import Event, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import reissue
from bot.domain.visitors import listing
from bot.domain.visitors.listing import PassFilter, PassPage
from flows.shapes.scans import ADMITTED
from tests.bot.domain.builders import DAY, NOW, asking, refused
from tests.bot.domain.gate import World
from tests.listening import statements

NAMES = ("Asha Verma", "Ravi Kumar", "आशा वर्मा", "Zoya Khan", "Meera D'Souza", "Ravi Rao", "Imran Ali")


@pytest.fixture
def listed_crowd(db: Session, ring: KeyRing, fair: Event, monkeypatch: pytest.MonkeyPatch) -> list[Pass]:
    """Seven people, on two days in turns; pages of three."""
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)
    return [_register(db, ring, number, name) for number, name in enumerate(NAMES)]


def _register(db: Session, ring: KeyRing, number: int, name: str) -> Pass:
    asker = people.find_or_make(db, phone=f"+91981234500{number}", now=NOW)
    wish: dict[str, Any] = {"full_name": name, "visit_date": DAY + timedelta(days=number % 2)}
    return registrations.register(db, ring, **asking(asker, **wish, channel="web" if number == 3 else "whatsapp"))


def ids(page: PassPage) -> list[int]:
    return [pass_.id for pass_ in page.passes]


def page(db: Session, wanted: PassFilter, **keys: str) -> PassPage:
    return listing.list_passes(db, "fair", wanted, region="IN", **keys)


def forwards(db: Session, wanted: PassFilter) -> Iterator[PassPage]:
    shown = page(db, wanted)
    yield shown
    while shown.after:
        shown = page(db, wanted, after=shown.after)
        yield shown


@pytest.mark.parametrize("sort", listing.SORTS)
def test_pages_hold_everybody_once_forwards_and_backwards(db: Session, listed_crowd: list[Pass], sort: str) -> None:
    orders: dict[str, list[Pass]] = {
        listing.NEWEST: listed_crowd[::-1],
        listing.OLDEST: listed_crowd,
        listing.BY_DAY: sorted(listed_crowd, key=lambda pass_: (pass_.day, pass_.id)),
        listing.BY_LAST_DAY: sorted(listed_crowd, key=lambda pass_: (pass_.day, pass_.id), reverse=True),
    }
    wanted = PassFilter(sort=sort)
    pages = list(forwards(db, wanted))
    assert [number for shown in pages for number in ids(shown)] == [pass_.id for pass_ in orders[sort]]
    assert [len(shown.passes) for shown in pages] == [3, 3, 1]
    assert pages[0].before == ""
    second = page(db, wanted, before=pages[2].before)
    assert ids(second) == ids(pages[1])
    first = page(db, wanted, before=second.before)
    assert (ids(first), first.before) == (ids(pages[0]), "")
    assert ids(page(db, wanted, after=first.after)) == ids(second)


def test_each_filter_holds_by_itself_and_with_a_name(db: Session, ring: KeyRing, listed_crowd: list[Pass]) -> None:
    reissue.revoke(db, listed_crowd[6].code, NOW)
    found = {
        "day": ids(page(db, PassFilter(day=DAY + timedelta(days=1), sort=listing.OLDEST))),
        "status": ids(page(db, PassFilter(status="revoked"))),
        "channel": ids(page(db, PassFilter(channel="web"))),
        "kind": ids(page(db, PassFilter(kind="visitor", text="zoya"))),
        "no kind": ids(page(db, PassFilter(kind="press"))),
        "name": ids(page(db, PassFilter(text="rav"))),
        "name and day": ids(page(db, PassFilter(text="rav", day=DAY))),
        "phone": ids(page(db, PassFilter(text="98123 45004"))),
        "code": ids(page(db, PassFilter(text=listed_crowd[0].code.lower()))),
    }
    wanted = {
        **{"day": [1, 3, 5], "status": [6], "channel": [3], "kind": [3], "no kind": [], "name": [5, 1]},
        **{"name and day": [], "phone": [4], "code": [0]},
    }
    assert found == {name: [listed_crowd[number].id for number in numbers] for name, numbers in wanted.items()}
    with refused("search_too_short", least=3):
        page(db, PassFilter(text="ra"))


def test_who_has_entered_is_told_and_taken_back(world: World) -> None:
    assert world.result() == ADMITTED
    inside = page(world.db, PassFilter(entered=True))
    assert (ids(inside), inside.entered) == ([world.issued.id], {world.issued.id: 4})
    assert world.issued.id not in ids(page(world.db, PassFilter(entered=False)))


@pytest.mark.parametrize("key", ["", "x", "2027-01-14", "2027-01-14.x", "2027-01-14.99999999999", "9.1"])
def test_a_key_of_nobody_is_the_first_page(db: Session, listed_crowd: list[Pass], key: str) -> None:
    assert ids(page(db, PassFilter(), after=key, before=key)) == ids(page(db, PassFilter()))


def test_a_page_costs_the_same_however_many_there_are(
    db: Session, listed_crowd: list[Pass], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = PassFilter(status="valid", kind="visitor", channel="whatsapp", entered=False, text="ravi")
    costs = []
    for size in (1, 6):
        monkeypatch.setattr(listing, "PAGE_SIZE", size)
        db.expunge_all()
        with statements() as told:
            found = len(page(db, PassFilter()).passes), len(page(db, wanted).passes)
        costs.append(len(told))
        assert found == (size, min(size, 2))
    assert costs[0] == costs[1] <= 12, told
