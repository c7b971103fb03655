"""Questions as buttons and lists: what fits, how it is cut, and what does not fit."""

from typing import Any

import pytest
import regex
from jsonschema import Draft202012Validator

from bot.delivery.templates import interactive
from bot.delivery.templates.interactive import CardShape, InteractiveCard
from flows.shapes import Option, Say
from flows.text import LANGUAGES, _, lines, words
from tests.webhooks import openapi

MARK = "visit_date.0123abcd:"


def made(
    *options: Option, text: str = "Which day?", step: str = "visit_date", language: str = "en"
) -> InteractiveCard | None:
    return interactive.build_card([Say((words(text),), options, step)], language, {}, MARK)


def rows(count: int, **more: Any) -> tuple[Option, ...]:
    return tuple(Option(f"id{number}", f"Title {number}", **more) for number in range(count))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (rows(1), "buttons_1_1"),
        (rows(3), "buttons_3_1"),
        (rows(4), "list_4_1"),
        (rows(10), "list_10_1"),
        (rows(2, detail="5 places left"), "details_2_1"),
        (rows(10, detail="5 places left"), "details_10_1"),
        (rows(11), "list_10_1"),
        (rows(24, detail="5 places left"), "details_10_1"),
    ],
)
def test_few_bare_options_are_buttons_and_more_are_a_list(options: tuple[Option, ...], name: str) -> None:
    found = made(*options)
    assert found is not None
    assert found.shape.name == name
    assert CardShape.read(name) == found.shape
    assert InteractiveCard.from_template(name, found.values) == found


@pytest.mark.parametrize(
    ("options", "text", "step"),
    [
        ((), "Which day?", "visit_date"),
        (rows(2), "Which day?", ""),
        ((Option("a", "Yes", "with this"), Option("b", "No")), "Which day?", "visit_date"),
        ((Option("a", "Delhi University North Campus"), Option("b", "Delhi University North Gate")), "Where?", "x"),
        ((Option("a", "Yes"), Option("b", "yes")), "Which day?", "visit_date"),
        ((Option("i" * 190, "Yes"), Option("b", "No")), "Which day?", "visit_date"),
        (rows(2), "long " * 210, "visit_date"),
        (rows(2), "Hello {{1}}", "visit_date"),
    ],
)
def test_what_does_not_fit_stays_words(options: tuple[Option, ...], text: str, step: str) -> None:
    assert made(*options, text=text, step=step) is None


def test_the_text_keeps_its_lines_and_its_paragraphs() -> None:
    says = [Say((lines(_("Yes"), words("second   line")), words("alone"))), Say((words("And?"),), rows(2), "step")]
    found = interactive.build_card(says, "en", {}, MARK)
    assert found is not None
    assert found.body == "Yes\nsecond line\n\nalone\n\nAnd?"
    assert found.shape.layout == (2, 1, 1)


def test_no_value_is_empty_or_has_a_line_end_and_each_id_says_its_question() -> None:
    found = made(*rows(5), text="One\n\n\nTwo\tand three")
    assert found is not None
    assert all(value and not set(value) & {"\n", "\t", "\r"} and "    " not in value for value in found.values)
    assert [value for value in found.values if value.startswith(MARK)] == [f"{MARK}id{number}" for number in range(5)]
    assert list(found.variables) == [str(number) for number in range(1, len(found.values) + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "शनिवार, 17 जनवरी को सुबह की पाली",
        "👨‍👩‍👧‍👦" * 9,
        "Registration for the whole family",
        "क्षत्रिय" * 9,
        "a\u0301" * 40,
    ],
)
@pytest.mark.parametrize("most", [20, 24, 72])
def test_a_title_is_cut_between_characters(text: str, most: int) -> None:
    short = interactive.cut(text, most)
    assert interactive.size(short) <= most
    whole = regex.findall(r"\X", text)
    kept = regex.findall(r"\X", short.removesuffix("…"))
    assert "".join(kept) == text or kept == whole[: len(kept)]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_button_that_opens_a_list_is_in_the_language(language: str) -> None:
    found = made(*rows(5), language=language)
    assert found is not None
    opener = found.values[1]
    assert opener
    assert interactive.size(opener) <= 20
    assert (opener == "Choose") == (language == "en")


@pytest.mark.parametrize("name", ["buttons_1_1", "buttons_3_6.1.1", "list_4_2.1", "list_10_1", "details_10_1.1"])
def test_a_template_is_what_twilios_document_takes_and_its_values_fill_it(name: str) -> None:
    shape = CardShape.read(name)
    assert shape is not None
    template = interactive.definition(shape)
    assert openapi.complaints(openapi.content("ContentCreateRequest"), template) == []
    assert len(template["variables"]) == len(shape.variables()) <= 100
    text = str(template["types"])
    assert all(text.count(f"{{{{{number}}}}}") == 1 for number in template["variables"])


def test_another_content_has_another_name() -> None:
    one, other = (interactive.definition(CardShape("buttons", 2, layout))["friendly_name"] for layout in ((1,), (2,)))
    template = interactive.definition(CardShape("buttons", 2, (1,)))
    assert one == template["friendly_name"] != other
    template["variables"]["1"] = "another sample"
    assert interactive.digest(template)[:8] not in one


@pytest.mark.parametrize("name", ["", "buttons", "buttons_2", "buttons_2_x", "grid_2_1", "buttons_2_1."])
def test_other_names_are_no_shapes(name: str) -> None:
    assert CardShape.read(name) is None
    with pytest.raises(ValueError, match="no such shape"):
        InteractiveCard.from_template(name, [])


def test_the_document_is_a_schema() -> None:
    Draft202012Validator.check_schema(openapi.content("ContentCreateRequest"))
