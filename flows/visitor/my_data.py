"""`my data` and `delete my data`: what is held about the writer, and its deletion after a yes."""

from typing import Any

from flows.fields import YesNo
from flows.shapes import Answers, EraseMe, Facts, Flow, Outcome, PassFacts, Question, Say, Sentence, Start, Step
from flows.text import LANGUAGES, _, lines, words
from flows.text.choices import event_by, pass_lines
from flows.text.event_states import local_today

HOW_TO_DELETE = _("To delete all of it, send *delete my data*.")


def _answer_text(answers: Answers, facts: Facts, language: str) -> Outcome:
    person = facts.person
    if not person.known:
        kept = _("We keep only this conversation, for a short time.")
        return (Say((kept, HOW_TO_DELETE)),)
    number = (_("Number: {phone}", phone=person.phone),) if person.phone else ()
    spoken = _("Language: {language}", language=words(LANGUAGES[language]))
    held = lines(_("Your data:"), *number, *_names(facts), spoken, *_answered(facts))
    passes = (lines(_("Your passes:"), *pass_lines(facts.passes)),) if facts.passes else ()
    also = _("We also keep your earlier passes and answers, your entry times, and our messages.")
    return (Say((held, *passes, also, HOW_TO_DELETE)),)


def _names(facts: Facts) -> tuple[Sentence, ...]:
    names = dict.fromkeys(known.full_name for known in _own(facts) if known.full_name)
    return tuple(_("Name: {name}", name=name) for name in names)


def _answered(facts: Facts) -> tuple[Sentence, ...]:
    """Their answers to the events' own questions, each once."""
    told: dict[tuple[str, str, str], Sentence] = {}
    for known in facts.passes:
        event = event_by(known.event, facts)
        asked = {question.name: question for question in event.questions} if event else {}
        for name, value in known.answers.items():
            if value not in (None, ""):
                told[known.event, name, str(value)] = _answer(name, asked.get(name), value)
    return tuple(told.values())


def _answer(name: str, question: Question | None, value: Any) -> Sentence:
    """The question's own words; its name where it is not asked any more. An option in the reader's language."""
    label = question.labels if question else {"en": name}
    options = question.options if question else ()
    chosen = next((option for option in options if option["en"] == value), value)
    return Sentence("{label} {value}", {"label": words(label), "value": words(chosen)})


MY_DATA = Flow(name="my_data", version=1, steps=(), finish=_answer_text)
"""What is held, in short."""


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    mine = _own(facts)
    lost = _("You will lose these passes. Nobody can enter with them after that:")
    named = (lines(lost, *pass_lines(mine)),) if mine else ()
    return (*named, _("Delete all your data? You cannot undo this."))


def _is_today(answers: Answers, facts: Facts) -> bool:
    return bool(answers.get("agree")) and (
        bool(answers.get("today")) or any(_today(pass_, facts) for pass_ in _own(facts))
    )


def _today(pass_: PassFacts, facts: Facts) -> bool:
    event = event_by(pass_.event, facts)
    today = local_today(event, facts.now) if event else None
    return today is not None and (today in pass_.kind_days if pass_.kind_days else pass_.day <= today)


def _own(facts: Facts) -> list[PassFacts]:
    return [pass_ for pass_ in facts.passes if pass_.own]


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    if not answers["agree"] or answers.get("again") is False:
        return (Say((_("Nothing has been deleted."),)),)
    gone = _("We are deleting all your data. In a minute it will be gone.")
    elsewhere = _("The chat on your own phone stays until you delete it.")
    return (EraseMe(even_today=bool(answers.get("again"))), Say((gone, elsewhere)))


DELETE_DATA = Flow(
    name="delete_data",
    version=1,
    steps=(
        Step("agree", _ask, YesNo(beside="agreement.deleting"), example=_("yes")),
        Step(
            "again",
            _("Your pass is for today. Without it you cannot enter. Delete everything anyway?"),
            YesNo(beside="agreement.deleting"),
            when=_is_today,
            example=_("yes"),
        ),
    ),
    finish=_finish,
    refused={"valid_today": lambda *_: (Start("delete_data", {"agree": True, "today": True}),)},
)
"""Asks once, and once more where somebody has a pass for today."""
