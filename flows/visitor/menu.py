"""The menu, and the conversation that begins when somebody writes while none is active."""

from flows import understanding
from flows.fields import Choice
from flows.shapes import Answers, Facts, Flow, Option, Outcome, Say, Sentence, Start, Step
from flows.text import _, lines, words
from flows.text.choices import cancellation_notices, open_events, pass_lines, waiting_lines
from flows.text.phrases import HELP
from flows.understanding import codes, labelled_forms

GO_ON = "continue"
HELP_WORD = "help"


def entrance(text: str, facts: Facts, language: str | None) -> Start:
    """Which conversation begins with these words: the menu for somebody known, else a registration.

    The code of one of their passes asks for that pass, words of the menu for what they stand for there.
    """
    code = _code_in(text, facts)
    if code:
        return Start("my_pass", {"code": code})
    known = facts.person.known and (facts.passes or language or facts.person.language)
    chosen = _named(text, facts) if known else ""
    if chosen:
        return Start(chosen)
    wanted = understanding.wants_to_register(text) or "full_name" in labelled_forms.read(text)
    return Start("registration") if wanted or not known else Start("menu")


def _named(text: str, facts: Facts) -> str:
    """The conversation that the menu offers by these words, well spelt or nearly; empty where it is none or help."""
    offered = [option for option in CHOICE.known({}, facts)["options"] if option["id"] != HELP_WORD]
    called = [tuple(option["names"].values()) for option in offered]
    places = understanding.named(text, called)
    found = str(offered[places[0]]["id"]) if len(places) == 1 else ""
    return "" if found == "cancellation" and not understanding.called(text, called) else found


def _code_in(text: str, facts: Facts) -> str:
    code = codes.shown(codes.found(text))
    return code if any(known.code == code for known in facts.passes) else ""


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    question = _("What would you like to do?")
    if answers.get("under") or not (facts.passes or waiting_lines(facts)):
        return (question,)
    if not facts.passes:
        return (lines(*waiting_lines(facts)), question)
    held = (*pass_lines(facts.passes), *waiting_lines(facts))
    return (lines(_("Namaste! Your passes:"), *held), *_known(facts), question)


def _known(facts: Facts) -> tuple[Sentence, ...]:
    """Sentences about events that do not take place, and notices of the events of their passes."""
    theirs = {known.event for known in facts.passes}
    notices = (words(event.notice) for event in facts.events if event.slug in theirs and event.notice)
    return (*cancellation_notices(facts.passes, facts), *notices)


def options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    """What can be done now, without what would only be refused."""
    under = (Option(GO_ON, _("Continue")),) if answers.get("under") else ()
    passes = (
        Option("my_pass", _("My pass")),
        Option("change", _("Change day or people")),
        Option("cancellation", _("Cancel pass")),
    )
    register = (
        Option("registration", _("Pass for another day") if facts.passes else _("Register")),
        Option("someone_else", _("Register someone else")),
    )
    beginning = tuple(option for option in register if option.id != answers.get("under"))
    always = (Option("language", _("Language / भाषा")), Option(HELP_WORD, _("Help")))
    return (*under, *(passes if facts.passes else ()), *(beginning if open_events(facts) else ()), *always)


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    match answers["choice"]:
        case "continue":
            return ()
        case "help":
            return (Say((HELP,)),)
        case chosen:
            return (Start(chosen),)


CHOICE = Choice(options)

MENU = Flow(
    name="menu",
    version=1,
    steps=(Step("choice", _ask, CHOICE, example=words("1")),),
    finish=_finish,
)
"""Everything that can be done here, with the person's passes above it."""
