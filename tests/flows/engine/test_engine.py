"""The machine: what each message does to a conversation, whatever conversation it is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.delivery.templates.interactive import build_card
from flows import engine
from flows.engine.catalogue import FLOWS
from flows.sandbox.world import demo
from flows.shapes import (
    EventDay,
    KeepLanguage,
    MarkFailuresTold,
    Register,
    Say,
    Turn,
    UserInput,
)
from flows.text import phrases
from flows.visitor.consent import CONSENT_SHOWN
from tests.flows.turns import done, says, tap
from tests.flows.worlds import CODES, NOW, Talk, with_passes, world


def says_of(turn: Turn) -> list[Say]:
    return [effect for effect in turn.effects if isinstance(effect, Say)]


def test_the_contracts_seven_messages() -> None:
    talk = Talk(world())
    steps = []
    for message in ("hi", "1", "Asha Rao", "1", "3", "Delhi", "yes"):
        talk.say(message)
        steps.append(talk.asked)
    assert steps == ["language", "full_name", "visit_date", "party_size", "city", "agree", ""]
    assert done(talk.turn) == [Register]
    assert talk.results["party_size"] == 3


def test_what_the_first_message_says_is_not_asked() -> None:
    talk = Talk(world())
    talk.say("register 3 people for saturday", "1", "Asha Rao")
    assert talk.asked == "city"
    assert talk.turn.state.answers["visit_date"] == "2026-01-17"
    assert talk.turn.state.answers["party_size"] == 3


def test_what_the_first_message_says_is_not_asked_where_several_events_are_open() -> None:
    talk = Talk(world())
    talk.world.add(demo(NOW, "fair"))
    talk.say("register 3 people for saturday", "1")
    assert talk.asked == "event"
    talk.say("2", "Asha Rao")
    assert talk.asked == "city"
    assert talk.turn.state.answers.keys() == {"language", "event", "full_name", "visit_date", "party_size"}


def test_a_found_answer_that_does_not_hold_is_asked_with_the_reason() -> None:
    talk = Talk(world())
    talk.world.places["demo"][date(2026, 1, 16)] = EventDay(date(2026, 1, 16), 2, closed=False)
    talk.say("5 people", "1", "Asha", "kal")
    assert talk.asked == "party_size"
    assert says(talk.turn, "only_some_left")


def test_several_events_are_listed_after_the_language() -> None:
    talk = Talk(world())
    talk.world.add(demo(NOW, "fair"))
    talk.say("hi")
    assert talk.asked == "language"
    talk.say("1")
    assert talk.asked == "event"


def test_a_list_that_is_too_long_is_seen_part_by_part_and_nothing_else_changes() -> None:
    talk = Talk(world())
    for number in range(23):
        talk.world.add(replace(demo(NOW, f"fair-{number:02}"), name={"en": f"Fair {number}", "hi": f"मेला {number}"}))
    before = talk.say("hi", tap("en", "language")).state
    shown, further = set(), ["more:0"]
    while further:
        card = build_card(says_of(talk.turn), "en", {}, "")
        assert card
        shown |= set(card.values)
        further = [value for value in card.values if value.startswith("more:")]
        assert not further or talk.say(tap(further[0], "event")).state == before
    offered = {option.id for option in says_of(talk.turn)[-1].options}
    assert offered <= shown
    assert len(offered) == 24
    assert talk.say(tap("more:99", "event")).state.asked == "event"
    talk.say(tap("fair-22", "event"))
    assert talk.turn.state.answers["event"] == "fair-22"


def test_a_tap_counts_only_for_its_question() -> None:
    talk = Talk(world())
    talk.say("hi", tap("en", "language"))
    assert talk.asked == "full_name"
    for old in (tap("hi", "language"), tap("hi")):
        turn = talk.say(old)
        assert talk.asked == "full_name"
        assert says(turn, phrases.OLD_TAP)
    assert talk.turn.state.language == "en"
    talk.say("Asha", tap("2026-01-17"))
    assert talk.turn.state.answers["visit_date"] == "2026-01-17"


def test_a_tap_while_nothing_is_going_on_begins_something() -> None:
    assert Talk(world()).say(tap("2026-01-17", "visit_date")).state.flow == "registration"


def test_the_profile_name_is_taken_by_a_yes() -> None:
    for message in ("1", "haan", tap("suggested", "full_name")):
        talk = Talk(world(profile_name="Asha Rao"))
        talk.say("hi", "1", message)
        assert talk.turn.state.answers["full_name"] == "Asha Rao"


def test_no_number_is_the_example_of_choices_that_may_be_buttons() -> None:
    talk = Talk(with_passes())
    turn = talk.say("menu", "zzz", "zzz", "zzz")
    assert says(turn, phrases.ASK_HELP)
    assert not says(turn, phrases.EXAMPLE)


def test_after_three_unusable_answers_an_example_is_given() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha")
    for tries in (1, 2, 3, 4):
        turn = talk.say("whenever")
        assert turn.state.tries == tries
        assert says(turn, phrases.ASK_HELP) is (tries >= 3)
    assert talk.say("1").state.tries == 0


def test_a_picture_as_the_first_message_begins_too() -> None:
    assert Talk(world()).say(UserInput("stop", form="image")).state.flow == "registration"


def test_an_event_that_closes_meanwhile_ends_the_conversation_at_the_next_message() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha")
    talk.world.events = (replace(talk.world.events[0], status="closed"),)
    turn = talk.say("whenever")
    assert turn.state.flow == ""


def test_an_events_question_that_is_taken_away_meanwhile() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "1", "3")
    assert talk.asked == "city"
    talk.world.events = (replace(talk.world.events[0], questions=()),)
    turn = talk.say("Delhi")
    assert talk.asked == "agree"
    assert says(turn, phrases.CHANGED)


def test_passes_that_did_not_arrive_are_told_once() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.world.person = replace(talk.world.person, failed_codes=(CODES[0],))
    assert MarkFailuresTold in done(talk.say("hi"))
    assert MarkFailuresTold not in done(talk.say("menu"))


def test_nothing_but_the_language_is_kept_of_a_conversation_that_ended() -> None:
    talk = Talk(world())
    talk.say("hi", "2", "Asha", "1", "3", "skip", "yes")
    assert talk.kept == engine.to_json(engine.revive(None)[0].but(language="hi"))


# --- refusals -----------------------------------------------------------------------------------


def test_a_day_that_filled_up_is_asked_again_and_the_rest_is_kept() -> None:
    talk = Talk(world(refusals=[("Register", "day_full", {"day": date(2026, 1, 15)})]))
    turn = talk.say("hi", "1", "Asha", "1", "3", "Delhi", "yes")
    assert talk.asked == "visit_date"
    assert says(turn, "day_full")
    assert done(turn) == []
    assert turn.state.answers.keys() - {CONSENT_SHOWN} == {"language", "event", "full_name", "party_size", "city"}
    talk.say("kal")
    assert talk.asked == "agree"
    assert done(talk.say("yes")) == [Register]


def test_an_otp_that_cannot_be_sent_now() -> None:
    talk = Talk(with_passes(refusals=[("SendOtp", "otp_wait", {"seconds": 20})]))
    turn = talk.say("register someone else", "98765 43210")
    assert done(turn) == []
    assert talk.asked in ("phone", "otp")


def test_a_refusal_that_the_flow_does_not_know_ends_it() -> None:
    talk = Talk(world(refusals=[("Register", "no_such_event", {"slug": "demo"})]))
    turn = talk.say("hi", "1", "Asha", "1", "3", "Delhi", "yes")
    assert turn.state.flow == ""
    assert turn.state.language == "en"
    assert says(turn, "no_such_event")


def test_a_refusal_outside_any_flow_is_said() -> None:
    talk = Talk(world(refusals=[("StopMessages", "no_such_pass", {})]))
    turn = talk.say("stop")
    assert done(turn) == []
    assert says(turn, "no_such_pass")


def test_refusals_after_refusals() -> None:
    refusals = [("Register", "day_full", {"day": NOW.date()}), ("Register", "consent_changed", {})]
    talk = Talk(world(refusals=list(refusals)))
    talk.say("hi", "1", "Asha", "1", "3", "Delhi", "yes", "2", "yes")
    assert talk.asked == "agree"
    assert done(talk.say("yes")) == [Register]


def test_a_refused_language_in_between_keeps_what_is_below() -> None:
    talk = Talk(with_passes(refusals=[("KeepLanguage", "no_such_pass", {})]))
    talk.say("register", "language", "2")
    assert talk.turn.state.flow == "registration"
    assert KeepLanguage not in done(talk.turn)


# --- late, lost, changed ------------------------------------------------------------------------


def test_a_late_message_changes_nothing() -> None:
    talk = Talk(world())
    before = talk.say("hi", "1", "Asha").state
    turn = engine.step_late(before, talk.world)
    assert turn.state == before
    assert says(turn, phrases.LATE_MESSAGE)
    assert says(engine.step_late(engine.revive(None)[0], talk.world), phrases.LATE_MESSAGE_ALONE)


def test_a_conversation_that_cannot_be_read_begins_again_with_a_sentence() -> None:
    state, restarted = engine.revive({"flow": "gone", "language": "en"})
    turn = engine.step(state, UserInput("3"), world(), restarted=restarted)
    assert says(turn, phrases.BEGUN_AGAIN)
    assert turn.state.flow == "registration"


def older(talk: Talk, **answers: Any) -> dict[str, Any]:
    """What an older version of the program would have kept of this conversation."""
    kept = dict(talk.kept or {})
    return {**kept, "version": 0, "answers": {**kept["answers"], **answers}}


def test_a_state_of_an_older_version_goes_on_where_its_answers_hold() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "1")
    again = Talk(talk.world, older(talk))
    again.say("3")
    assert again.asked == "city"
    assert again.turn.state.version == FLOWS["registration"].version


def test_a_state_of_an_older_version_is_asked_again_what_does_not_hold() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "1")
    again = Talk(talk.world, older(talk, visit_date="the first", full_name=7))
    turn = again.say("3")
    assert again.asked == "full_name"
    assert says(turn, phrases.CHANGED)
    again.say("Asha")
    assert again.asked == "visit_date"


def test_a_step_that_is_no_more() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha")
    kept = {**(talk.kept or {}), "asked": "shoe_size"}
    again = Talk(talk.world, kept)
    assert says(again.say("42"), phrases.CHANGED)
    assert again.asked == "visit_date"


def test_a_week_later_the_question_still_stands() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha")
    talk.world.now += timedelta(days=7)
    talk.say("1")
    assert talk.turn.state.answers["visit_date"] == "2026-01-22"
