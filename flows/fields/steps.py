"""The steps of a conversation: the flow's own and the chosen event's questions."""

from collections.abc import Container, Iterator

from flows.fields import question_step
from flows.shapes import Answers, Facts, Flow, Question, Sentence, Step
from flows.text import _
from flows.text.choices import event_by


def questions_of(flow: Flow, answers: Answers, facts: Facts) -> tuple[Question, ...]:
    """The event's own questions, once the event is known and where the flow asks them.

    One that is called like a step of the flow is left out: it could never be told from that.
    """
    event = event_by(str(answers.get("event", "")), facts) if flow.questions_before else None
    if event is None or not event.questions:
        return ()
    own = {step.name for step in flow.steps}
    return tuple(question for question in event.questions if question.name not in own)


def steps_of(flow: Flow, answers: Answers, facts: Facts) -> tuple[Step, ...]:
    """The steps that apply with these answers, in order."""
    return tuple(step for step in _every(flow, answers, facts) if step.when(answers, facts))


def next_step(flow: Flow, answers: Answers, facts: Facts, passed: Container[str]) -> Step | None:
    """The first step that applies with these answers and whose name is not among those passed; None: none is left."""
    unpassed = (step for step in _every(flow, answers, facts) if step.name not in passed)
    return next((step for step in unpassed if step.when(answers, facts)), None)


def _every(flow: Flow, answers: Answers, facts: Facts) -> Iterator[Step]:
    for step in flow.steps:
        if step.name == flow.questions_before:
            yield from map(question_step, questions_of(flow, answers, facts))
        yield step


def summary(flow: Flow, answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    """Each answer by its label, in order; without those that were skipped or have no label."""
    return tuple(
        answer_line(step, answers, facts)
        for step in steps_of(flow, answers, facts)
        if step.label and answers.get(step.name, "") != ""
    )


def answer_line(step: Step, answers: Answers, facts: Facts) -> Sentence:
    """The answer to a step, by the step's label."""
    answer = step.field.shown(answers[step.name], step.field.known(answers, facts))
    return _("{label}: {answer}", label=step.label, answer=answer)
