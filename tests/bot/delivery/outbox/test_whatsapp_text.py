"""How words are laid out for WhatsApp: paragraphs, numbers, 1,600 characters, and only what XML can carry."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse

from bot.delivery.outbox import whatsapp_text
from flows.shapes import Option, Say, Sentence
from flows.text import lines, words
from flows.text.translate import SpokenSentence


def said(*paragraphs: Sentence, options: tuple[Option, ...] = (), language: str = "en", **results: Any) -> str:
    return whatsapp_text.message([Say(paragraphs, options)], language, results)


def hello(**params: Any) -> Sentence:
    return Sentence("Hello {name}.", params)


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_paragraphs_stand_apart_and_options_are_numbered() -> None:
    options = (Option("a", "First"), Option("b", words("Second"), words("3 left")))
    assert said(hello(name="Asha"), words("Which?"), options=options) == (
        "Hello Asha.\n\nWhich?\n\n1. First\n2. Second (3 left)"
    )


def test_several_sayings_are_one_message_with_one_row_of_numbers() -> None:
    first, second = Say((words("One"),), (Option("a", "A"),)), Say((words("Two"),), (Option("b", "B"),))
    assert whatsapp_text.message([first, second], "en") == "One\n\nTwo\n\n1. A\n2. B"


def test_nothing_said_is_nothing() -> None:
    assert whatsapp_text.message([], "en") == ""
    assert said(words(" ")) == ""


def test_results_fill_what_is_missing() -> None:
    assert said(hello(), name="Asha") == "Hello Asha."


@pytest.mark.parametrize(
    "typed",
    ["A\nsha", "A\r\n\r\n\tsha", "A\u2028sha", "\u202eA\u202c sha\u2066", "A \x00\x0b sha", "A \ud800\ufffe sha"],
)
def test_what_people_type_stays_on_its_line(typed: str) -> None:
    for sentence in (hello(name=typed), lines(hello(name=typed)), hello(name=SpokenSentence(words(typed), "hi"))):
        assert said(sentence) in ("Hello A sha.", "A sha")


def test_our_own_lines_stay_lines() -> None:
    assert said(lines(words("One"), words("Two"))) == "One\nTwo"


def test_details_go_first_and_numbers_stay() -> None:
    options = tuple(Option(str(number), f"Day {number}", "d" * 72) for number in range(20))
    text = said(words("Which?"), options=options)
    assert "(" not in text
    assert [line for line in text.splitlines() if line.startswith("20. ")] == ["20. Day 19"]


def test_typed_texts_are_cut_before_ours() -> None:
    ours = {"en": "terms " * 200}
    text = said(hello(name="x" * 900), words(ours))
    assert "…" in text.splitlines()[0]
    assert ("terms " * 200).strip() in text


def test_long_paragraphs_are_cut_and_short_ones_whole() -> None:
    text = said(words({"en": "long " * 900}), words("Which?"), options=(Option("a", "Yes"), Option("b", "No")))
    assert size(text) <= whatsapp_text.MAX_BODY_LENGTH
    assert text.endswith("Which?\n\n1. Yes\n2. No")


@given(
    st.lists(st.text(max_size=3000), max_size=4),
    st.lists(st.tuples(st.text(max_size=200), st.text(max_size=100)), max_size=40),
    st.sampled_from(["en", "hi", "xx", None]),
)
def test_any_text_fits_and_is_xml(paragraphs: list[str], options: list[tuple[str, str]], language: str | None) -> None:
    say = Say(tuple(words(text) for text in paragraphs), tuple(Option("o", *option) for option in options))
    text = whatsapp_text.message([say], language)
    assert size(text) <= whatsapp_text.MAX_BODY_LENGTH
    answer = MessagingResponse()
    answer.message(text)
    assert (ET.fromstring(str(answer)).findtext("Message") or "") == text
    numbers = re.findall(r"^(\d+)\. ", text, re.MULTILINE)
    assert numbers[-len(options) :] == [str(number) for number in range(1, len(options) + 1)] or not options


@pytest.mark.parametrize(("text", "most", "kept"), [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("a👍👍", 4, "a👍…")])
def test_shortening_counts_as_twilio_does_at_worst(text: str, most: int, kept: str) -> None:
    assert whatsapp_text.shortened(text, most) == kept
