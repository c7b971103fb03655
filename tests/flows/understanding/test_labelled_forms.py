"""Forms that people fill in by themselves."""

import pytest

from flows.understanding import labelled_forms

ALL = {"full_name": "Asha Verma", "visit_date": "5 Dec", "party_size": "3", "city": "Delhi"}


@pytest.mark.parametrize(
    "text",
    [
        "Name: Asha Verma Date: 5 Dec People: 3 City: Delhi",
        "NAME : Asha Verma, DATE : 5 Dec, PAX : 3, CITY : Delhi",
        "Full name - Asha Verma\nVisit date - 5 Dec\nNo of people - 3\nCity - Delhi",
        "*Name:* Asha Verma; *Date:* 5 Dec; *Members:* 3; *City:* Delhi",
        "City: Delhi | People: 3 | Date: 5 Dec | Name: Asha Verma",
        "नाम: Asha Verma तारीख: 5 Dec लोग: 3 शहर: Delhi",
        "Name: Asha Verma Phone: 98765 43210 Date: 5 Dec People: 3 Age: 30 City: Delhi",
    ],
)
def test_a_form(text: str) -> None:
    assert labelled_forms.read(text) == ALL


@pytest.mark.parametrize("text", ["Asha Verma", "Date with me", "3 people", "10:30", "Name", "Rename: x", "A - B", ""])
def test_what_is_no_form(text: str) -> None:
    assert labelled_forms.read(text) == {}


def test_a_label_twice_counts_for_nothing() -> None:
    assert labelled_forms.read("Name: Asha Date: 5 Dec Date: 6 Dec") == {"full_name": "Asha"}


def test_an_event_s_own_question_is_a_label() -> None:
    assert labelled_forms.read("Name: Asha Visitor type: Student", ["visitor_type"])["visitor_type"] == "Student"
