"""What comes back of a form is read by the names of its inputs, however it is laid out, and shown by names alone."""

import json
from typing import Any

import pytest

from bot import filled_form

ANSWERS = {"full_name": "Asha Rao", "visit_date": "2026-01-16", "party_size": "3", "agree": "yes_0123abcd"}
PAIRS = [{"name": name, "value": value} for name, value in ANSWERS.items()]
LAYOUTS: dict[str, Any] = {
    "flat": ANSWERS,
    "by_page": {
        "visit": {k: ANSWERS[k] for k in ("full_name", "visit_date", "party_size")},
        "consent": {"agree": ANSWERS["agree"]},
    },
    "pairs": PAIRS,
    "pages_of_pairs": {"pages": [{"id": "visit", "fields": PAIRS[:3]}, {"id": "consent", "fields": PAIRS[3:]}]},
    "json_in_text": {"type": "flow", "response_json": json.dumps(ANSWERS)},
    "options_and_numbers": {
        **ANSWERS,
        "visit_date": {"id": "2026-01-16", "title": "Fri 16 Jan"},
        "party_size": 3,
        "agree": [{"id": "yes_0123abcd", "title": "Yes, I agree"}],
    },
    "labelled": [{"id": name, "label": "A label", "answer": value} for name, value in ANSWERS.items()],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("field", ["InteractiveData", "FlowData"])
def test_the_answers_are_found_by_their_names(layout: Any, field: str) -> None:
    text = json.dumps(layout)
    found = filled_form.read(text) if field == "InteractiveData" else filled_form.read("", text)
    assert {name: found.get(name) for name in ANSWERS} == ANSWERS


@pytest.mark.parametrize("text", ["", "sent", "[", "null", "3", '"words"', "[" * 100_000, '{"a": null, "b": [[]]}'])
def test_what_cannot_be_read_gives_nothing(text: str) -> None:
    assert filled_form.read(text, text) == {}
    assert set(filled_form.shape(text, "", ())) <= {
        "FlowData",
        "InteractiveData",
        "InteractiveData.a",
        "InteractiveData.b[]",
    }


def test_halves_of_characters_are_no_answer() -> None:
    found = filled_form.read('{"full_name": "As\\ud83dha", "\\ud83d": "x"}')
    assert "".join([*found, *found.values()]).encode()
    assert found["full_name"] == "As?ha"


def test_it_is_not_read_without_end() -> None:
    many = json.dumps({f"name_{number}": "x" * 5000 for number in range(500)})
    found = filled_form.read(many)
    assert len(found) == filled_form.MAX_ANSWERS
    assert {len(value) for value in found.values()} == {filled_form.MAX_ANSWER_LENGTH}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_shape_tells_names_and_no_answer(layout: Any) -> None:
    told = filled_form.shape(json.dumps(layout), "Asha Rao", ANSWERS)
    assert told
    assert not [answer for answer in ("Asha", "2026-01-16", "0123abcd", "Fri") if answer in " ".join(told)]
    assert all(any(name in path for path in told) for name in ANSWERS)


def test_a_key_that_may_be_an_answer_is_not_shown() -> None:
    assert filled_form.shape(json.dumps({"Asha Rao": {"98": True}}), "", ()) == ["FlowData", "InteractiveData.?.?"]
