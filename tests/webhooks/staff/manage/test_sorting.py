"""Lists that are longer than their page, sorted without scripts: by what stands in the address."""

import re
from collections.abc import Callable

import pytest

from bot.domain import roster
from bot.domain.visitors import listing
from bot.service import Service
from tests.webhooks.staff.manage.pages import Office
from webhooks.staff.manage import audit_log
from webhooks.staff.manage.volunteers import roster as team_page

NAME = re.compile(r'<th scope="row">([\w ]+)')
HEAD = re.compile(r'<th scope="col" aria-sort="(\w+)"><a href="([^"]+)">([\w ]+) ')
LINKS = re.compile(r'href="/staff/manage/fair(/[\w]+\?[^"]*(?:after|before)=[^"]+)"')
ACT = re.compile(r"<li>\s*<p><strong>([^<]+)</strong>")
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


@pytest.fixture
def large_office(office: Office, service: Service, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A team of five, of whom two have a gate; pages of two."""
    monkeypatch.setattr(team_page, "PAGE_SIZE", 2)
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    monkeypatch.setattr(listing, "PAGE_SIZE", 1)
    with service.database.write() as db:
        for number, name in enumerate(("Zoya", "Dev")):
            phone = f"+91981234560{number}"
            roster.add(db, "fair", phone=phone, name=name, gate="main", region="IN", now=service.now())
    return office


def names(page: str) -> list[str]:
    """Who stands in the table of the team."""
    return [name.strip() for name in NAME.findall(page)]


def walk(office: Office, path: str, read: Callable[[str], list[str]]) -> list[str]:
    """What the pages from this one to the last hold; the same on the way back."""
    found = [read(page := office.get(path))]
    while "Next page" in page:
        page = office.get(LINKS.findall(page)[-1])
        found.append(read(page))
    back = [found[-1]]
    while "Previous page" in page:
        page = office.get(LINKS.findall(page)[0])
        back.append(read(page))
    assert back == found[::-1]
    return [one for page_of in found for one in page_of]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("", ["Anna", "Binod", "Dev", "Mira", "Ravi", "Zoya"]),
        ("-name", ["Zoya", "Ravi", "Mira", "Dev", "Binod", "Anna"]),
        ("role", ["Dev", "Ravi", "Zoya", "Mira", "Anna", "Binod"]),
        ("gate", ["Dev", "Zoya", "Anna", "Binod", "Mira", "Ravi"]),
        ("-phone", ["Binod", "Anna", "Mira", "Dev", "Zoya", "Ravi"]),
        ("online", ["Anna", "Binod", "Dev", "Mira", "Ravi", "Zoya"]),
        ("shoe", ["Anna", "Binod", "Dev", "Mira", "Ravi", "Zoya"]),
    ],
)
def test_the_whole_team_is_sorted_not_only_the_page(large_office: Office, sort: str, wanted: list[str]) -> None:
    assert walk(large_office, f"/volunteers?sort={sort}", names) == wanted
    assert "data-sorts" not in large_office.get(f"/volunteers?sort={sort}")


def test_the_head_says_which_way_and_leads_to_the_other(large_office: Office) -> None:
    [(way, address, column)] = HEAD.findall(large_office.get("/volunteers?sort=role&find=a"))
    assert (way, address, column) == ("ascending", "/staff/manage/fair/volunteers?find=a&sort=-role", "Role")
    assert HEAD.findall(large_office.get("/volunteers?sort=-role"))[0][0] == "descending"
    assert "data-sorts" in large_office.get("/volunteers?find=ravi")  # all of it is there: the browser sorts it


def test_who_is_disabled_on_the_second_page_leaves_one_there(large_office: Office) -> None:
    where = LINKS.findall(large_office.get("/volunteers?sort=-name"))[-1]
    mira = f"/volunteers/{large_office.staff['mira']}"
    answer = large_office.post(mira, on=where, to=mira, what="disable")
    assert names(large_office.get(answer.location.removeprefix("/staff/manage/fair"))) == ["Mira", "Dev"]


def test_the_audit_log_is_paged_either_way(large_office: Office) -> None:
    for name in ("One", "Two", "Three"):
        assert large_office.post("/gates", name=name).status_code == 303
    ravi = f"/volunteers/{large_office.staff['ravi']}"
    assert large_office.post(ravi, on="/volunteers?sort=-name", to=ravi, what="disable").status_code == 303
    assert large_office.post("/gates", name="Four").status_code == 303
    acts = walk(large_office, "/audit", ACT.findall)
    assert (len(acts), acts[1] != acts[0] == acts[2]) == (5, True)
    assert walk(large_office, "/audit?sort=at", ACT.findall) == acts[::-1]


@pytest.mark.parametrize("key", ["x", "9" * 30, "-1", "٣", "0"])
def test_a_key_of_nobody_is_the_first_page(large_office: Office, key: str) -> None:
    assert names(large_office.get(f"/volunteers?after={key}")) == ["Anna", "Binod"]
    assert "Previous page" not in large_office.get(f"/audit?after={key}&before={key}")


def test_the_order_of_visitors_can_stand_in_an_address(large_office: Office) -> None:
    page = large_office.get("/visitors?sort=-day")
    assert '<option value="-day" selected>' in page
    assert CODE.search(page)
