"""Command words: what each does inside a question and while nothing is going on."""

from datetime import date

import pytest

from flows.sandbox.world import demo
from flows.shapes import (
    Person,
    ResumeMessages,
    Say,
    SendOtp,
    SendPass,
    StopMessages,
    UserInput,
)
from flows.text import phrases
from tests.flows.turns import done, says, tap
from tests.flows.worlds import NOW, Talk, with_passes, world


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
    for other in ("3", "register", "menu", UserInput("", form="image"), tap("yes"), "stop"):
        turn = talk.say(other)
        assert turn.state.stopped
        assert done(turn) == []
    assert says(talk.say("help"), phrases.STILL_STOPPED)
    turn = talk.say("नमस्ते")
    assert done(turn) == [ResumeMessages]
    assert not turn.state.stopped
    assert turn.state.flow


@pytest.mark.parametrize("wish", ["please stop", "मुझे मैसेज मत भेजो"])
@pytest.mark.parametrize(
    "before",
    [
        ("hi",),
        ("hi", "menu"),
        ("hi", "language"),
        ("register",),
        ("register", "Asha"),
        ("register", "Asha", "3"),
        ("register", "Asha", "3", "2"),
        ("register", "Asha", "3", "2", "Delhi"),
        ("change",),
        ("change", "2"),
        ("change", "2", "5"),
        ("cancel pass",),
        ("cancel pass", "1"),
        ("delete my data",),
        ("register someone else",),
        ("register someone else", "98765 43210"),
        ("register someone else", "98765 43210", "123456"),
        ("can I stop?",),
    ],
)
def test_a_plain_wish_to_stop_is_heard_at_every_question(before: tuple[str, ...], wish: str) -> None:
    talk = Talk(with_passes("2026-01-16", "2026-01-18"))
    talk.say(*before)
    assert talk.asked
    assert done(talk.say(wish)) == [StopMessages]
    assert talk.turn.state.stopped


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


@pytest.mark.parametrize("form", ["image", "audio", "video", "sticker", "document", "contact", "location", "other"])
def test_what_is_no_words_leads_back_to_the_question(form: str) -> None:
    talk = Talk(world())
    turn = talk.say("hi", "1", UserInput("holiday.pdf", form=form))
    assert talk.asked == "full_name"
    assert says(turn, "not_text")


def test_a_command_word_is_no_name() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "menu")
    assert "full_name" not in talk.kept["under"]["answers"]  # type: ignore[index]  # it has been said


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


def test_a_command_of_the_open_step_alone() -> None:
    talk = Talk(with_passes())
    assert done(talk.say("register someone else", "98765 43210")) == [SendOtp]
    turn = talk.say("new code")
    assert done(turn) == [SendOtp]
    assert talk.asked == "otp"
    talk.say("123456")
    assert done(talk.say("new code")) == []
    assert talk.asked == "full_name"
    assert says(talk.turn, "not_a_name")


def test_a_look_that_is_refused_loses_nothing() -> None:
    talk = Talk(with_passes("2026-01-16"))
    talk.say("register", "Asha Rao")
    for words in ("my pass", "menu"):
        talk.say(words)
        talk.world.refusals.append(("SendPass", "no_such_pass", {}))
        talk.say("my pass")
        assert says(talk.turn, "no_such_pass")
        assert talk.asked == "visit_date"
        assert talk.turn.state.answers["full_name"] == "Asha Rao"


def test_somebody_known_is_spoken_to_in_their_language() -> None:
    talk = Talk(world(person=Person(known=True, language="hi")))
    assert talk.say("help").state.language == "hi"


def test_a_stranger_is_spoken_to_in_every_language() -> None:
    turn = Talk(world()).say("stop")
    (say,) = [effect for effect in turn.effects if isinstance(effect, Say)]
    assert [part.language for part in say.paragraphs[0].params["lines"]] == ["en", "hi"]


@pytest.mark.parametrize("word", ["change", "my pass", "cancel pass"])
def test_a_command_that_leads_nowhere_does_not_end_what_is_going_on(word: str) -> None:
    talk = Talk(world())
    before = talk.say("hi", "1", "Asha").state
    turn = talk.say(word)
    assert turn.state == before
    assert says(turn, phrases.CORRECT)
