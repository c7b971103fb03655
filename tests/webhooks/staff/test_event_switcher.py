"""The switch on top of every staff page: which events it lists, and where one click leads."""

import re
from html import unescape

from bot.domain import events, roster
from tests.webhooks.staff.manage.pages import OWNER, ROSTER, Office
from webhooks.staff import event_switcher

CHOICE = re.compile(r'<form method="post" action="(/staff/events[^"]*)">.*?name="event" value="([\w-]+)"', re.DOTALL)


def choices(office: Office, path: str, who: str) -> dict[str, str]:
    """The events that the switch on a page leads to, each with the address of its form."""
    page = office.of(who).get(path)
    assert page.status_code == 200
    switch = re.search(r'<details class="event-here">(.*?)</details>', page.text, re.DOTALL)
    return {slug: unescape(to) for to, slug in CHOICE.findall(switch[1])} if switch else {}


def at_other(office: Office, name: str, role: str) -> None:
    """Put somebody of the fair on the other event's team as well."""
    with office.service.database.write() as db:
        roster.add(
            db, "other", phone=ROSTER[name][0], name=name.title(), role=role, region="IN", now=office.service.now()
        )


def switched(office: Office, path: str, who: str) -> str:
    """Switch to the other event on this page: where that leads."""
    to = choices(office, path, who)["other"]
    token = re.search(r'name="csrf_token" value="([^"]+)"', office.of(who).get(path).text)
    assert token
    return office.of(who).post(to, data={"csrf_token": token[1], "event": "other"}).location


def test_who_works_at_one_event_reads_its_name_and_has_no_list(office: Office) -> None:
    page = office.of("ravi").get("/staff/desk").text
    assert '<p class="event-here">Book &lt;fair&gt;</p>' in page
    assert choices(office, "/staff/desk", "ravi") == {}


def test_one_click_leads_to_the_same_page_of_the_other_event(office: Office) -> None:
    at_other(office, "anna", "admin")
    assert switched(office, "/staff/manage/fair/days", "anna") == "/staff/manage/other/days"
    assert 'class="event-hint"' in office.of("anna").get("/staff/manage/other/days").text


def test_from_a_page_of_one_day_it_leads_to_the_event(office: Office) -> None:
    at_other(office, "anna", "admin")
    assert switched(office, f"/staff/manage/fair/days/{office.today}", "anna") == "/staff/manage/other"


def test_where_the_role_does_not_suffice_it_leads_to_their_own_page(office: Office) -> None:
    at_other(office, "anna", "volunteer")
    assert switched(office, "/staff/manage/fair", "anna") == "/staff/scan"


def test_an_owner_has_every_event_and_of_very_many_the_page_of_all(office: Office) -> None:
    assert choices(office, "/staff/dashboard", OWNER) == {"other": "/staff/events?next=/staff/dashboard"}
    now = office.service.now()
    with office.service.database.write() as db:
        for number in range(event_switcher.MAX_LISTED):
            events.create(db, slug=f"fair-{number}", name="Fair", now=now, starts_on=office.today, ends_on=office.today)
    assert len(choices(office, "/staff/dashboard", OWNER)) == event_switcher.MAX_LISTED
    assert '<a href="/staff/events">' in office.of(OWNER).get("/staff/dashboard").text
