"""A look in words: more gates than colours, what has no word yet, and nothing at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from bot.delivery.outbox import explanations
from bot.domain.stats import dashboard as shapes
from bot.domain.stats.dashboard import ActiveAlert, Dashboard, RegistrationTotals
from flows.sandbox import world
from flows.shapes import Event, scans
from flows.shapes.figures import MessageCounts
from webhooks.staff.dashboard import tables as dashboard_tables
from webhooks.staff.dashboard import tiles
from webhooks.staff.scanner import texts as scanner_texts

NOON = datetime(2027, 1, 16, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
NOTHING = Dashboard(
    slug="fair",
    name={"en": "Fair"},
    timezone="Asia/Kolkata",
    day=date(2027, 1, 16),
    status="open",
    is_open=False,
    is_over=False,
    paused_at=None,
    registered_today=RegistrationTotals(0, 0),
    registered=RegistrationTotals(0, 0),
    channels=(),
    passes=MessageCounts(0, 0, 0, 0, 0, 0),
    expected=0,
    admitted=0,
    lately=0,
    left=0,
    counted_in=0,
    counted_out=0,
    inside=None,
    forced=0,
    conflicts=0,
    refused={},
    entries=shapes.Chart((), ()),
    registrations=shapes.Chart((), ()),
    funnel_today=(),
    funnel=(),
    days=(),
    gates=(),
    failures=(),
    outliers=(),
    offline_staff=(),
    alerts=(),
    as_of=NOON,
)
FAIR = world.demo(NOON)
"""It asks for the city."""


@pytest.fixture(autouse=True)
def asked(app: Flask) -> Iterator[None]:
    """Somebody asks in English."""
    with app.test_request_context("/staff/dashboard?lang=en"):
        yield


def test_of_forty_gates_the_busiest_have_a_colour_and_nobody_is_lost() -> None:
    times = tuple(NOON + timedelta(minutes=5 * place) for place in range(3))
    series = tuple(shapes.Series(f"g{one}", f"Gate {one}", (one, 0, 2 * one)) for one in range(40))
    table = dashboard_tables.all_of(replace(NOTHING, entries=shapes.Chart(times, series)), FAIR)["entries"]
    assert len(table.columns) == dashboard_tables.MAX_SERIES
    assert [column.head for column in table.columns[:-1]] == [f"Gate {one}" for one in range(34, 40)]
    assert [sum(cell.value or 0 for cell in row.cells) for row in table.rows] == [
        sum(one.values[place] for one in series) for place in range(3)
    ]


def test_before_anything_has_happened_every_table_says_so() -> None:
    tables = dashboard_tables.all_of(NOTHING, FAIR)
    assert [(table.rows, bool(table.empty)) for table in tables.values()] == [((), True)] * len(tables)
    assert {tile.name: tile.value for tile in tiles.tiles(NOTHING)} == {
        **dict.fromkeys(("registered", "passes", "refused", "conflicts"), 0),
    }
    assert tiles.hero(NOTHING).admitted == 0


def test_people_inside_are_shown_once_somebody_was_counted_out() -> None:
    shown = [tile.name for tile in tiles.tiles(replace(NOTHING, inside=3, admitted=5, left=2))]
    assert shown[0] == "inside"


def test_a_gate_keeps_its_colour_whichever_others_have_let_in() -> None:
    gates = tuple(shapes.GateNow(slug, slug.title(), False, None, 0, 0, 0, None) for slug in ("east", "north", "west"))
    alone, beside = (
        dashboard_tables.all_of(
            replace(NOTHING, gates=gates, entries=shapes.Chart((NOON,), [shapes.Series(one, one, (1,)) for one in of])),
            FAIR,
        )
        for of in (("west",), ("east", "west"))
    )
    assert alone["entries"].columns[0].colour == beside["entries"].columns[1].colour
    assert [row.colour for row in alone["gates"].rows][2] == alone["entries"].columns[0].colour


@pytest.mark.parametrize(("just_now", "lately", "trend"), [(5, 6, "up"), (2, 6, ""), (0, 6, "down"), (0, 0, "")])
def test_a_gates_pace_is_held_against_the_last_quarter_of_an_hour(just_now: int, lately: int, trend: str) -> None:
    gate = shapes.GateNow("main", "Main", False, None, 90, 0, lately, NOON, just_now)
    [row] = dashboard_tables.all_of(replace(NOTHING, gates=(gate,)), FAIR)["gates"].rows
    assert (row.cells[1].text, row.cells[1].trend) == (f"{just_now / 5:g}", trend)


def test_before_people_come_the_organiser_is_told_what_is_next() -> None:
    gate = shapes.GateNow("main", "Main", False, None, 0, 0, 0, None)
    assert tiles.is_empty(NOTHING)
    assert not tiles.is_empty(replace(NOTHING, admitted=1))
    for ready in (False, True):
        fair = replace(NOTHING, gates=(gate,) if ready else (), status="open" if ready else "closed")
        assert [step.done for step in tiles.next_steps(fair, has_team=not ready)] == [ready, not ready, ready, False]


def test_every_refused_scan_is_accounted_for_below_their_number() -> None:
    few, many = {"unknown": 3, "forged": 1}, {"already_admitted": 4, "unknown": 2, "forged": 1, "wrong_day": 1}
    for refused, numbers in ((few, [3, 1]), (many, [4, 2, 2]), ({}, [])):
        tile = next(one for one in tiles.tiles(replace(NOTHING, refused=refused)) if one.name == "refused")
        assert [int(line.rpartition(" ")[2]) for line in tile.more if line[-1].isdigit()] == numbers
        assert tile.value == sum(refused.values())


def test_every_result_of_a_refused_scan_has_its_word() -> None:
    assert set(scans.RESULTS) <= set(scanner_texts.RESULT_TITLES)


def test_the_funnel_knows_todays_and_all_questions() -> None:
    ever = (
        shapes.FunnelStep("full_name", 90, 20),
        shapes.FunnelStep(FAIR.questions[0].name, 70, 5),
        shapes.FunnelStep("done", 65, 0),
    )
    today = (shapes.FunnelStep("full_name", 9, 2), shapes.FunnelStep("new_question", 7, 0))
    table = dashboard_tables.all_of(replace(NOTHING, funnel=ever, funnel_today=today), FAIR)["funnel"]
    assert {row.head: [cell.value for cell in row.cells] for row in table.rows} == {
        "Full name": [9, 2, 90, 20],
        FAIR.questions[0].labels["en"]: [0, 0, 70, 5],
        "Registered": [0, 0, 65, 0],
        "new_question": [7, 0, 0, 0],
    }


def test_a_closed_day_is_without_free_places_and_an_unlimited_one_without_a_number() -> None:
    days = [
        shapes.DashboardDay(date(2027, 1, 16), 100, 120, False),
        shapes.DashboardDay(date(2027, 1, 17), 100, 3, True),
    ]
    days.append(shapes.DashboardDay(date(2027, 1, 18), None, 7, False))
    rows = dashboard_tables.all_of(replace(NOTHING, days=days), FAIR)["days"].rows
    assert [[cell.value for cell in row.cells] for row in rows] == [[120, 0, 100], [3, 0, 100], [7, None, None]]
    assert [bool(row.note) for row in rows] == [False, True, False]


def test_twilios_codes_and_ours_are_told_in_words_and_unknown_ones_as_they_are() -> None:
    failures = [
        shapes.DeliveryFailure("pass", reason, 2, True) for reason in ("63016", "window_closed", "99999", "odd_thing")
    ]
    rows = dashboard_tables.all_of(replace(NOTHING, failures=failures), FAIR)["failures"].rows
    heads = [row.head for row in rows]
    assert heads[0].removesuffix(" (63016)") == heads[1]
    assert heads[2].endswith("(99999)")
    assert heads[3] == "odd_thing"


def test_every_reason_for_which_a_message_fails_has_its_words() -> None:
    waiting = {"sender_slowed", "pair_rate", "broadcast_paused"}
    cancelled = {"broadcast_cancelled", "pass_", "newer_otp", "not_on_roster", "number_changed_hands", "erased"}
    reasons = sorted(set(explanations.MEANINGS) - waiting - cancelled)
    failures = [shapes.DeliveryFailure("pass", reason, 1, True) for reason in reasons]
    rows = dashboard_tables.all_of(replace(NOTHING, failures=failures), FAIR)["failures"].rows
    assert [reason for reason, row in zip(reasons, rows, strict=True) if row.head == reason] == []


def test_an_alert_names_its_gate_in_the_events_time_and_whom_it_did_not_reach() -> None:
    gate = shapes.GateNow("main", "Main & River", False, None, 5, 0, 0, NOON - timedelta(minutes=28))
    since = datetime(2027, 1, 16, 6, 40, tzinfo=UTC)
    alerts = [
        ActiveAlert("silent_gate", "main", 14, 10, since, ()),
        ActiveAlert("failures", None, 31, 20, since, ("Mira",)),
    ]
    told = tiles.alerts(replace(NOTHING, gates=(gate,), alerts=alerts))
    assert "Main & River" in told[0].text
    # Of these figures, not of when the alert was last looked at.
    assert "28" in told[0].text
    assert "11:32" in told[0].text
    assert told[0].since == ""
    assert "12:10" in told[1].since
    assert ("3.1" in told[1].text, "Mira" in told[1].unreached, told[0].unreached) == (True, True, "")
    later = [replace(one, value=one.value + 1) for one in alerts]
    again = tiles.alerts(replace(NOTHING, gates=(gate,), alerts=later))
    assert [one.key for one in again] == [one.key for one in told]


def test_a_scanner_whose_clock_is_wrong_is_told_and_urgent() -> None:
    for clocks in (0, 2):
        [tile] = [one for one in tiles.tiles(replace(NOTHING, clocks=clocks)) if one.name == "conflicts"]
        assert (tile.urgent, any(str(clocks) in line for line in tile.more[2:])) == (clocks > 0, clocks > 0)


def test_the_waiting_list_is_a_question_only_of_events_that_have_one() -> None:
    asked = (shapes.FunnelStep("wait", 3, 0), shapes.FunnelStep("agree", 2, 0))
    seen = replace(NOTHING, funnel=asked)

    def heads(event: Event, seen: Dashboard = seen) -> list[str]:
        return [row.head for row in dashboard_tables.all_of(seen, event)["funnel"].rows]

    assert (len(heads(FAIR)), len(heads(replace(FAIR, waiting_list=True)))) == (1, 2)
    assert len(heads(FAIR, replace(NOTHING, funnel=(shapes.FunnelStep("wait", 1, 1),)))) == 1, "somebody was lost there"
    assert "wait" not in heads(replace(FAIR, waiting_list=True)), "it has a name"
