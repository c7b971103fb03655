"""The forms judge every slot, in this process and behind rasa-sdk's own server alike."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import requests

from flows import actions
from flows.engine import rasa_forms
from flows.engine.catalogue import FLOWS
from flows.fields import Text, question_step
from flows.fields.steps import steps_of
from flows.shapes import Flow, Invalid, Question, Sentence, Step, UserInput
from tests.flows.events import CHILDREN, SCHOOL_CLASS
from tests.flows.worlds import CODES, on_duty, with_passes
from tests.ports import free_port

WORLD = with_passes("2026-01-16", "2026-01-17", profile_name="Asha Rao", duty=on_duty())
ANSWERS: dict[str, Any] = {
    "language": "en",
    "event": "demo",
    "full_name": "Asha",
    "visit_date": "2026-01-18",
    "phone": "+919876543210",
    "code": CODES[0],
}
TYPED: dict[str, tuple[str, ...]] = {
    "language": ("1", "हिन्दी", "klingon", "7"),
    "event": ("1", "demo", "opera"),
    "full_name": ("Asha Rao", "1", "x", "🌸🌸", "a" * 200),
    "visit_date": ("1", "kal", "शनिवार", "1 feb", "14 jan", "sometime"),
    "party_size": ("3", "तीन", "0", "99", "many"),
    "agree": ("yes", "नहीं", "no", "perhaps"),
    "wait": ("yes", "नहीं", "perhaps"),
    "take": ("yes", "नहीं", "perhaps"),
    "again": ("yes", "नहीं", "perhaps"),
    "phone": ("98765 43210", "+16502530000", "12"),
    "otp": ("123456", "12"),
    "code": ("1", CODES[1], "9", "that one"),
    "choice": ("1", "help", "dance"),
    "gate": ("1", "main", "NORTH", "the moon"),
    "meant": ("yes", "नहीं", "perhaps"),
    "sure": ("yes", "नहीं", "perhaps"),
    "kind": ("1", "Visitor", "banquet"),
    "anyway": ("yes", "नहीं", "perhaps"),
    "overbook": ("yes", "नहीं", "perhaps"),
    "admit": ("yes", "नहीं", "perhaps"),
    "city": ("Delhi", "skip", "y" * 600),
    "visitor_type": ("2", "विद्यार्थी", "skip", "plumber"),
    "children": ("2", "skip", "11", "some"),
}
"""For each slot of any flow: answers that will do and answers that will not."""


@dataclass(frozen=True)
class Case:
    """One answer to one question."""

    flow: Flow
    step: Step
    said: UserInput
    question: Question | None = None

    @property
    def known(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(json.dumps(self.step.field.known(ANSWERS, WORLD)))
        return known

    def verdict(self) -> Any:
        """The value, or the code and parameters of Invalid, judged in this process."""
        try:
            return rasa_forms.validate(self.flow, self.step.name, self.said, self.known, self.question)
        except Invalid as no:
            return (no.code, no.params)


def cases() -> Iterator[Case]:
    for flow in FLOWS.values():
        for step in flow.steps:
            yield from (Case(flow, step, UserInput(text)) for text in (*TYPED[step.name], ""))
            yield Case(flow, step, UserInput("", form="image"))
            yield from (
                Case(flow, step, UserInput("A title", choice=option.id, form="choice")) for option in _options(step)
            )
    for question in (*WORLD.events[0].questions, SCHOOL_CLASS, CHILDREN):
        step = question_step(question)
        for text in TYPED[question.name]:
            yield Case(FLOWS["registration"], step, UserInput(text), question)


def _options(step: Step) -> Any:
    return step.field.options(step.field.known(ANSWERS, WORLD))


CASES = tuple(cases())


def test_there_is_an_answer_of_each_kind_for_each_question() -> None:
    for slot in {case.step.name for case in CASES}:
        verdicts = [case.verdict() for case in CASES if case.step.name == slot and case.said.form == "text"]
        refused = [verdict for verdict in verdicts if isinstance(verdict, tuple)]
        assert refused, slot
        assert len(refused) < len(verdicts), slot


def test_every_flow_with_questions_has_a_named_form() -> None:
    named = {name: form for name, form in vars(actions).items() if name.startswith("Validate")}
    assert {form.flow.name for form in named.values()} == {flow.name for flow in FLOWS.values() if flow.steps} | {
        "web_registration",
        "find_passes",
    }
    for name, form in named.items():
        assert form is rasa_forms.form_of(form.flow)
        assert form.__name__ == name
        assert form().name() == f"validate_{form.flow.name}"


def test_every_slot_is_in_the_domain() -> None:
    for flow in FLOWS.values():
        body = rasa_forms.validation_call(flow, "city", UserInput("Delhi"), {})
        assert set(body["domain"]["forms"][flow.name]["required_slots"]) == {
            "city",
            *(step.name for step in flow.steps),
        }


def test_a_form_that_judges_nothing_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="did not judge"):
        rasa_forms.verdict("city", [], [])


def test_a_form_has_no_other_methods_than_its_class() -> None:
    with pytest.raises(AttributeError):
        getattr(rasa_forms.form_of(FLOWS["menu"])(), "extract_choice")  # noqa: B009  # the name is what is tested


def test_dates_among_the_parameters_survive() -> None:
    case = next(case for case in CASES if case.step.name == "visit_date" and case.said.text == "1 feb")
    code, params = case.verdict()
    assert code == "day_outside"
    assert params["day"] == date(2026, 2, 1)


def test_a_flow_of_any_name_has_its_form() -> None:
    flow = Flow("toy", 1, (Step("word", Sentence("Say a word"), Text()),), lambda answers, facts, language: ())
    assert rasa_forms.validate(flow, "word", UserInput("hello"), {}) == "hello"
    assert steps_of(flow, {}, WORLD) == flow.steps


def test_a_verdict_takes_no_time_to_speak_of() -> None:
    case = next(case for case in CASES if case.step.name == "party_size")
    known = case.known
    begun = time.process_time()
    for _ in range(200):
        rasa_forms.validate(case.flow, case.step.name, case.said, known)
    assert (time.process_time() - begun) / 200 < 0.005


# --- behind rasa-sdk's own server ---------------------------------------------------------------


@pytest.fixture(scope="module")
def action_server() -> Iterator[str]:
    """The address of `python -m rasa_sdk --actions flows.actions` on a free port of this machine."""
    port = free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "flows.actions", "--port", str(port)]
    nowhere = subprocess.DEVNULL
    env = {"SANIC_HOST": "127.0.0.1", "PATH": ""}
    running = subprocess.Popen(command, env=env, stdout=nowhere, stderr=nowhere, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(address, running)
        yield address
    finally:
        # The server has processes of its own, which outlive it where it is slow to end: all at once.
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(20)


def _wait_until_it_answers(address: str, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        assert running.poll() is None, "the action server has ended"
        try:
            requests.get(f"{address}/health", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the action server does not answer"
            time.sleep(0.05)
        else:
            return


def _over_http(case: Case, address: str, session: requests.Session) -> Any:
    body = rasa_forms.validation_call(case.flow, case.step.name, case.said, case.known, case.question)
    answer = session.post(f"{address}/webhook", json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    try:
        return rasa_forms.verdict(case.step.name, answer.json()["events"], answer.json()["responses"])
    except Invalid as no:
        return (no.code, no.params)


def test_the_same_verdicts_over_http(action_server: str) -> None:
    with requests.Session() as session:
        names = {action["name"] for action in session.get(f"{action_server}/actions", timeout=20).json()}
        assert {f"validate_{flow.name}" for flow in FLOWS.values() if flow.steps} <= names
        for case in CASES:
            assert _over_http(case, action_server, session) == case.verdict(), (case.step.name, case.said)
