"""`cancel pass`: revokes a pass after a yes, or leaves a waiting list."""

from flows.fields import Choice, YesNo
from flows.fields.choice import the_only
from flows.shapes import Answers, CancelPass, Facts, Flow, Option, Outcome, Say, Sentence, Step, WaitingFacts
from flows.shapes.waiting_effects import LeaveWaitingList
from flows.text import _, lines, words
from flows.text.choices import chosen_pass, pass_line, pass_options, waiting_line
from flows.visitor.my_pass import without_a_pass

WAITING = "waiting "
"""How the choice of a waiting list begins, before the entry's number."""


def _options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    waiting = (
        Option(f"{WAITING}{entry.id}", _("Waiting list: {day}", day=entry.day), waiting_line(entry))
        for entry in _lists(facts)
    )
    return (*pass_options(answers, facts), *waiting)


def _lists(facts: Facts) -> tuple[WaitingFacts, ...]:
    return tuple(entry for entry in facts.waiting if not entry.has_ended)


def _chosen_list(answers: Answers, facts: Facts) -> WaitingFacts | None:
    chosen = str(answers.get("code") or "")
    return next((entry for entry in _lists(facts) if f"{WAITING}{entry.id}" == chosen), None)


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    if entry := _chosen_list(answers, facts):
        return (lines(_("Do you want to leave this waiting list?"), waiting_line(entry)),)
    chosen = chosen_pass(answers, facts)
    named = (pass_line(chosen),) if chosen else ()
    return (lines(_("Do you want to cancel this pass?"), *named), _("Nobody can enter with it after that."))


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    code = answers["code"]
    if code.startswith(WAITING):
        return _leave(int(code.removeprefix(WAITING)), answers)
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


def _leave(entry: int, answers: Answers) -> Outcome:
    if not answers["agree"]:
        return (Say((_("Nothing has changed: you are still on the waiting list."),)),)
    return (LeaveWaitingList(entry), Say((_("You have left the waiting list. Thank you for telling us."),)))


def _nothing_there(answers: Answers, facts: Facts) -> Outcome:
    return () if _lists(facts) else without_a_pass(answers, facts)


CANCELLATION = Flow(
    name="cancellation",
    version=1,
    steps=(
        Step(
            "code",
            _("Which pass do you want to cancel?"),
            Choice(_options),
            given=the_only(_options),
            example=words("1"),
        ),
        Step("agree", _ask, YesNo(beside="agreement.cancelling"), example=_("yes")),
    ),
    finish=_finish,
    refused={"no_such_pass": None, "pass_used": None, "not_waiting": None},
    instead=_nothing_there,
)
