"""Rows as people fill them in: who is registered, and what is told of the others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from admin_cli.visitors.import_texts import FILE_PROBLEMS, ROW_PROBLEMS
from bot.domain.imports import columns, rows, validate_rows
from bot.domain.imports.rows import ImportRules, KindFacts, ListedPerson, RejectedRow
from bot.domain.imports.validate_rows import RowValidator
from flows.sandbox import world
from flows.text import event_states
from tests.flows.events import CHILDREN, SCHOOL_CLASS

NOW = datetime(2027, 1, 1, 6, 30, tzinfo=UTC)
FIRST = date(2027, 1, 9)
DAYS = [FIRST + timedelta(days=passed) for passed in range(4)]
HEADS = ("Name", "Phone", "Day", "Party", "Kind", "Language", "Ref")
EVENT = replace(world.demo(NOW), starts_on=FIRST, ends_on=DAYS[-1], questions=())
KINDS = (
    KindFacts(1, "visitor", ("visitor", "Visitor", "आगंतुक"), 255),
    KindFacts(2, "school", ("school", "School", "विद्यालय"), 60),
    KindFacts(3, "exhibitor", ("exhibitor", "Exhibitor"), 4, (DAYS[0], DAYS[1])),
)
STATES = dict(zip(DAYS, (event_states.OPEN, event_states.OPEN, event_states.FULL, event_states.CLOSED), strict=True))


def judge_of(heads: tuple[str, ...] = HEADS, defaults: dict[str, str] | None = None, **changes: Any) -> RowValidator:
    given = {"event": EVENT, "today": NOW.date(), "days": STATES, "kinds": KINDS, "region": "IN"}
    rules: dict[str, Any] = {**given, "questions": {}, **changes}
    found = columns.match_columns(heads, rules["event"].questions, (), defaults)
    return RowValidator(ImportRules(**{**rules, "questions": validate_rows.questions_of(rules["event"])}), found)


def row(**said: Any) -> list[Any]:
    cells = {"name": "Asha Verma", "day": "2027-01-09", **said}
    return [cells.get(head.lower(), "") for head in HEADS]


def person(**said: Any) -> ListedPerson:
    found = judge_of().validate(2, row(**said))
    assert isinstance(found, ListedPerson), found
    return found


def wrong(**said: Any) -> list[tuple[str, str]]:
    found = judge_of().validate(2, row(**said))
    assert isinstance(found, RejectedRow)
    return [(one.thing, one.code) for one in found.problems]


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("98123 45678", "+919812345678"),
        ("+91 98123-45678", "+919812345678"),
        ("919812345678", "+919812345678"),
        ("0098123 45678".replace("00", "0", 1), "+919812345678"),
        ("+44 7400 123456", "+447400123456"),
        ("9812345678.0", "+919812345678"),
        (9812345678, "+919812345678"),
        (9812345678.0, "+919812345678"),
        ("9.812345678E+09", "+919812345678"),
        ("'+919812345678", "+919812345678"),
        ("९८१२३४५६७८", "+919812345678"),
        ("", None),
        ("N/A", None),
        (None, None),
    ],
)
def test_phones_as_spreadsheets_have_them(cell: Any, phone: str | None) -> None:
    assert person(phone=cell).phone == phone


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("9.81234E+09", "phone_cut"),
        ("9,81E9", "phone_cut"),
        ("12345", "not_a_phone"),
        ("7400 123456 ext", "not_a_phone"),
        ("022 2765 4321", "not_a_phone"),
        ("=A1", "not_a_phone"),
    ],
)
def test_phones_that_cannot_be_reached(cell: str, code: str) -> None:
    assert wrong(phone=cell) == [("phone", code)]


@pytest.mark.parametrize(
    "cell",
    [
        "2027-01-10",
        date(2027, 1, 10),
        datetime.fromisoformat("2027-01-10"),
        "10/01/2027",
        "10.1.27",
        "10 Jan",
        "रविवार 10 जनवरी",
        46397,
    ],
)
def test_days_with_their_month(cell: Any) -> None:
    assert person(day=cell).days == (DAYS[1],)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "day_missing"),
        ("10", "day_unclear"),
        ("saturday", "day_unclear"),
        ("tomorrow", "day_unclear"),
        ("31/02/2027", "day_unclear"),
        ("2027-02-09", "day_outside"),
        ("2027-01-12", "day_closed"),
        ("9 Jan; 2027-02-01", "day_outside"),
    ],
)
def test_days_that_cannot_be_had(cell: str, code: str) -> None:
    assert wrong(day=cell) == [("day", code)]


def test_several_days_and_the_days_of_a_kind() -> None:
    assert person(day="2027-01-10; 9 Jan").days == (DAYS[0], DAYS[1])
    assert person(day="", kind="Exhibitor").days == (DAYS[0],)
    assert person(day="10 Jan", kind="exhibitor").days == (DAYS[0],)
    assert [person(day=said, kind="exhibitor").more_days for said in ("", "10 Jan", "2027-01-10; 9 Jan")] == [
        *(False, True, False)
    ]
    assert wrong(day="11 Jan", kind="exhibitor") == [("day", "kind_not_that_day")]


def test_one_day_needs_no_column() -> None:
    found = judge_of(("Name",), days={FIRST: event_states.OPEN}).validate(2, ["Asha Verma"])
    assert isinstance(found, ListedPerson)
    assert (found.days, found.party_size, found.kind.slug, found.language) == ((FIRST,), 1, "visitor", "en")


def test_kinds_languages_and_parties() -> None:
    found = person(kind=" SCHOOL", language="हिन्दी", party="60 people")
    assert (found.kind.slug, found.language, found.party_size) == ("school", "hi", 60)
    assert person(party="200").party_size == 200
    assert wrong(kind="schol", language="klingon", party="0") == [
        *(("party", "number_too_small"), ("kind", "no_such_kind"), ("language", "bad_language"))
    ]
    assert wrong(kind="school", party="61") == [("party", "party_too_large")]
    unknown = judge_of().validate(2, row(kind="schol"))
    assert isinstance(unknown, RejectedRow)
    assert unknown.problems[0].params["nearest"] == "school"
    general = judge_of(("Name", "Day"), {"kind": "school", "party": "3"}).validate(2, ["Asha Verma", "9 Jan"])
    assert isinstance(general, ListedPerson)
    assert (general.kind.slug, general.party_size) == ("school", 3)


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "empty"), ("A", "too_short"), ("12345", "no_letter"), ("stop", "not_a_name"), ("x" * 81, "too_long")],
)
def test_names_are_judged_as_in_the_chat(name: str, code: str) -> None:
    assert wrong(name=name) == [("name", code)]


@pytest.mark.parametrize(
    "name",
    ["Manzoor", "Char Das", "Three Das", "Han", "ASHA VERMA", "Md. Ali", "D’Souza", "Sunday Das", "Ravi from Delhi"],
)
def test_names_in_a_list_are_kept_as_they_stand(name: str) -> None:
    assert person(name=name).full_name == name


def test_the_events_own_questions() -> None:
    event = replace(EVENT, questions=(SCHOOL_CLASS, CHILDREN))
    judge = judge_of(("Name", "Day", "visitor_type", "children"), event=event)
    found = judge.validate(2, ["Asha Verma", "9 Jan", "teacher", ""])
    assert isinstance(found, ListedPerson)
    assert found.answers == {"visitor_type": "Teacher"}
    bad = judge.validate(3, ["Ravi Rao", "9 Jan", "", "eleven"])
    assert isinstance(bad, RejectedRow)
    assert [one.code for one in bad.problems] == ["answer_missing", "number_too_large"]


def test_the_same_person_twice_in_a_file() -> None:
    judge = judge_of()
    phone = "9812345678"
    judged = [
        judge.validate(number, row(**said))
        for number, said in enumerate(
            [
                {"phone": phone},
                {"phone": phone, "day": "10 Jan"},
                {"phone": phone, "kind": "school"},
                {"phone": "+91" + phone, "name": "Ravi"},
                {"ref": "7"},
                {"ref": "7", "name": "Ravi"},
            ],
            2,
        )
    ]
    assert [one.problems[0].params["row"] for one in judged if isinstance(one, RejectedRow)] == [2, 6]


def test_people_without_a_phone_are_told_apart_by_their_order() -> None:
    def keys(*rows: list[Any], heads: tuple[str, ...] = HEADS) -> list[Any]:
        judge = judge_of(heads)
        judged = [judge.validate(number, cells) for number, cells in enumerate(rows, 2)]
        return [one.keys[0] if isinstance(one, ListedPerson) else one.twin for one in judged]

    first, second, other = keys(row(), row(name="ASHA  verma"), row(day="10 Jan"))
    assert len({first, second, other}) == 3
    assert keys(row(), row(party="3")) == [first, second]
    assert keys(row(ref="R1"), row())[1] == first
    assert keys(row(), row(party="none")) == [first, 2]
    assert keys([*row(), "2"], heads=(*HEADS, "import_twin")) == [second]


def test_cells_beyond_the_columns_are_a_separator_inside_a_cell() -> None:
    found = judge_of(("Name", "Day")).validate(2, ["Verma", " Asha", "2027-01-09"])
    assert isinstance(found, RejectedRow)
    assert ("", "too_many_cells") in [(one.thing, one.code) for one in found.problems]


def test_everything_that_can_be_wrong_has_its_words() -> None:
    assert set(ROW_PROBLEMS) == set(rows.CODES)
    assert all(problem and todo for problem, todo in ROW_PROBLEMS.values())
    assert FILE_PROBLEMS
