"""`join WORD-WORD-WORD`: asks for a place in a team, by an invitation of an admin's."""

from dataclasses import replace

from flows.fields import Text
from flows.shapes import Answers, Effect, Facts, Flow, Outcome, Say, Start, UserInput
from flows.shapes.invitations import CheckInvitation, JoinTeam
from flows.shapes.person import MAX_NAME_LENGTH, MIN_NAME_LENGTH
from flows.text import _, phrases
from flows.understanding import invitation_words
from flows.visitor.language import LANGUAGE_STEP
from flows.visitor.registration import FULL_NAME

NAME = "join_team"
WORDS_KEY = "invitation"
"""Among the answers: the invitation that was sent."""
INVITED = _("You are invited to the team of *{event}*.")
WAITING = _("Thank you. The organiser of *{event}* must confirm you first. We will tell you here.")


def invitation(message: UserInput) -> str:
    """The invitation that a message accepts; empty for every other message."""
    return invitation_words.read(message.text) if message.form == "text" else ""


def start(words: str, language: str | None) -> tuple[Start, tuple[Effect, ...]]:
    """The conversation that an invitation begins, and what comes before its first question."""
    answers = {WORDS_KEY: words, **({"language": language} if language else {})}
    return Start(NAME, answers), (CheckInvitation(words), Say((INVITED,)))


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    return (JoinTeam(answers[WORDS_KEY], answers["full_name"], str(answers.get("language", ""))), Say((WAITING,)))


def _forgotten(answers: Answers, facts: Facts) -> Outcome:
    """Ends the conversation where the kept state has no invitation."""
    return () if answers.get(WORDS_KEY) else (Say((phrases.NOTHING_CHANGED,)),)


JOIN_TEAM = Flow(
    name=NAME,
    version=1,
    steps=(
        replace(LANGUAGE_STEP, when=lambda answers, facts: not (facts.on_roster and facts.duty)),
        replace(
            FULL_NAME,
            ask=_("What is your full name?"),
            field=Text(least=MIN_NAME_LENGTH, most=MAX_NAME_LENGTH, letter=True, name=True),
            given=lambda answers, facts: facts.duty.name if facts.on_roster and facts.duty else None,
        ),
    ),
    finish=_finish,
    instead=_forgotten,
    refused=dict.fromkeys(
        ("no_such_invitation", "invitation_ended", "in_team_already", "join_declined", "no_phone_to_join", "not_by_sms")
    ),
)
"""Ends where the team's admin takes over: nothing may be done at a gate before they have confirmed."""
