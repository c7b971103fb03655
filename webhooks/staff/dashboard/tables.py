"""The dashboard's tables in the page's language. The charts are drawn from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.delivery.twilio import error_codes
from bot.domain.stats.counters import RECENT_MINUTES
from bot.domain.stats.dashboard import Chart, Dashboard, DashboardDay, DeliveryFailure, GateNow, Outlier, Series
from bot.domain.stats.day_totals import JUST_NOW_MINUTES
from flows.shapes import Event, Sentence
from flows.text import _, access_needs, words
from flows.text.translate import format_value
from flows.visitor.waiting_question import WAIT
from webhooks import i18n
from webhooks.staff.dashboard.texts import (
    CHANNEL_NAMES,
    CLOSED,
    COLUMN_HEADS,
    EMPTY_TEXTS,
    FAILURE_REASONS,
    MESSAGE_KIND_NAMES,
    OUTLIER_TEXTS,
    REASON_PREFIXES,
    STEP_NAMES,
    TABLE_TITLES,
    TEXTS,
    WAITING,
)
from webhooks.staff.scanner import texts as scanner_texts

MAX_SERIES = 7
"""Colours that can be told apart; where there are more gates, those that let in fewest are one."""
OTHERS = "others"
"""The key of the smaller gates together."""
REST = "8"
"""The colour of what has none of its own: entries at no gate, the smaller gates together."""
CHANNEL_COLOURS: Mapping[str | None, str] = {"whatsapp": "1", "web": "2", "walkup": "3", "api": "4", "import": "5"}
"""Each channel's, for good."""
RISING, FALLING = 1.25, 0.8
"""How much more or less than in the last quarter of an hour people must come before an arrow says so."""
SIGNAL, QUIET = "signal", "quiet"
"""Colours with a meaning: what somebody should look at, and what is only there for comparison."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and the number it comes from."""

    text: str
    value: int | None = None
    trend: str = ""
    """`up` or `down`, where it is clearly more or less than lately; `trend_text` says so in words."""
    trend_text: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; with a colour the chart shows it."""

    head: str
    colour: str = ""
    """`1` to `8`, `signal` or `quiet`; the page's style says which they are."""
    words: bool = False
    """Whether words stand in it: numbers and hours are set from the right."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of a table."""

    head: str
    cells: Sequence[Cell]
    note: str = ""
    """What is special about it now."""
    colour: str = ""
    """As in the charts."""


@dataclass(frozen=True, slots=True)
class DashboardTable:
    """A table; its first column names the lines."""

    name: str
    title: str
    corner: str
    columns: Sequence[Column]
    rows: Sequence[TableRow]
    chart: str = ""
    """`columns`: upright and stacked; `bars`: lying; empty: the table stands alone."""
    empty: str = ""
    """What stands instead where there are no rows."""

    @property
    def is_drawn(self) -> bool:
        """Whether a chart of it has anything to show."""
        coloured = [place for place, column in enumerate(self.columns) if column.colour]
        return bool(self.chart) and any(row.cells[place].value for row in self.rows for place in coloured)


def all_of(dashboard: Dashboard, event: Event) -> Mapping[str, DashboardTable]:
    """Every table by its name; `event` names its own questions."""
    tables = (
        _timed("entries", "time", _largest_series(dashboard.entries), gate_colours(dashboard)),
        _registrations(dashboard),
        _funnel(dashboard, event),
        _days(dashboard),
        _gates(dashboard),
        _refused(dashboard),
        _failures(dashboard.failures),
        _outliers(dashboard.outliers),
        _offline_staff(dashboard),
        *((_needs(dashboard),) if dashboard.needs is not None else ()),
    )
    return {table.name: table for table in tables}


def number(value: int | None) -> Cell:
    """A number as the language groups it; a dash where it is not known."""
    return Cell("–" if value is None else format_value(value, i18n.language()), value)


def local(dashboard: Dashboard, moment: datetime) -> datetime:
    """A moment as the event's clocks show it."""
    return moment.astimezone(ZoneInfo(dashboard.timezone))


def gate_name(dashboard: Dashboard, slug: str | None) -> str:
    """The gate's name; its slug where it is gone."""
    names = {gate.slug: gate.name for gate in dashboard.gates}
    return names.get(slug) or slug or _text("nowhere")


def refusal(result: str) -> Sentence:
    """A scan's result in a word or two, as the scanner says it."""
    return scanner_texts.RESULT_TITLES.get(result, words(result))


