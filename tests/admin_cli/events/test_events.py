"""`events`: what is typed reaches the event, and what is wrong is told by exit code and stable code."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from admin_cli.console.refusals import refusal_text
from bot.database import Database
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.events import questions
from flows.text import render
from flows.visitor.consent import CONSENT
from tests.paths import ROOT

Run = Callable[..., Result]
Rows = Callable[..., Any]
NEW = ("events", "create", "--slug", "s", "--name", "N", "--from", "2027-01-09", "--to", "2027-01-17")


def test_a_new_event_is_closed_and_has_its_days(rows: Rows, fair_slug: str) -> None:
    shown = rows("events", "show", fair_slug)
    assert (shown["status"], shown["policy"], shown["timezone"], shown["max_party"]) == (
        *("closed", "daily", "Asia/Kolkata", 10),
    )
    assert [day["day"] for day in shown["days"]] == ["2027-01-09", "2027-01-10", "2027-01-11"]
    assert (shown["capacity_per_day"], shown["hours"], shown["gates"], shown["kinds"]) == (None, None, [], ["visitor"])


def test_every_option_of_create(ok: Run, rows: Rows) -> None:
    where = ("--venue", "Hall 1", "--map", "https://maps.example.org/x", "--hours", "10:00-20:30")
    limits = ("--capacity-per-day", "200000", "--max-party", "6", "--policy", "in_out", "--timezone", "Asia/Kathmandu")
    ok(*NEW, *where, *limits)
    shown = rows("events", "show", "s")
    kept = {
        name: shown[name] for name in ("venue", "map", "hours", "capacity_per_day", "max_party", "policy", "timezone")
    }
    assert kept == {
        **{"venue": "Hall 1", "map": "https://maps.example.org/x", "hours": "10:00-20:30"},
        **{"capacity_per_day": 200000, "max_party": 6, "policy": "in_out", "timezone": "Asia/Kathmandu"},
    }
    assert {day["capacity"] for day in shown["days"]} == {200000}


def test_list_and_show_for_people(ok: Run, fair_slug: str) -> None:
    assert "Book Fair" in ok("events", "list").stdout
    assert "2027-01-10" in ok("events", "show", fair_slug).stdout


def test_an_empty_list(run: Run) -> None:
    result = run("events", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(run("events", "list", "--json").stdout) == []


def test_open_close_cancel(ok: Run, run: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "open", fair_slug)
    assert rows("events", "show", fair_slug)["status"] == "open"
    ok("events", "close", fair_slug)
    assert rows("events", "show", fair_slug)["status"] == "closed"
    assert run("events", "cancel", fair_slug, stdin="n\n").exit_code == 1
    assert rows("events", "show", fair_slug)["status"] == "closed"
    ok("events", "cancel", fair_slug, stdin="y\n")
    assert rows("events", "show", fair_slug)["status"] == "cancelled"


def test_set_changes_what_is_given_and_leaves_the_rest(ok: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "set", fair_slug, "--name-in", "hi=पुस्तक मेला", "--hours", "10:00-18:00", "--capacity-per-day", "50")
    ok("events", "set", fair_slug, "--to", "2027-01-12", "--registration-opens", "2027-01-01 10:00")
    shown = rows("events", "show", fair_slug)
    assert (shown["name"], shown["names"], shown["hours"]) == ("Book Fair", {"hi": "पुस्तक मेला"}, "10:00-18:00")
    assert [day["capacity"] for day in shown["days"]] == [50] * 4
    assert shown["registration_opens"] == "2027-01-01T10:00:00+05:30"


def test_limits_are_taken_away_with_none(ok: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "set", fair_slug, "--hours", "10:00-18:00", "--capacity-per-day", "50")
    ok("events", "set", fair_slug, "--hours", "none", "--capacity-per-day", "none", "--registration-opens", "none")
    shown = rows("events", "show", fair_slug)
    assert (shown["hours"], shown["capacity_per_day"], shown["registration_opens"]) == (None, None, None)


def test_words_in_one_language_leave_the_others(ok: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "set", fair_slug, "--venue-in", "hi=मैदान", "--consent", "en=I agree", "--consent", "hi=सहमत हूँ")
    version = rows("events", "show", fair_slug)["consent_version"]
    ok("events", "set", fair_slug, "--venue-in", "en=Ground", "--notice", "en=Bring water")
    shown = rows("events", "show", fair_slug)
    assert shown["venues"] == {"hi": "मैदान", "en": "Ground"}
    assert shown["consent_version"] == version == 2


def test_one_day(ok: Run, run: Run, rows: Rows, fair_slug: str) -> None:
    ok("events", "day", fair_slug, "2027-01-10", "--close", "--capacity", "7")
    days = {day["day"]: day for day in rows("events", "show", fair_slug)["days"]}
    assert (days["2027-01-10"]["closed"], days["2027-01-10"]["capacity"]) == (True, 7)
    assert (days["2027-01-09"]["closed"], days["2027-01-09"]["capacity"]) == (False, None)
    ok("events", "day", fair_slug, "2027-01-10", "--open", "--capacity", "none")
    assert rows("events", "show", fair_slug)["days"][1]["capacity"] is None
    assert "no_such_day" in run("events", "day", fair_slug, "2027-02-01", "--close").stderr


CITY = {"name": "city", "kind": "text", "labels": {"en": "Which city?", "hi": "कौन सा शहर?"}}


def test_questions_from_a_file(ok: Run, run: Run, rows: Rows, fair_slug: str, tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text(json.dumps([CITY]), encoding="utf-8")
    ok("events", "questions", fair_slug, "--file", str(file))
    assert [question["name"] for question in rows("events", "questions", fair_slug)] == ["city"]
    assert "Which city?" in ok("events", "questions", fair_slug).stdout
    file.write_text("[]", encoding="utf-8")
    assert run("events", "questions", fair_slug, "--file", str(file), stdin="n\n").exit_code == 1
    assert len(rows("events", "questions", fair_slug)) == 1
    ok("events", "questions", fair_slug, "--file", "-", "--yes", stdin="[]")
    assert rows("events", "questions", fair_slug) == []


@pytest.mark.parametrize("content", ["{", "{}", "[1]", "[" * 100_000])
def test_a_file_that_is_not_questions(run: Run, fair_slug: str, content: str) -> None:
    result = run("events", "questions", fair_slug, "--file", "-", stdin=content)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


def test_a_wrong_question_is_refused(run: Run, fair_slug: str) -> None:
    wrong = json.dumps([{**CITY, "kind": "colour"}])
    assert "bad_question" in run("events", "questions", fair_slug, "--file", "-", stdin=wrong).stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--to", "2027-01-01"), "bad_dates"),
        (("--slug", "Not a slug"), "bad_slug"),
        (("--timezone", "Mars/North"), "bad_zone"),
        (("--capacity-per-day", "0"), "bad_capacity"),
        (("--capacity-per-day", "-5"), "bad_capacity"),
        (("--capacity-per-day", "999999999"), "bad_capacity"),
        (("--max-party", "256"), "bad_party_limit"),
        (("--map", "nowhere"), "bad_map_url"),
        (("--hours", "10:00-10:00"), "bad_hours"),
    ],
)
def test_what_the_rules_refuse_is_one_line_with_its_code(run: Run, options: tuple[str, str], code: str) -> None:
    result = run(*NEW, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert code in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_slug_is_taken_once(run: Run, fair_slug: str) -> None:
    assert "slug_taken" in run(*NEW, "--slug", fair_slug).stderr


def test_an_unknown_slug_names_the_nearest(run: Run, fair_slug: str) -> None:
    result = run("events", "open", "fai")
    assert result.exit_code == 1
    assert "no_such_event" in result.stderr
    assert fair_slug in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("events", "create", "--slug", "s"),
        (*NEW, "--from", "9 January"),
        (*NEW, "--from", "2027-1-9"),
        (*NEW, "--hours", "10-20"),
        (*NEW, "--hours", "9:5-17:0"),
        (*NEW, "--hours", "+9:0-1_0:0"),
        (*NEW, "--hours", "09:00-24:01"),
        (*NEW, "--capacity-per-day", "many"),
        (*NEW, "--capacity-per-day", "1_0"),
        (*NEW, "--max-party", "1_0"),
        (*NEW, "--max-party", "९"),
        (*NEW, "--policy", "twice"),
        ("events", "set", "fair"),
        ("events", "set", "fair", "--name-in", "hindi"),
        ("events", "set", "fair", "--registration-opens", "soon"),
        ("events", "day", "fair", "2027-01-09"),
        ("events", "nothing"),
        ("nothing",),
    ],
)
def test_usage_errors_exit_2(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_event_is_called_by_its_name_however_it_was_typed(ok: Run, fair_slug: str) -> None:
    for command in (("open",), ("close",), ("set", "--venue", "Hall 2"), ("day", "2027-01-10", "--close")):
        assert ok("events", command[0], "FAIR", *command[1:]).stdout.startswith(f"{fair_slug} ")
    assert ok("events", "cancel", "FAIR", "--yes").stdout.startswith(f"{fair_slug} ")
    assert "fair?" in ok("events", "cancel", "Fair", stdin="y\n").stdout


def test_an_event_of_the_past_is_made_and_opened_with_a_word(ok: Run, fair_slug: str) -> None:
    made = ok(*NEW[:6], "--from", "2020-01-09", "--to", "2020-01-10")
    assert "2020-01-10" in made.stderr
    assert "2020-01-10" in ok("events", "open", "s").stderr
    assert "2027" not in ok("events", "open", fair_slug).stderr


def test_how_many_places_can_be_is_told(run: Run) -> None:
    assert "10,00,00,000" in run(*NEW, "--capacity-per-day", "0").stderr


def test_an_unknown_event_is_told_without_the_visitors_words(run: Run, fair_slug: str) -> None:
    told = run("events", "show", "nosuch").stderr
    assert "nosuch" in told
    assert "no_such_event" in told
    assert "*" not in told


@pytest.mark.parametrize("problem", [*questions.PROBLEMS, "commands", "too_many"])
def test_every_problem_of_a_question_has_words(problem: str) -> None:
    words = refusal_text("bad_question", {"question": "city", "problem": problem, "words": "Book, End"})
    assert words.startswith("question city: ")
    assert ("Book, End" in words) == (problem == "commands")


def test_the_document_names_every_reserved_word() -> None:
    text = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
    assert [name for name in sorted(questions.RESERVED_NAMES) if f"`{name}`" not in text] == []


@pytest.mark.databases("sqlite")
def test_hours_that_end_before_they_begin_are_told_of(ok: Run, fair_slug: str) -> None:
    assert "next morning" in ok(*NEW, "--hours", "20:00-10:00").stderr
    assert "next morning" in ok("events", "set", fair_slug, "--hours", "20:00-02:00").stderr
    assert "next morning" in ok("events", "day", fair_slug, "2027-01-10", "--hours", "20:00-02:00").stderr
    assert "next morning" not in ok("events", "set", fair_slug, "--hours", "10:00-20:00").stderr


@pytest.mark.databases("sqlite")
def test_days_that_keep_hours_of_their_own_are_told_when_the_events_change(ok: Run, fair_slug: str) -> None:
    assert "2027" not in ok("events", "set", fair_slug, "--hours", "09:00-20:00").stderr
    ok("events", "day", fair_slug, "2027-01-10", "--hours", "11:00-18:00")
    assert "2027-01-10 11:00-18:00" in ok("events", "set", fair_slug, "--hours", "10:00-20:00").stderr
    assert "2027-01-10" not in ok("events", "set", fair_slug, "--venue", "Hall 2").stderr


@pytest.mark.databases("sqlite")
def test_a_time_zone_that_stays_says_why(ok: Run, run: Run, fair_slug: str, database: Database) -> None:
    with database.write() as db:
        head_counts.add(db, HeadCountRequest(fair_slug, "one", "in", 5, "api"), datetime(2027, 1, 9, 6, tzinfo=UTC))
    refused = run("events", "set", fair_slug, "--timezone", "Asia/Dhaka")
    assert (refused.exit_code, "zone_in_use" in refused.stderr, "Asia/Kolkata" in refused.stderr) == (1, True, True)
    ok("events", "set", fair_slug, "--timezone", "Asia/Kolkata")


def test_the_languages_that_are_offered_keep_their_order(run: Run, ok: Run, rows: Rows) -> None:
    ok(*NEW, "--languages", "hi,en")
    assert rows("events", "show", "s")["languages"] == ["hi", "en"]
    ok("events", "set", "s", "--languages", "en")
    assert rows("events", "show", "s")["languages"] == ["en"]
    assert "bad_language" in run("events", "set", "s", "--languages", "en,tlh").stderr


def test_a_language_that_nobody_has_confirmed_is_shown_and_asked_about_before_the_event_opens(
    run: Run, ok: Run, rows: Rows, fair_slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.visitor.consent.CONFIRMED", ("en",))
    asked = run("events", "open", fair_slug, stdin="n\n")
    assert asked.exit_code == 1
    assert "हिन्दी (hi)" in asked.stderr
    assert render(CONSENT, "hi") in asked.stderr
    assert rows("events", "show", fair_slug)["status"] == "closed"
    ok("events", "open", fair_slug, "--yes")
    assert rows("events", "show", fair_slug)["status"] == "open"
