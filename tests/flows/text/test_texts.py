"""Rendering, and that every sentence and code is there in every language."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message

from admin_cli.visitors import import_texts
from bot.delivery.templates import interactive
from flows import locale, understanding
from flows.gate import parse as gate_parse
from flows.shapes import Sentence
from flows.text import (
    SpokenSentence,
    _,
    audiences,
    in_all_languages,
    lines,
    ngettext_,
    refusals,
    render,
    sentence_for,
    translate,
    translations,
    words,
)
from flows.text.formats import moment
from flows.text.languages import CONFIRMED, LANGUAGES, SOURCE, TABLE
from flows.text.translate import MISSING, catalogue
from flows.understanding import agreement, vocabulary
from tests.paths import ROOT
from webhooks import i18n

OTHERS = [language for language in LANGUAGES if language != SOURCE]
BEGUN = [language for language in locale.CODES if language != SOURCE]
"""Also the languages that translators are at work on."""


def leftovers(language: str, wanted: Catalog) -> Iterator[str]:
    """The sentences of a language's file that the code does not have any more, or that it need not say."""
    known = {str(message.id) for message in audiences.needed(wanted, language)}
    for message in catalogue(language):
        if message.id and str(message.id) not in known:
            yield message.id[0] if isinstance(message.id, tuple | list) else message.id


@pytest.mark.parametrize(
    ("value", "english", "hindi"),
    [
        (date(2026, 1, 17), "Sat 17 Jan", "शनिवार, 17 जनवरी"),
        (time(10), "10 am", "सुबह 10 बजे"),
        (time(17, 30), "5:30 pm", "शाम 5:30 बजे"),
        (time(12), "12 pm", "दोपहर 12 बजे"),
        (
            datetime(2026, 1, 17, 4, 30, tzinfo=UTC).astimezone(ZoneInfo("Asia/Kolkata")),
            "Sat 17 Jan, 10 am",
            "शनिवार, 17 जनवरी, सुबह 10 बजे",
        ),
        (123456, "1,23,456", "1,23,456"),
        ("Asha", "Asha", "Asha"),
        ({"en": "Fair", "hi": "मेला"}, "Fair", "मेला"),
        ({"en": "Fair"}, "Fair", "Fair"),
        ({}, MISSING, MISSING),
        (("a", _("Yes")), "a\nYes", "a\nहाँ"),
        (SpokenSentence(_("Yes"), "hi"), "हाँ", "हाँ"),
    ],
)
def test_what_a_parameter_looks_like(value: object, english: str, hindi: str) -> None:
    assert render(words(value), "en") == english
    assert render(words(value), "hi") == hindi


@pytest.mark.parametrize("language", locale.CODES)
def test_every_day_fits_a_row_of_a_list(language: str) -> None:
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [
        day
        for day in (moment(day, language) for day in year)
        if interactive.size(day) > interactive.MAX_ROW_TITLE_LENGTH
    ] == []


def test_a_plural_that_is_not_translated_yet_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = ngettext_("{count} person", "{count} people", count=3)
    empty = Catalog(locale="hi")
    empty.add(("{count} person", "{count} people"), ("", ""))
    monkeypatch.setattr(translate, "catalogue", lambda language: empty)
    monkeypatch.setattr(translate, "_kept", translate._kept.__wrapped__)
    assert render(counted, "hi") == "3 people"


def test_plurals() -> None:
    counted = {
        count: [render(ngettext_("{count} person", "{count} people", count=count), language) for language in CONFIRMED]
        for count in (0, 1, 3)
    }
    assert counted == {0: ["0 people", "0 व्यक्ति"], 1: ["1 person", "1 व्यक्ति"], 3: ["3 people", "3 लोग"]}


def test_missing_parameters_come_from_the_results_and_else_leave_a_dash() -> None:
    assert render(Sentence("{code} {day}"), "en", {"code": "AAAA-AAAA"}) == f"AAAA-AAAA {MISSING}"


def test_a_sentence_inside_another_knows_the_results_too() -> None:
    assert render(lines(Sentence("{code}")), "hi", {"code": "AAAA-AAAA"}) == "AAAA-AAAA"


@pytest.mark.parametrize("typed", ["{code}", "{0.__class__}", "{", "}", "{{code}}", "%s", "\\1", "{words}"])
def test_what_people_type_is_never_a_field(typed: str) -> None:
    assert render(_("Name: {name}", name=typed), "en", {"code": "secret", "words": "secret"}) == f"Name: {typed}"


def test_a_language_that_we_do_not_have_reads_english() -> None:
    assert render(_("Yes"), "xx") == render(_("Yes"), None) == "Yes"


def test_in_all_says_it_once_in_each_language() -> None:
    assert render(in_all_languages(_("Yes")), "en").split("\n") == ["Yes", "हाँ"]


def test_an_unknown_code_has_a_sentence() -> None:
    assert sentence_for("no_such_code_at_all", left=3).source == refusals.ANYTHING_ELSE.source


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """Every marked sentence of the code: reading all of it takes a while."""
    return translations.template()


# --- completeness -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_or_fuzzy(language: str, wanted: Catalog) -> None:
    assert list(audiences.lacking(language, wanted)) == []
    assert list(audiences.lacking_words(language)) == []


def test_it_is_known_of_every_sentence_who_reads_it(wanted: Catalog) -> None:
    files = {file for message in wanted for file, _line in message.locations}
    assert files
    assert {file for file in files if not audiences.who_reads(file)} == set()