def _table(
    name: str, corner: str, columns: Iterable[Column], rows: Iterable[TableRow], chart: str = ""
) -> DashboardTable:
    empty = i18n.say(EMPTY_TEXTS[name]) if name in EMPTY_TEXTS else i18n.say(TEXTS["NONE"])
    return DashboardTable(name, i18n.say(TABLE_TITLES[name]), _text(corner), tuple(columns), tuple(rows), chart, empty)


def _registrations(dashboard: Dashboard) -> DashboardTable:
    named = [
        replace(series, name=i18n.say(CHANNEL_NAMES.get(series.key or "", words(series.key))))
        for series in _busy_series(dashboard)
    ]
    return _timed("registrations", "hour", replace(dashboard.registrations, series=named), CHANNEL_COLOURS)


def _busy_series(dashboard: Dashboard) -> list[Series]:
    """Channels by which somebody has registered today; else the first, so that the chart has its times."""
    series = dashboard.registrations.series
    return [candidate for candidate in series if any(candidate.values)] or list(series[:1])


def gate_colours(dashboard: Dashboard) -> Mapping[str | None, str]:
    """The colour of each gate, by its slug: by its place among the event's gates, so that it keeps it for good."""
    return {gate.slug: str(place % MAX_SERIES + 1) for place, gate in enumerate(dashboard.gates) if gate.slug}


def _told_apart(series: Sequence[Series], own: Mapping[str | None, str]) -> list[str]:
    """A colour for each: its own, or where another of these has taken that, the first that is free."""
    found: list[str] = []
    for one in series:
        free = [colour for colour in map(str, range(1, MAX_SERIES + 1)) if colour not in found]
        wanted = REST if one.key in (None, OTHERS) else own.get(one.key, free[0])
        found.append(wanted if wanted == REST or wanted in free else free[0])
    return found


def _timed(name: str, corner: str, chart: Chart, colours: Mapping[str | None, str]) -> DashboardTable:
    told_apart = _told_apart(chart.series, colours)
    columns = [
        Column(series.name or _text("nowhere"), colour) for series, colour in zip(chart.series, told_apart, strict=True)
    ]
    rows = [
        TableRow(hour(at), tuple(number(series.values[place]) for series in chart.series))
        for place, at in enumerate(chart.times)
    ]
    return _table(name, corner, columns, rows, "columns")


def _largest_series(chart: Chart) -> Chart:
    """No more series than there are colours: the busiest in the chart's own order, then the sum of the others."""
    if len(chart.series) <= MAX_SERIES:
        return chart
    busiest = sorted(range(len(chart.series)), key=lambda place: -sum(chart.series[place].values))
    kept, rest = sorted(busiest[: MAX_SERIES - 1]), busiest[MAX_SERIES - 1 :]
    together = tuple(map(sum, zip(*(chart.series[place].values for place in rest), strict=True)))
    others = Series(OTHERS, _text("others"), together)
    return replace(chart, series=(*(chart.series[place] for place in kept), others))


def _funnel(dashboard: Dashboard, event: Event) -> DashboardTable:
    labels: dict[str, Sentence] = {question.name: words(question.labels) for question in event.questions}
    ever = {funnel_step.step: funnel_step for funnel_step in dashboard.funnel}
    today = {funnel_step.step: funnel_step for funnel_step in dashboard.funnel_today}
    columns = (
        Column(_text("reached"), "1"),
        Column(_text("left"), SIGNAL),
        Column(_text("reached_ever")),
        Column(_text("left_ever")),
    )
    rows = []
    for step in {**ever, **today}:
        if step == WAIT and not (event.waiting_list or any(of[step].left for of in (today, ever) if step in of)):
            continue
        counts = [number(getattr(of[step], part) if step in of else 0) for of in (today, ever) for part in _PARTS]
        rows.append(TableRow(i18n.say(STEP_NAMES.get(step) or labels.get(step) or words(step)), tuple(counts)))
    return _table("funnel", "step", columns, rows, "bars")


_PARTS = ("reached", "left")


def _days(dashboard: Dashboard) -> DashboardTable:
    columns = (Column(_text("taken"), "1"), Column(_text("free"), QUIET), Column(_text("capacity")))
    return _table("days", "day", columns, map(_day, dashboard.days), "columns")


def _day(day: DashboardDay) -> TableRow:
    free = None if day.capacity is None else max(day.capacity - day.taken - day.offered, 0)
    capacity = number(day.capacity) if day.capacity is not None else Cell(i18n.say(_("no limit")))
    head = i18n.say(words(day.day))
    cells = (number(day.taken), number(0 if day.closed else free), capacity)
    waiting = i18n.say(WAITING.filled(count=day.waiting)) if day.waiting else ""
    return TableRow(head, cells, i18n.say(CLOSED) if day.closed else waiting)


