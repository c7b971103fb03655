from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, people
from bot.domain.events import questions
from bot.domain.keys import KeyRing
from bot.domain.models import Event
from bot.domain.passes import registration as registrations
from bot.ops import migrations
from flows.engine import catalogue
from flows.text import access_needs
from flows.visitor import consent
from tests import migrated
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, refused

CITY: dict[str, Any] = {"name": "city", "kind": "text", "labels": {"en": "Which city?", "hi": "कौन सा शहर?"}}
MEAL: dict[str, Any] = {
    "name": "meal",
    "kind": "choice",
    "labels": {"en": "Which meal?"},
    "options": [{"en": "Veg", "hi": "शाकाहारी"}, {"en": "Jain"}],
    "required": True,
}
AGE: dict[str, Any] = {"name": "age", "kind": "number", "labels": {"en": "How old?"}, "least": 1, "most": 120}


def test_questions_are_kept_with_the_event_in_their_order(db: Session, fair: Event) -> None:
    events.set_questions(db, "fair", [CITY, MEAL, AGE])
    kept = events.shape(fair).questions
    assert [question.name for question in kept] == ["city", "meal", "age"]
    assert kept[1].options == tuple(MEAL["options"])
    assert (kept[0].required, kept[1].required) == (False, True)
    assert (kept[2].least, kept[2].most) == (1, 120)
    events.set_questions(db, "fair", [])
    assert events.shape(fair).questions == ()


def test_the_question_about_help_is_switched_on_and_off_and_changes_the_consent(db: Session, fair: Event) -> None:
    events.set_questions(db, "fair", [CITY])
    before = fair.consent_version
    for _again in range(2):
        events.ask_needs(db, "fair", wanted=True)
        assert [question.name for question in events.shape(fair).questions] == ["city", access_needs.NAME]
        assert fair.consent_version == before + 1
    assert {"en", "hi", "ta", "ml"} <= events.shape(fair).questions[1].labels.keys()
    told = consent.consent_text(events.shape(fair), "en", another=False)
    assert access_needs.CONSENT.source in told
    for _again in range(2):
        events.ask_needs(db, "fair", wanted=False)
        assert (fair.consent_version, fair.former_questions) == (before + 2, [access_needs.NAME])
    assert access_needs.CONSENT.source not in consent.consent_text(events.shape(fair), "en", another=False)


@pytest.mark.parametrize(
    ("changes", "problem"), [({"required": True}, "required"), ({"kind": "text", "options": []}, "kind")]
)
def test_nobody_has_to_say_what_help_they_need(db: Session, fair: Event, changes: dict[str, Any], problem: str) -> None:
    with refused("bad_question", problem=problem):
        events.set_questions(db, "fair", [{**access_needs.as_kept(), **changes}])


@pytest.mark.own_database
def test_questions_of_before_keep_their_names_by_the_migration(database: Database) -> None:
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY, now=NOW)
        events.open_event(db, "fair")
        events.set_questions(db, "fair", [CITY])
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        answers = {"city": "Delhi", "age": 7}
        registrations.register(db, KeyRing.open(database, SECRET), **asking(asha, answers=answers))
    migrated.to(database, "0022")
    migrations.upgrade(database)
    with database.read() as db:
        assert events.by_slug(db, "fair").former_questions == ["age"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"color": "red"}, "keys"),
        ({"name": "City"}, "name"),
        ({"name": "1city"}, "name"),
        ({"name": "c" * 31}, "name"),
        ({"name": None}, "name"),
        ({"name": "phone"}, "name_taken"),
        ({"kind": "date"}, "kind"),
        ({"labels": "City?"}, "labels"),
        ({"labels": {"hi": "शहर?"}}, "labels"),
        ({"labels": {"en": " "}}, "labels"),
        ({"labels": {"en": "c" * 301}}, "labels"),
        ({"labels": {"en": 5}}, "labels"),
        ({"required": "yes"}, "required"),
        ({"options": [{"en": "Delhi"}]}, "options"),
        ({"kind": "choice"}, "options"),
        ({"kind": "choice", "options": [{"en": "Delhi"}]}, "options"),
        ({"kind": "choice", "options": [{"en": "Delhi"}, {"en": "delhi "}]}, "options"),
        ({"kind": "choice", "options": [{"en": "Delhi"}, {"hi": "पुणे"}]}, "options"),
        ({"kind": "choice", "options": ["Delhi", "Pune"]}, "options"),
        ({"kind": "choice", "options": [{"en": str(number)} for number in range(21)]}, "options"),
        ({"kind": "choice", "options": [{"en": "Metro"}, {"en": "Book"}]}, "commands"),
        ({"least": 5, "most": 4}, "range"),
        ({"least": 1.5}, "range"),
        ({"most": "many"}, "range"),
    ],
)
def test_what_a_question_cannot_be(changes: dict[str, Any], problem: str) -> None:
    with refused("bad_question", problem=problem):
        questions.checked([MEAL, {**CITY, **changes}])


@pytest.mark.parametrize(
    "title",
    [
        "Book",
        "End",
        "None",
        "Language",
        "Band",
        "Menu",
        "Skip",
        "No answer",
        "Stop messages",
        "Cancel",
        "HELP",
        "Restart",
    ],
)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_choice_that_reads_as_a_command_is_refused_with_the_words_to_avoid(title: str, language: str) -> None:
    option = {"en": "Something", "hi": "कुछ और", language: title}
    with refused("bad_question", question="meal", problem="commands", words=f"{title}, मदद"):
        questions.checked([{**MEAL, "options": [option, {"en": "Jain"}, {"en": "Veg", "hi": "मदद"}]}])


@pytest.mark.parametrize(
    "title", ["Books", "Weekend", "Bandra", "Bus stop", "Passport", "Yes", "No", "Helpers", "Menu A"]
)
def test_other_choices_are_free(title: str) -> None:
    kept = questions.checked([{**MEAL, "options": [{"en": title}, {"en": "Jain"}]}])
    assert kept[0]["options"][0] == {"en": title}


def test_what_is_missing_is_told() -> None:
    for name in ("name", "kind", "labels"):
        with refused("bad_question", problem="keys"):
            questions.checked([{key: value for key, value in CITY.items() if key != name}])


def test_a_language_that_we_do_not_speak_is_told() -> None:
    with refused("bad_language", language="xx"):
        questions.checked([{**CITY, "labels": {"en": "City?", "xx": "?"}}])


def test_no_two_questions_have_one_name_and_there_are_ten_at_most() -> None:
    with refused("bad_question", question="city", problem="name_taken"):
        questions.checked([CITY, MEAL, CITY])
    many = [{**CITY, "name": f"city_{number}"} for number in range(11)]
    assert len(questions.checked(many[:10])) == 10
    with refused("bad_question", problem="too_many"):
        questions.checked(many)


def test_no_question_can_be_named_like_a_step_of_a_flow_that_asks_it() -> None:
    asking = [flow for flow in catalogue.FLOWS.values() if flow.questions_before]
    assert asking
    assert {step.name for flow in asking for step in flow.steps} <= questions.RESERVED_NAMES
