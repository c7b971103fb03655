"""The choice of language, asked in every language at once."""

from flows.fields import Choice
from flows.shapes import Answers, Effect, Facts, Flow, KeepLanguage, Say, Sentence, Step
from flows.text import SpokenSentence, _, in_all_languages, lines, words
from flows.text.choices import language_options
from flows.text.languages import SOURCE
from flows.text.sentences import spoken_at_once
from flows.understanding import vocabulary

QUESTION = _("Choose your language. To change it later, send *language*.")


def keep(answers: Answers, facts: Facts) -> tuple[Effect, ...]:
    """Keeps the chosen language with somebody whom the database knows; a first-timer's goes with Register.

    Whoever is on duty is told things unasked, so theirs is always kept.
    """
    if facts.person.known or facts.duty is None:
        return (KeepLanguage(answers["language"]),) if facts.person.known else ()
    return (KeepLanguage(answers["language"], newcomer=True),)


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    """The question; where it is not asked in every language, below it the word for `language` in each."""
    command = vocabulary.current().first_words("commands.language")
    if len(command) <= len(spoken_at_once()):
        return (in_all_languages(QUESTION),)
    named = " · ".join(f"*{word}*" for word in command.values())
    return (in_all_languages(QUESTION), lines(SpokenSentence(words(named), SOURCE)))


LANGUAGE_STEP = Step(
    "language",
    _ask,
    Choice(language_options, findable=True),
    after=keep,
    example=words("1"),
)
"""The question as the first of any conversation with somebody whose language is not known."""


LANGUAGE = Flow(
    name="language",
    version=1,
    steps=(LANGUAGE_STEP,),
    finish=lambda answers, facts, language: (Say((_("We will write to you in English from now on."),)),),
)
"""`language` at any time; what was going on goes on in the chosen language."""
