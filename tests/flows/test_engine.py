"""The machine: what each message does to a conversation, whatever conversation it is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from flows import engine, phrases
from flows.catalogue import FLOWS
from flows.pretend import demo
from flows.rendering import Spoken
from flows.shapes import (
    EventDay,
    KeepLanguage,
    NoteTold,
    Person,
    Register,
    ResumeMessages,
    Said,
    Say,
    SendOtp,
    SendPass,
    Sentence,
    StopMessages,
    Turn,
)
from flows.texts import sentence_for
from tests.flows.worlds import CODES, NOW, Talk, with_passes, world


def sources(thing: Any) -> set[str]:
    """The English sources of all sentences in something, however deep."""
    if isinstance(thing, Turn):
        return sources(tuple(effect.paragraphs for effect in thing.effects if isinstance(effect, Say)))
    if isinstance(thing, Spoken):
        return sources(thing.sentence)
    if isinstance(thing, Sentence):
        return {thing.source} | sources(tuple(thing.params.values()))
    return set().union(*map(sources, thing)) if isinstance(thing, tuple) else set()


def says(turn: Turn, sentence: Sentence | str) -> bool:
    """Whether a turn says a sentence, or the sentence of a code."""
    return sources(sentence_for(sentence) if isinstance(sentence, str) else sentence) <= sources(turn)


def done(turn: Turn) -> list[type]:
    return [type(effect) for effect in turn.effects if not isinstance(effect, Say)]


def tap(choice: str, step: str = "") -> Said:
    return Said("A title", choice=choice, tapped_on=step, form="choice")


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


def test_a_found_answer_that_does_not_hold_is_asked_with_the_reason() -> None:
    talk = Talk(world())
    talk.world.places["demo"][date(2026, 1, 16)] = EventDay(date(2026, 1, 16), 2, closed=False)
    talk.say("5 people", "1", "Asha", "kal")
    assert talk.asked == "party_size"
    assert says(talk.turn, "only_some_left")


def test_back_takes_answers_away_one_after_the_other() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "1", "3")
    assert [(talk.say("back"), talk.asked)[1] for _ in range(4)] == [
        "party_size",
        "visit_date",
        "full_name",
        "language",
    ]
    talk.say("back")
    assert talk.asked == "language"
    assert says(talk.turn, phrases.NOTHING_BEFORE)


def test_back_passes_over_what_was_given_by_the_facts() -> None:
    one_day = demo(NOW, ends_on=date(2026, 1, 15))
    talk = Talk(world(events=(), places={}))
    talk.world.add(one_day)
    talk.say("hi", "1", "Asha")
    assert talk.asked == "party_size"
    talk.say("back")
    assert talk.asked == "full_name"
    assert "visit_date" not in talk.turn.state.answers


def test_back_passes_over_an_answer_that_cannot_be_given_twice() -> None:
    talk = Talk(with_passes())
    talk.say("register someone else", "98765 43210", "123456")
    assert talk.asked == "full_name"
    talk.say("back")
    assert talk.asked == "phone"
    assert "otp" not in talk.turn.state.answers


def test_restart_keeps_the_language() -> None:
    talk = Talk(world())
    talk.say("hi", "2", "Asha", "1", "restart")
    assert talk.asked == "full_name"
    assert talk.turn.state.language == "hi"
    assert talk.turn.state.answers["language"] == "hi"


@pytest.mark.parametrize("word", ["hi", "start", "register"])
def test_a_greeting_inside_a_question_repeats_it(word: str) -> None:
    talk = Talk(world())
    before = talk.say("hi", "1", "Asha").state
    assert talk.say(word).state == before


def test_help_says_help_and_repeats_the_question() -> None:
    talk = Talk(world())
    turn = talk.say("hi", "1", "help")
    assert talk.asked == "full_name"
    assert says(turn, phrases.HELP)


def test_help_while_nothing_is_going_on() -> None:
    turn = Talk(world()).say("help")
    assert turn.state.flow == ""
    assert done(turn) == []


def test_stop_and_start() -> None:
    talk = Talk(world())
    turn = talk.say("hi", "1", "stop")
    assert turn.state.stopped
    assert turn.state.flow == ""
    assert done(turn) == [StopMessages]
    for other in ("3", "register", "menu", Said("", form="image"), tap("yes"), "stop"):
        turn = talk.say(other)
        assert turn.state.stopped
        assert done(turn) == []
    assert says(talk.say("help"), phrases.STILL_STOPPED)
    turn = talk.say("नमस्ते")
    assert done(turn) == [ResumeMessages]
    assert not turn.state.stopped
    assert turn.state.flow


def test_who_stopped_long_ago_is_still_stopped() -> None:
    talk = Talk(world(person=Person(known=True, language="hi", stopped=True)))
    assert says(talk.say("anything"), phrases.STILL_STOPPED)
    assert talk.turn.state.language == "hi"
    assert done(talk.say("start")) == [ResumeMessages]


def test_start_with_an_event_after_a_stop_goes_there() -> None:
    talk = Talk(world(person=Person(known=True, stopped=True)))
    talk.say("hi demo")
    assert talk.turn.state.answers["event"] == "demo"


@pytest.mark.parametrize("word", ["language", "menu"])
def test_an_interruption_comes_back_to_the_open_question(word: str) -> None:
    talk = Talk(world())
    before = talk.say("hi", "1", "Asha").state
    talk.say(word)
    assert talk.turn.state.flow == word
    assert talk.turn.state.answers["under"] == "registration"
    assert talk.say("back").state == before
    talk.say(word)
    assert talk.say("cancel").state == before


def test_a_language_chosen_in_between_is_spoken_at_once() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "language", "2")
    assert talk.asked == "visit_date"
    assert talk.turn.state.language == "hi"


def test_interruptions_do_not_pile_up() -> None:
    talk = Talk(world())
    before = talk.say("hi", "1", "Asha").state
    talk.say("menu", "language", "menu", "language", "menu", "menu")
    assert talk.turn.state.under is not None
    assert talk.turn.state.under.get("under") is None
    assert talk.say("back").state == before


def test_restart_inside_an_interruption_restarts_what_is_below() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "menu", "restart")
    assert talk.asked == "full_name"
    assert talk.turn.state.under is None


def test_other_commands_leave_the_running_flow() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.say("register", "Asha", "change")
    assert talk.turn.state.flow == "change"
    assert talk.turn.state.under is None


def test_cancel_inside_a_question_only_leaves_it() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.say("change", "cancel")
    assert talk.turn.state.flow == ""
    assert done(talk.turn) == []
    assert says(talk.turn, phrases.LEFT)
    talk.say("cancel")
    assert talk.turn.state.flow == "cancellation"


def test_cancel_in_the_menu_is_about_a_pass() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.say("hi", "cancel")
    assert talk.turn.state.flow == "cancellation"


def test_a_greeting_with_an_event_goes_there() -> None:
    fair = demo(NOW, "book-fair", name={"en": "Fair"})
    talk = Talk(world())
    talk.world.add(fair)
    talk.say("hi book-fair", "1")
    assert talk.turn.state.answers["event"] == "book-fair"
    assert talk.asked == "full_name"
    talk.say("Asha", "hi book fair")
    assert talk.asked == "visit_date"
    talk.say("hi demo")
    assert talk.turn.state.answers["event"] == "demo"
    assert talk.asked == "full_name"


def test_several_events_are_listed_after_the_language() -> None:
    talk = Talk(world())
    talk.world.add(demo(NOW, "fair"))
    talk.say("hi")
    assert talk.asked == "language"
    talk.say("1")
    assert talk.asked == "event"


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


def test_after_three_unusable_answers_an_example_is_given() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha")
    for tries in (1, 2, 3, 4):
        turn = talk.say("whenever")
        assert turn.state.tries == tries
        assert says(turn, phrases.ASK_HELP) is (tries >= 3)
    assert talk.say("1").state.tries == 0


@pytest.mark.parametrize("form", ["image", "audio", "video", "sticker", "document", "contact", "location", "other"])
def test_what_is_no_words_leads_back_to_the_question(form: str) -> None:
    talk = Talk(world())
    turn = talk.say("hi", "1", Said("holiday.pdf", form=form))
    assert talk.asked == "full_name"
    assert says(turn, "not_text")


def test_a_picture_as_the_first_message_begins_too() -> None:
    assert Talk(world()).say(Said("stop", form="image")).state.flow == "registration"


def test_a_command_word_is_no_name() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "menu")
    assert "full_name" not in talk.kept["under"]["answers"]  # type: ignore[index]  # it has been said


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


def test_somebody_known_in_the_menu_can_say_what_they_want() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.say("hi", "register 4 people for saturday")
    assert talk.turn.state.answers["party_size"] == 4
    talk = Talk(with_passes("2026-01-16"))
    assert talk.say("hi", "langauge").state.flow == "language"
    talk = Talk(with_passes("2026-01-16"))
    assert talk.say("hi", "mera passs").state.flow == ""
    assert done(talk.turn) == [SendPass]


def test_words_that_the_menu_cannot_use_are_an_unusable_answer() -> None:
    talk = Talk(with_passes("2026-01-16"))
    turn = talk.say("hi", "qwertz")
    assert turn.state.flow == "menu"
    assert turn.state.tries == 1


def test_passes_that_did_not_arrive_are_told_once() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.world.person = replace(talk.world.person, failed_codes=(CODES[0],))
    assert NoteTold in done(talk.say("hi"))
    assert NoteTold not in done(talk.say("menu"))


def test_a_command_of_the_open_step_alone() -> None:
    talk = Talk(with_passes())
    assert done(talk.say("register someone else", "98765 43210")) == [SendOtp]
    turn = talk.say("new code")
    assert done(turn) == [SendOtp]
    assert talk.asked == "otp"
    talk.say("123456")
    talk.say("new code")
    assert talk.turn.state.answers["full_name"] == "new code"


def test_nothing_but_the_language_is_kept_of_a_conversation_that_ended() -> None:
    talk = Talk(world())
    talk.say("hi", "2", "Asha", "1", "3", "skip", "yes")
    assert talk.kept == engine.to_json(engine.revive(None)[0].but(language="hi"))


def test_somebody_known_is_spoken_to_in_their_language() -> None:
    talk = Talk(world(person=Person(known=True, language="hi")))
    assert talk.say("help").state.language == "hi"


def test_a_stranger_is_spoken_to_in_every_language() -> None:
    turn = Talk(world()).say("stop")
    (say,) = [effect for effect in turn.effects if isinstance(effect, Say)]
    assert [part.language for part in say.paragraphs[0].params["lines"]] == ["en", "hi"]


# --- refusals -----------------------------------------------------------------------------------


def test_a_day_that_filled_up_is_asked_again_and_the_rest_is_kept() -> None:
    talk = Talk(world(refusals=[("Register", "day_full", {"day": date(2026, 1, 15)})]))
    turn = talk.say("hi", "1", "Asha", "1", "3", "Delhi", "yes")
    assert talk.asked == "visit_date"
    assert says(turn, "day_full")
    assert done(turn) == []
    assert turn.state.answers.keys() == {"language", "event", "full_name", "party_size", "city"}
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
    turn = engine.late(before, talk.world)
    assert turn.state == before
    assert says(turn, phrases.LATE)
    assert says(engine.late(engine.revive(None)[0], talk.world), phrases.LATE_ALONE)


def test_a_conversation_that_cannot_be_read_begins_again_with_a_sentence() -> None:
    state, restarted = engine.revive({"flow": "gone", "language": "en"})
    turn = engine.take(state, Said("3"), world(), restarted=restarted)
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
