"""Somebody who stopped us at Twilio or WhatsApp, of which no message of theirs told us."""

import pytest

from flows.shapes import Person, ResumeMessages
from tests.flows.turns import done
from tests.flows.worlds import Talk, world

STOPPED = Person(known=True, language="en", stopped=True)


def in_a_registration() -> Talk:
    """Stopped while a question stands open."""
    talk = Talk(world(person=Person(known=True, language="en")))
    talk.say("hi", "register")
    assert talk.asked
    return Talk(world(person=STOPPED), talk.kept)


@pytest.mark.parametrize("word", ["hi", "start", "नमस्ते", "hi demo", "HI  Demo"])
def test_a_greeting_lifts_it_in_the_middle_of_a_conversation_too(word: str) -> None:
    talk = in_a_registration()
    turn = talk.say(word)
    assert ResumeMessages in done(turn)
    assert not turn.state.stopped


def test_an_answer_does_not_lift_it() -> None:
    assert ResumeMessages not in done(in_a_registration().say("Asha Verma"))


def test_a_greeting_of_somebody_who_never_stopped_writes_nothing() -> None:
    talk = Talk(world(person=Person(known=True, language="en")))
    assert ResumeMessages not in done(talk.say("hi", "register", "hi"))
