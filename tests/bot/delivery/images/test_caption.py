"""The words under a pass's picture say all that it shows."""

from dataclasses import replace
from datetime import date, time

import pytest

from bot.delivery.images.caption import MAX_LENGTH, caption
from bot.delivery.images.pass_image import POLICIES, entry_rule
from flows.text import LANGUAGES, render, words
from flows.text.choices import people
from flows.text.pass_days import describe_days, open_hours
from tests.bot.delivery.images.test_pass_image import PLAIN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("policy", POLICIES)
def test_whatever_the_picture_says(language: str, policy: str) -> None:
    days = (date(2027, 1, 17), date(2027, 1, 18)) if policy == "daily" else ()
    facts = replace(PLAIN, language=language, policy=policy, kind="Press", kind_days=days, gates=("Gate 3",))
    said = caption(facts, "https://maps.example/x")
    shown = [facts.event, facts.venue, facts.full_name, facts.code, facts.kind, "Gate 3", "https://maps.example/x"]
    told = [
        describe_days(facts.days),
        people(3),
        open_hours(facts.opens, facts.closes),
        entry_rule(policy, on_each_day=bool(days)),
    ]
    shown += [render(sentence, language) for sentence in told if sentence]
    assert [part for part in shown if part not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_to_forward_says_for_whom_it_is_and_how_a_part_enters(language: str) -> None:
    said = caption(replace(PLAIN, language=language, shared=True), "")
    assert "*7K3M-PQ2R 2*" in said
    assert said.count(PLAIN.full_name) == 2
    assert PLAIN.full_name in said.splitlines()[-2]
    assert len(said) <= MAX_LENGTH


def test_what_is_not_there_leaves_no_empty_line() -> None:
    said = caption(replace(PLAIN, venue="", opens=None, closes=None), "").splitlines()
    assert len(said) == len([line for line in said if line]) == 5


def test_a_long_link_goes_before_the_picture_would() -> None:
    facts = replace(PLAIN, event="E" * 120, venue="V" * 200, full_name="N" * 80, opens=time(10))
    assert caption(facts, "https://maps.example/" + "x" * 460).splitlines()[-2] == facts.venue
    assert all(len(caption(replace(facts, language=language), "")) <= MAX_LENGTH for language in LANGUAGES)
    assert render(words(facts.venue), "en") in caption(facts, "https://maps.example/x")