def _gates(dashboard: Dashboard) -> DashboardTable:
    heads = ("admitted", "rate", "lately", "refused", "last_scan")
    colours = gate_colours(dashboard)
    rows = (_gate(dashboard, gate, colours.get(gate.slug, REST)) for gate in dashboard.gates)
    return _table("gates", "gate", (Column(_text(head)) for head in heads), rows)


def _gate(dashboard: Dashboard, gate: GateNow, colour: str) -> TableRow:
    states = [i18n.say(CLOSED)] if gate.closed else []
    if gate.paused_at:
        since = i18n.say(TEXTS["SINCE"], hour=local(dashboard, gate.paused_at).time())
        states.append(f"{i18n.say(scanner_texts.RESULT_TITLES['entry_paused'])} {since}")
    name = gate.name or _text("nowhere")
    last = Cell(hour(local(dashboard, gate.last_scan))) if gate.last_scan else number(None)
    cells = (number(gate.admitted), _rate(gate), number(gate.lately), number(gate.refused), last)
    return TableRow(name, cells, ", ".join(states), colour)


def _rate(gate: GateNow) -> Cell:
    """People a minute now, and whether that is clearly more or less than in the last quarter of an hour."""
    now, lately = gate.just_now / JUST_NOW_MINUTES, gate.lately / RECENT_MINUTES
    trend = "up" if now > lately * RISING else "down" if now < lately * FALLING else ""
    return Cell(f"{now:.1f}".removesuffix(".0"), trend=trend, trend_text=_text(trend) if trend else "")


def _refused(dashboard: Dashboard) -> DashboardTable:
    rows = (TableRow(i18n.say(refusal(result)), (number(scans),)) for result, scans in dashboard.refused.items())
    return _table("refused", "reason", (Column(_text("scans")),), rows)


def _failures(failures: Sequence[DeliveryFailure]) -> DashboardTable:
    columns = (Column(_text("kind"), words=True), Column(_text("messages")))
    rows = (
        TableRow(
            i18n.say(failed_by(failure.reason)),
            (Cell(i18n.say(MESSAGE_KIND_NAMES.get(failure.kind, words(failure.kind)))), number(failure.messages)),
        )
        for failure in failures
    )
    return _table("failures", "reason", columns, rows)


def failed_by(reason: str) -> Sentence:
    """Why a message failed: Twilio's code or ours in words, Twilio's also as it is."""
    if not reason.isdecimal():
        begun = (sentence for beginning, sentence in REASON_PREFIXES.items() if reason.startswith(beginning))
        return FAILURE_REASONS.get(reason) or next(begun, words(reason))
    known = FAILURE_REASONS.get(error_codes.reason_of(int(reason)), words(reason))
    return _("{reason} ({code})", reason=known, code=words(reason))


def _outliers(outliers: Sequence[Outlier]) -> DashboardTable:
    rows = (TableRow(outlier.name, (Cell(_why(outlier), outlier.number),)) for outlier in outliers)
    return _table("stands_out", "who", (Column(_text("why"), words=True),), rows)


def _why(outlier: Outlier) -> str:
    return i18n.say(OUTLIER_TEXTS.get(outlier.rule, words(outlier.rule)), count=outlier.number, scans=outlier.scans)


def _offline_staff(dashboard: Dashboard) -> DashboardTable:
    rows = (
        TableRow(
            silent.name,
            (
                Cell(gate_name(dashboard, silent.gate) if silent.gate else "–"),
                Cell(hour(local(dashboard, silent.heard_at))),
            ),
        )
        for silent in dashboard.offline_staff
    )
    return _table("unheard", "who", (Column(_text("gate"), words=True), Column(_text("heard"))), rows)


def _needs(dashboard: Dashboard) -> DashboardTable:
    """The days on which help is needed, a column for each kind of help."""
    found = {(one.day, one.need): one.passes for one in dashboard.needs or ()}
    kinds = list(dict.fromkeys((*access_needs.ANSWERS, *(need for _day, need in found))))
    rows = (
        TableRow(i18n.say(words(day)), tuple(number(found.get((day, need), 0)) for need in kinds))
        for day in dict.fromkeys(day for day, _need in found)
    )
    return _table("needs", "day", (Column(i18n.say(access_needs.said(need))) for need in kinds), rows)


def hour(moment: datetime) -> str:
    """The time to the minute, as people say it and as all other pages and messages do."""
    return format_value(moment.time().replace(second=0, microsecond=0, tzinfo=None), i18n.language())


def _text(head: str) -> str:
    return i18n.say(COLUMN_HEADS[head])
