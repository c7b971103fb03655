"""A form judges as the chat does: the same values, the same codes, the same end."""

import json
from dataclasses import replace
from typing import Any

import pytest

from flows import engine
from flows.shapes import EventDay, Register, Say, SendOtp, SendPass, VerifyOtp
from flows.visitor.registration import REGISTRATION
from flows.visitor.web_registration import FIND_PASSES, PURPOSE, WEB_REGISTRATION
from tests.flows import events
from tests.flows.worlds import NOW, Talk, with_passes, world

DETAILS = {
    "language": "en",
    "full_name": "Asha Rao",
    "visit_date": "2026-01-17",
    "party_size": "3",
    "city": "Delhi",
    "phone": "98765 43210",
}
KNOWN = {"event": "demo"}


def codes(done: engine.Submitted) -> dict[str, str]:
    return {slot: no.code for slot, no in done.errors.items()}


def test_a_page_of_answers_asks_for_the_code_and_lacks_the_rest() -> None:
    done = engine.submit(WEB_REGISTRATION, DETAILS, world(), "en", KNOWN)
    assert codes(done) == {}
    assert done.missing == ("otp", "agree")
    assert done.effects == (SendOtp(PURPOSE, "+919876543210", "en", "demo"),)
    assert done.outcome == ()
    assert json.loads(json.dumps(done.values)) == done.values


def test_all_answers_come_to_what_the_chat_comes_to() -> None:
    given = {**DETAILS, "otp": "123456", "agree": "yes"}
    done = engine.submit(WEB_REGISTRATION, given, world(), "en", KNOWN)
    assert VerifyOtp(PURPOSE, "+919876543210", "123456") in done.effects
    talk = Talk(world(profile_name=""))
    turn = talk.say("hi", "1", "Asha Rao", "17 jan", "3", "Delhi", "yes")
    by_chat = [effect for effect in turn.effects if isinstance(effect, Register)]
    by_form = [effect for effect in done.outcome if isinstance(effect, Register)]
    assert [replace(effect, consent_text="") for effect in by_form] == [
        replace(effect, consent_text="") for effect in by_chat
    ]
    assert len(by_chat) == 1
    assert by_form[0].consent_text != by_chat[0].consent_text  # nobody types a yes on a page


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("visit_date", "sat"),
        ("visit_date", "3"),
        ("visit_date", "2026-01-17"),
        ("visit_date", "शनिवार"),
        ("party_size", "३"),
        ("language", "English"),
        ("party_size", "me, my wife and a kid"),
        ("city", " Delhi "),
    ],
)
def test_what_may_be_typed_in_the_chat_may_be_typed_here(slot: str, text: str) -> None:
    done = engine.submit(WEB_REGISTRATION, {**DETAILS, slot: text}, world(), "en", KNOWN)
    assert done.values[slot] == {"visit_date": "2026-01-17", "party_size": 3, "language": "en", "city": "Delhi"}[slot]


@pytest.mark.parametrize(
    ("slot", "text", "code"),
    [
        ("visit_date", "16 to 18 jan", "several_days"),
        ("visit_date", "sunday 17 jan", "day_contradicts"),
        ("visit_date", "after 17 jan", "day_unclear"),
        ("party_size", "my family", "not_a_number"),
        ("party_size", "2 or 3", "not_a_number"),
    ],
)
def test_what_is_not_plain_in_the_chat_is_not_plain_here(slot: str, text: str, code: str) -> None:
    assert codes(engine.submit(WEB_REGISTRATION, {**DETAILS, slot: text}, world(), "en", KNOWN)) == {slot: code}


def test_every_error_is_told_and_nothing_is_done() -> None:
    wrong = {**DETAILS, "full_name": "7", "party_size": "11", "visit_date": ""}
    done = engine.submit(WEB_REGISTRATION, wrong, world(), "en", KNOWN)
    assert codes(done) == {"full_name": "too_short", "party_size": "party_too_large", "visit_date": "empty"}
    assert set(done.values) == {"event", "language", "city", "phone"}
    assert (done.effects, done.outcome) == ((), ())


def test_the_day_decides_how_many_may_come() -> None:
    full = world()
    days = full.places["demo"]
    for day in days:
        days[day] = replace(days[day], left=2)
    done = engine.submit(WEB_REGISTRATION, DETAILS, full, "en", KNOWN)
    assert codes(done) == {"party_size": "only_some_left"}


def test_what_was_known_is_looked_at_again() -> None:
    earlier = engine.submit(WEB_REGISTRATION, DETAILS, world(), "en", KNOWN).values
    later = world()
    days: dict[Any, EventDay] = later.places["demo"]
    (saturday,) = [day for day in days if day.isoformat() == DETAILS["visit_date"]]
    days[saturday] = replace(days[saturday], left=0)
    done = engine.submit(WEB_REGISTRATION, {"agree": "yes"}, later, "en", {**earlier, "otp": "proved"})
    assert codes(done) == {"visit_date": "day_full"}


def test_a_question_may_be_left_out_by_leaving_it_empty() -> None:
    done = engine.submit(WEB_REGISTRATION, {**DETAILS, "city": ""}, world(), "en", KNOWN)
    assert (codes(done), done.values["city"]) == ({}, "")


def test_who_has_a_pass_for_the_day_gets_that_one() -> None:
    earlier = engine.submit(WEB_REGISTRATION, DETAILS, world(), "en", KNOWN).values
    held = with_passes("2026-01-17")
    done = engine.submit(WEB_REGISTRATION, {}, held, "en", {**earlier, "otp": "proved"})
    assert [type(effect) for effect in done.outcome if not isinstance(effect, Say)] == [SendPass]


@pytest.mark.parametrize("slug", ["soon", "shut", "full", "over", "off"])
def test_an_event_that_takes_nobody_ends_the_form_with_its_sentence(slug: str) -> None:
    there = world(events=())
    event, places = events.events(NOW)[slug]
    there.add(event, places)
    done = engine.submit(WEB_REGISTRATION, DETAILS, there, "en", {"event": slug})
    assert done.outcome
    assert all(isinstance(effect, Say) for effect in done.outcome)
    assert done.effects == ()


def test_a_form_knows_only_its_own_slots() -> None:
    done = engine.submit(FIND_PASSES, {**DETAILS, "evil": "1"}, world(), "en", {})
    assert dict(done.values) == {"phone": "+919876543210"}
    assert done.missing == ("otp",)


def test_every_question_of_the_chat_is_on_the_page_in_its_order() -> None:
    ours = [step.name for step in WEB_REGISTRATION.steps]
    assert [name for name in ours if name not in ("phone", "otp")] == [step.name for step in REGISTRATION.steps]
    assert set(REGISTRATION.refused) <= set(WEB_REGISTRATION.refused)
