"""A message to many from the page: looked at first, sent once, watched, paused, resumed, cancelled."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain import audit, events
from bot.domain.messaging import broadcasts
from bot.domain.models import Broadcast, Delivery
from tests.webhooks.staff.manage.pages import Office, wrong
from webhooks.staff.manage.announcements import broadcast_preview

TEXT = "We are open until 8 pm."


def write(office: Office, who: str = "anna", **inputs: Any) -> str:
    """The address of the preview that comes of the form, below the event's."""
    form = {"what": "text", "texts-en": TEXT, "hours": "24", **inputs}
    answer = office.post("/broadcasts/new", who, **form)
    assert answer.status_code == 303, wrong(answer)
    return str(answer.location).removeprefix("/staff/manage/fair")


def sent(office: Office, **inputs: Any) -> Broadcast:
    """The broadcast that is begun from its preview, the form being sent twice."""
    draft = write(office, **inputs)
    form = office.form(draft)
    answers = [office.send(draft, form) for _click in range(2)]
    assert len({answer.location for answer in answers}) == 1
    with office.service.database.read() as db:
        [found] = broadcasts.list_broadcasts(db, "fair")
        assert answers[0].location.endswith(f"/broadcasts/{found.id}")
        return found


def test_a_message_is_previewed_and_sent_once_by_who_did_it(office: Office) -> None:
    draft = write(office, **{"texts-hi": "हम रात 8 बजे तक खुले हैं।"})
    page = office.get(draft)
    assert TEXT in page
    assert "Send it to 1 person" in page
    form = office.form(draft)
    before = office.acts()
    answers = [office.send(draft, form) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert office.count(Broadcast) == 1
    assert office.acts()[len(before) :] == [(audit.BROADCAST_BEGUN, office.staff["anna"])]
    office.service.broadcast_sender.run(office.service.now())
    with office.service.database.read() as db:
        [row] = db.scalars(select(Delivery).where(Delivery.broadcast_id.is_not(None)))
        assert TEXT in row.payload["body"]
    assert "every 2s" in office.get("/broadcasts/1/figures")
    assert TEXT in office.get("/broadcasts/1")


def test_the_preview_says_in_a_sentence_who_gets_it_and_shows_it_as_it_is_read(office: Office) -> None:
    """Of one person who did not write, before there is a template; no limit of WhatsApp's is as small."""
    page = office.get(write(office))
    [lead] = re.findall(r'<p class="lead">([^<]*)</p>', page)
    assert re.findall(r"\d+", lead) == ["0", "1", "1", "24", "24"]
    assert "<strong>stop</strong>" in page
    assert "*stop*" not in page
    assert "250" not in page


def test_it_is_paused_resumed_and_cancelled_after_a_question(office: Office) -> None:
    number = sent(office).id

    def status() -> str:
        with office.service.database.read() as db:
            return broadcasts.find(db, number).status

    page = f"/broadcasts/{number}"
    shown = office.get(page)
    assert ("<strong>stop</strong>" in shown, "*stop*" in shown) == (True, False)
    token = office.form(page, f"{page}/pause")
    assert [office.send(f"{page}/pause", token).status_code for _click in range(2)] == [303, 303]
    assert status() == broadcasts.PAUSED
    assert "every 2s" not in office.get(page)
    office.send(f"{page}/resume", token)
    assert status() == broadcasts.RUNNING
    form = office.form(f"{page}/cancel")
    assert status() == broadcasts.RUNNING
    office.send(f"{page}/cancel", form)
    assert status() == broadcasts.CANCELLED
    refused = office.send(f"{page}/resume", form)
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    acts = [what for what, _who in office.acts() if what.startswith("broadcast")]
    assert acts == [
        *(audit.BROADCAST_BEGUN, audit.BROADCAST_PAUSED),
        *(audit.BROADCAST_RESUMED, audit.BROADCAST_CANCELLED),
    ]


def test_whom_it_is_for_is_kept_as_the_command_keeps_it(office: Office) -> None:
    tomorrow = (office.today + timedelta(1)).isoformat()
    chosen = {"days": [office.today.isoformat(), tomorrow], "languages": ["en", "hi"], "entered": "no"}
    made = sent(office, **chosen, channels=["web", "whatsapp"], hours="5")
    assert made.selection == chosen | {"entered": False, "channels": ["web", "whatsapp"]}
    assert made.until - made.created_at == timedelta(hours=5)
    assert made.made_by == "Anna"


@pytest.mark.parametrize(
    ("inputs", "at"),
    [
        ({"texts-en": ""}, ["texts"]),
        ({"texts-hi": "x" * 1001}, ["texts"]),
        ({"hours": "73"}, ["hours"]),
        ({"hours": "soon", "what": "notice"}, ["hours", "what"]),
        ({"what": "day_cancelled"}, ["days"]),
        ({"what": "reminder"}, ["days"]),
        ({"days": "2020-01-01"}, ["days"]),
        ({"days": "soon"}, ["days"]),
        ({"kinds": "press"}, ["kinds"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_input_with_all_that_was_typed(
    office: Office, inputs: dict[str, str], at: list[str]
) -> None:
    answer = office.post("/broadcasts/new", **{"what": "text", "texts-en": TEXT, "hours": "24", **inputs})
    assert (answer.status_code, wrong(answer)) == (422, [one for one in at if one != "kinds"])
    assert "texts-en" in inputs or TEXT in answer.text


def test_a_message_can_be_changed_before_it_is_sent(office: Office) -> None:
    draft = write(office, entered="yes")
    page = office.get(f"{draft}/change")
    assert TEXT in page
    assert re.search(r'value="yes" selected', page)


def test_many_people_are_counted_from_request_to_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_preview, "LOOK_SECONDS", 0.0)
    draft = write(office)
    first = office.get(draft)
    assert ("hx-get" in first, "Send it" in first) == (True, False)
    assert office.send(draft, {**office.form("/broadcasts/new")}).status_code == 200  # not before all are counted
    assert office.count(Broadcast) == 0
    assert "Send it to 1 person" in office.get(f"{draft}/figures")


def test_a_message_for_nobody_is_not_sent(office: Office) -> None:
    draft = write(office, entered="yes")
    assert "<button>Send" not in office.get(draft)
    refused = office.send(draft, office.form("/broadcasts/new"))
    assert (refused.status_code, office.count(Broadcast)) == (422, 0)


def test_the_notice_is_sent_as_it_stands_and_a_reminder_without_the_clocks(office: Office) -> None:
    with office.service.database.write() as db:
        events.change(db, "fair", notice={"en": "Gate 2 is closed."})
    draft = write(office, what="notice")
    assert "Gate 2 is closed." in office.get(draft)
    today = office.today.isoformat()
    made = sent(office, what="reminder", days=[today])
    office.service.broadcast_sender.run(office.service.now())
    with office.service.database.read() as db:
        assert broadcasts.find(db, made.id).status != broadcasts.CANCELLED


def test_nothing_of_another_event_is_seen_or_changed(office: Office) -> None:
    number, draft = sent(office).id, write(office)
    theirs = office.of("chitra")
    for path in ("", "/figures", "/cancel"):
        assert theirs.get(f"/staff/manage/other/broadcasts/{number}{path}").status_code == 404
    assert theirs.get(f"/staff/manage/other{draft}/figures").status_code == 410
    assert theirs.get(f"/staff/manage/other{draft}").location.endswith("/broadcasts")
    token = office.form("/broadcasts/new")
    assert office.of("anna").post(f"/staff/manage/fair/broadcasts/{number + 1}/pause", data=token).status_code == 404
