"""The team by list and by invitation, as its admins do it in a browser."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from bot.domain import audit, roster
from bot.domain.models import Delivery, Invitation, JoinRequest
from bot.domain.roster import invitations
from tests.listening import statements
from tests.webhooks.staff.manage.pages import Office, inputs, wrong

LIST = "/volunteers/list"
INVITE = "/volunteers/invitations"
MESSY = "phone,name,role,gate\n98123 45601, Dev  Rao ,,main\n+919811111111,Ravi K,supervisor,\n"
TEXT = re.compile(r'<textarea id="pasted"[^>]*>(.*?)</textarea>', re.DOTALL)


def team(office: Office) -> dict[str, tuple[str, str, str | None]]:
    with office.service.database.read() as db:
        rows = roster.list_staff(db, "fair")
        return {one.phone: (one.name, one.role, one.gate.slug if one.gate else None) for one in rows}


def looked_at(office: Office, **given: Any) -> Any:
    return office.post(LIST, what="preview", **given)


# --- a list ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["pasted", "dropped"])
def test_a_list_is_looked_at_and_then_taken(office: Office, how: str) -> None:
    before = team(office)
    given = {"pasted": MESSY} if how == "pasted" else {"file": (BytesIO(MESSY.encode("utf-16")), "team.csv")}
    seen = looked_at(office, **given)
    assert (seen.status_code, team(office)) == (200, before)
    assert "Take 2 people" in seen.text
    assert 'class="rows" data-sorts' in seen.text
    kept = TEXT.search(seen.text)
    assert kept
    taken = office.send(LIST, {**office.form(LIST), "pasted": kept[1], "what": "take"})
    assert taken.status_code == 303
    now = team(office)
    assert now["+919812345601"] == ("Dev Rao", "volunteer", "main")
    assert now["+919811111111"] == ("Ravi K", "supervisor", None)
    assert (office.last().what, office.last().staff_id) == (audit.STAFF_IMPORTED, office.staff["anna"])
    assert 'value="take"' not in looked_at(office, pasted=kept[1]).text  # nothing more to do


def test_nothing_of_a_list_is_taken_while_a_row_is_wrong(office: Office) -> None:
    before, bad = team(office), MESSY + "12,Nobody,,\n9812345602,Lost,,nowhere\n"
    seen = looked_at(office, pasted=bad)
    assert seen.status_code == 422
    assert 'value="take"' not in seen.text
    forced = office.send(LIST, {**office.form(LIST), "pasted": bad, "what": "take"})
    assert (forced.status_code, team(office)) == (422, before)
    assert audit.STAFF_IMPORTED not in [what for what, _ in office.acts()]


@pytest.mark.parametrize(
    "pasted", ["98123 45601\tDev Rao\n98123 45602\tMira Das\n", "Dev Rao,9812345601,Volunteer\nMira Das,9812345602\n"]
)
def test_a_list_without_names_of_columns_is_read_where_it_is_plain(office: Office, pasted: str) -> None:
    assert "Take 2 people" in looked_at(office, pasted=pasted).text


@pytest.mark.parametrize(
    "given",
    [
        {"pasted": ""},
        {"pasted": "Dev Rao\nMira Das\n"},
        {"pasted": "9812345601,Dev,9812345602\n"},
        {"pasted": "phone,name,salary\n9812345601,Dev,1\n"},
        {"file": (BytesIO(b"\x89PNG\r\n\x1a\n\x00\x00"), "photo.png")},
        {"file": (BytesIO(b"PK\x03\x04 no workbook"), "team.xlsx")},
    ],
)
def test_what_is_no_list_is_told_why(office: Office, given: dict[str, Any]) -> None:
    before = team(office)
    answer = looked_at(office, **given)
    assert (answer.status_code, wrong(answer), team(office)) == (422, ["pasted"], before)


# --- invitations ----------------------------------------------------------------------------------


@pytest.fixture
def invitation_words(office: Office) -> str:
    """Of an invitation for two, made on the page."""
    assert office.post(INVITE, people="2", gate="main").status_code == 303
    with office.service.database.read() as db:
        return invitations.list_invitations(db, "fair", office.service.now())[0].words


def ask(office: Office, words: str, number: int = 1) -> str:
    phone = f"+91981234560{number}"
    with office.service.database.write() as db:
        invitations.accept(db, words, phone, f"Dev {number}", office.service.now())
    return phone


def test_an_invitation_has_a_link_and_a_qr_and_ends(office: Office, invitation_words: str) -> None:
    page = office.get(INVITE)
    assert f"join {invitation_words}" in page
    assert "data:image/png;base64," in page
    assert (office.last().what, office.last().staff_id) == (audit.TEAM_INVITED, office.staff["anna"])
    sent = {**office.form(INVITE), "people": "3", "gate": ""}
    assert [office.send(INVITE, sent).status_code for _ in range(2)] == [303, 303]
    assert office.count(Invitation) == 2
    assert (
        office.send(
            f"{INVITE}/{invitation_words}/end", office.form(INVITE, f"{INVITE}/{invitation_words}/end")
        ).status_code
        == 303
    )
    assert invitation_words not in office.get(INVITE)
    assert office.send(f"{INVITE}/RIVER-RIVER-RIVER/end", sent).status_code == 404


@pytest.mark.parametrize(("given", "field"), [({"people": "0"}, "people"), ({"people": "many"}, "people")])
def test_a_bad_invitation_is_told_at_the_input(office: Office, given: dict[str, str], field: str) -> None:
    answer = office.post(INVITE, **given)
    assert (answer.status_code, wrong(answer), office.count(Invitation)) == (422, [field], 0)
    assert inputs(answer.text)["people"] == given["people"]


def test_who_has_joined_is_confirmed_or_declined_once(office: Office, invitation_words: str) -> None:
    first, second = ask(office, invitation_words), ask(office, invitation_words, 2)
    page = office.get("/volunteers")
    assert page.index("Dev 1") < page.index("Dev 2")
    paths = [f"/volunteers/requests/{number}" for number in (1, 2)]
    kept = office.form("/volunteers", paths[0], "binod")
    assert office.post("/volunteers", to=paths[0], what="confirm").status_code == 303
    assert office.last().what == audit.JOIN_CONFIRMED
    assert office.post("/volunteers", to=paths[1], what="decline").status_code == 303
    assert office.last().what == audit.JOIN_DECLINED
    acts, now = office.acts(), team(office)
    assert office.send(paths[0], {**kept, "what": "decline"}, "binod").status_code == 303
    assert (office.acts(), team(office)) == (acts, now)
    assert now[first] == ("Dev 1", "volunteer", "main")
    assert second not in now
    assert office.count(Delivery) == 2  # each is told
    assert office.send(paths[0], {**kept, "what": "dance"}, "binod").status_code == 404


def test_another_events_admin_answers_nobody(office: Office, invitation_words: str) -> None:
    ask(office, invitation_words)
    kept = office.form("/volunteers", "/volunteers/requests/1")
    answer = office.of("chitra").post("/staff/manage/other/volunteers/requests/1", data={**kept, "what": "confirm"})
    assert answer.status_code in (303, 400)  # not there for them, and no token of theirs
    with office.service.database.read() as db:
        assert [one.status for one in db.query(JoinRequest)] == ["waiting"]


def test_the_pages_cost_the_same_however_many_there_are(office: Office, invitation_words: str) -> None:
    office.get("/volunteers")  # says once that the invitation is made, and what is next
    costs = []
    for number in (1, 2):
        ask(office, invitation_words, number)
        with statements() as told:
            office.get("/volunteers")
            office.get(INVITE)
        costs.append(len(told))
    assert costs[0] == costs[1], told
    later = office.service.now() + timedelta(days=2)
    with office.service.database.read() as db:
        assert invitations.list_invitations(db, "fair", later) == []