@pytest.mark.parametrize("language", BEGUN)
def test_every_table_of_a_vocabulary_is_one_of_the_source(language: str) -> None:
    known, own = (vocabulary.tables_of(code) for code in (SOURCE, language))
    strange = {table for table in own if table not in known and not table.startswith("choices.also_called.")}
    assert strange == set()


@pytest.mark.parametrize("language", BEGUN)
def test_every_sentence_that_it_must_say_stands_in_its_file(language: str, wanted: Catalog) -> None:
    known = catalogue(language)
    assert [message.id for message in audiences.needed(wanted, language) if known.get(message.id) is None] == []


@pytest.mark.parametrize("language", BEGUN)
def test_no_sentence_is_left_over(language: str, wanted: Catalog) -> None:
    assert list(leftovers(language, wanted)) == []


@pytest.mark.parametrize("language", BEGUN)
def test_translations_have_the_fields_of_their_source(language: str) -> None:
    for message in _messages(language):
        for source, said in zip(_forms(message.id), _forms(message.string), strict=True):
            if not said:
                continue
            assert _fields(source) >= _fields(said), source
            assert _fields(source) - _fields(said) <= {"count"}, source


@pytest.mark.parametrize("language", BEGUN)
def test_translations_speak_their_own_script(language: str) -> None:
    """What has no letter of the language's own was left in English; only fields alone may."""
    for message in _messages(language):
        for said in _forms(message.string):
            own_words = re.sub(r"\{\w+\}|\W|\d", "", said)
            assert not own_words or re.search(f"[{TABLE[language].letters}]", said), said


def _messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (str(text),)


def _fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def _every_text(language: str, wanted: Catalog) -> Iterator[str]:
    for message in wanted if language == SOURCE else _messages(language):
        yield from _forms(message.id if language == SOURCE else message.string)


@pytest.mark.parametrize("language", locale.CODES)
def test_the_sign_of_a_missing_parameter_is_in_no_sentence(language: str, wanted: Catalog) -> None:
    assert [text for text in _every_text(language, wanted) if MISSING in text] == []


@pytest.mark.parametrize("language", locale.CODES)
def test_words_in_bold_can_be_typed(language: str, wanted: Catalog) -> None:
    bold = {word for text in _every_text(language, wanted) for word in text.split("*")[1::2] if "{" not in word}
    with vocabulary.understood([language]):
        assert [word for word in bold if not _can_be_typed(word)] == []
    assert bold or language not in LANGUAGES


@pytest.mark.parametrize("language", locale.CODES)
def test_what_is_meant_bold_is_bold_on_whatsapp(language: str, wanted: Catalog) -> None:
    """It leaves the asterisks where a letter touches one from outside: a space must follow in `*{event}* ની`."""
    assert [text for text in _every_text(language, wanted) if "*" in i18n.BOLD.sub("", text)] == []


def _can_be_typed(word: str) -> bool:
    answers = agreement.yes_no(word) is not None or understanding.skips(word)
    return answers or bool(understanding.command(word) or gate_parse.read(word).word)


def test_a_language_without_a_file_lacks_everything_and_can_be_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Catalog
) -> None:
    monkeypatch.setattr(locale, "FOLDER", tmp_path)
    needed = len(list(audiences.needed(wanted, "mr")))
    assert 0 < needed < len(wanted)
    assert len(list(audiences.lacking("mr", wanted))) == needed + 1  # the file itself
    translations.update("mr", wanted)
    assert len(list(audiences.lacking("mr", wanted))) == needed
    assert list(leftovers("mr", wanted)) == []


# --- codes --------------------------------------------------------------------------------------


def _raised() -> Iterator[tuple[str, str]]:
    """Every code written in a Refused(…) or Invalid(…) of the code, with its file."""
    for room in translations.ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in ("Refused", "Invalid") and node.args:
                    for code in _strings(node.args[0]):
                        yield code, file.relative_to(ROOT).as_posix()


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _strings(argument: ast.expr) -> list[str]:
    branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    return [branch.value for branch in branches if isinstance(branch, ast.Constant) and isinstance(branch.value, str)]


def test_every_code_has_a_sentence() -> None:
    raised = dict(_raised())
    assert raised
    missing = {code: file for code, file in raised.items() if code not in refusals.SENTENCES}
    # What is wrong with a row of a list only whoever imports it hears, from the command line.
    of_lists = {code for code, file in missing.items() if file.startswith("bot/domain/imports/")}
    assert of_lists <= set(import_texts.ROW_PROBLEMS)
    assert missing.keys() - of_lists == set()


BY_NAME = [
    *("event_not_yet_open", "event_closed", "event_over", "event_cancelled", "day_over", "day_closed"),
    *("only_some_left", "party_too_large", "number_too_large", "not_agreed", "broken"),
]
"""Codes that are put together or handed over, so that no look at the source finds them."""


def test_a_code_that_counts_speaks_of_one_and_of_many() -> None:
    for language in LANGUAGES:
        for code, name in refusals.COUNT_PARAMETER.items():
            one, many = (render(sentence_for(code, **{name: number}), language) for number in (1, 7))
            assert "7" in many
            assert one.replace("1", "7") != many


@pytest.mark.parametrize("code", BY_NAME)
def test_codes_that_are_put_together_have_a_sentence(code: str) -> None:
    assert code in refusals.SENTENCES
