"""`cancel pass`: revokes a pass after a yes."""

from flows.fields import Choice, YesNo
from flows.shapes import Answers, CancelPass, Facts, Flow, Outcome, Say, Sentence, Step
from flows.text import _, lines, words
from flows.text.choices import chosen_pass, only_pass, pass_line, pass_options
from flows.visitor.my_pass import without_a_pass


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    chosen = chosen_pass(answers, facts)
    named = (pass_line(chosen),) if chosen else ()
    return (lines(_("Do you want to cancel this pass?"), *named), _("Nobody can enter with it after that."))


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    code = answers["code"]
    if not answers["agree"]:
        return (Say((_("Nothing has changed: pass *{code}* is valid.", code=code),)),)
    return (
        CancelPass(code),
        Say(
            (
                _("Pass *{code}* is cancelled. Thank you for telling us.", code=code),
                _("To get a new pass, send *register*."),
            )
        ),
    )


CANCELLATION = Flow(
    name="cancellation",
    version=1,
    steps=(
        Step(
            "code",
            _("Which pass do you want to cancel?"),
            Choice(pass_options),
            given=only_pass,
            example=words("1"),
        ),
        Step("agree", _ask, YesNo(beside="agreement.cancelling"), example=_("yes")),
    ),
    finish=_finish,
    refused={"no_such_pass": None, "pass_used": None},
    instead=without_a_pass,
)
