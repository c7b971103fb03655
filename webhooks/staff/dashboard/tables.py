"""The dashboard's tables in the page's language. The charts are drawn from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.delivery.twilio import error_codes
from bot.domain.stats.dashboard import Chart, Dashboard, Day, Failure, GateNow, Series, StandsOut
from flows.shapes import Event, Sentence
from flows.text import words
from flows.text.translate import shown
from webhooks import i18n
from webhooks.staff.dashboard.texts import (
    BEGINNINGS,
    CHANNELS,
    CLOSED,
    CODED,
    EMPTY,
    HEADS,
    KINDS,
    NO_LIMIT,
    REASONS,
    RULES,
    SAID,
    STEPS,
    TABLES,
)
from webhooks.staff.scanner import texts as scanner_texts

MOST_SERIES = 7
"""Colours that can be told apart; where there are more gates, those that let in fewest are one."""
SIGNAL, QUIET = "signal", "quiet"
"""Colours with a meaning: what somebody should look at, and what is only there for comparison."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and the number it comes from."""

    text: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; with a colour the chart shows it."""

    head: str
    colour: str = ""
    """`1` to `7`, `signal` or `quiet`; the page's style says which they are."""
    words: bool = False
    """Whether words stand in it: numbers and hours are set from the right."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    head: str
    cells: Sequence[Cell]
    note: str = ""
    """What is special about it now."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first column names the lines."""

    name: str
    title: str
    corner: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: str = ""
    """`columns`: upright and stacked; `bars`: lying; empty: the table stands alone."""
    empty: str = ""
    """What stands instead where there are no rows."""


def all_of(look: Dashboard, event: Event) -> Mapping[str, Table]:
    """Every table by its name; `event` names its own questions."""
    tables = (
        _timed("entries", "time", _few(look.entries)),
        _registrations(look),
        _funnel(look, event),
        _days(look),
        _gates(look),
        _refused(look),
        _failures(look.failures),
        _stands_out(look.stands_out),
        _unheard(look),
    )
    return {table.name: table for table in tables}


def number(value: int | None) -> Cell:
    """A number as the language groups it; a dash where it is not known."""
    return Cell("–" if value is None else shown(value, i18n.language()), value)


def local(look: Dashboard, moment: datetime) -> datetime:
    """A moment as the event's clocks show it."""
    return moment.astimezone(ZoneInfo(look.timezone))


def gate_name(look: Dashboard, slug: str | None) -> str:
    """The gate's name; its slug where it is gone."""
    names = {gate.slug: gate.name for gate in look.gates}
    return names.get(slug) or slug or _said("nowhere")


def refusal(result: str) -> Sentence:
    """A scan's result in a word or two, as the scanner says it."""
    return scanner_texts.TITLES.get(result, words(result))


def _table(name: str, corner: str, columns: Iterable[Column], rows: Iterable[Row], chart: str = "") -> Table:
    empty = i18n.say(EMPTY[name]) if name in EMPTY else i18n.say(SAID["NONE"])
    return Table(name, i18n.say(TABLES[name]), _said(corner), tuple(columns), tuple(rows), chart, empty)


def _registrations(look: Dashboard) -> Table:
    named = [replace(one, name=i18n.say(CHANNELS.get(one.key or "", words(one.key)))) for one in _used(look)]
    return _timed("registrations", "hour", replace(look.registrations, series=named))


def _used(look: Dashboard) -> list[Series]:
    """Channels by which somebody has registered today; else the first, so that the chart has its times."""
    series = look.registrations.series
    return [one for one in series if any(one.values)] or list(series[:1])


def _timed(name: str, corner: str, chart: Chart) -> Table:
    columns = [Column(one.name or _said("nowhere"), str(place)) for place, one in enumerate(chart.series, 1)]
    rows = [
        Row(_hour(at), tuple(number(one.values[place]) for one in chart.series)) for place, at in enumerate(chart.times)
    ]
    return _table(name, corner, columns, rows, "columns")


def _few(chart: Chart) -> Chart:
    """No more series than there are colours: the busiest in the chart's own order, then the sum of the others."""
    if len(chart.series) <= MOST_SERIES:
        return chart
    busiest = sorted(range(len(chart.series)), key=lambda place: -sum(chart.series[place].values))
    kept, rest = sorted(busiest[: MOST_SERIES - 1]), busiest[MOST_SERIES - 1 :]
    together = tuple(map(sum, zip(*(chart.series[place].values for place in rest), strict=True)))
    others = Series("others", _said("others"), together)
    return replace(chart, series=(*(chart.series[place] for place in kept), others))


def _funnel(look: Dashboard, event: Event) -> Table:
    labels: dict[str, Sentence] = {one.name: words(one.labels) for one in event.questions}
    ever = {one.step: one for one in look.funnel}
    today = {one.step: one for one in look.funnel_today}
    columns = (
        Column(_said("reached"), "1"),
        Column(_said("left"), SIGNAL),
        Column(_said("reached_ever")),
        Column(_said("left_ever")),
    )
    rows = []
    for step in {**ever, **today}:
        counts = [number(getattr(of[step], part) if step in of else 0) for of in (today, ever) for part in _PARTS]
        rows.append(Row(i18n.say(STEPS.get(step) or labels.get(step) or words(step)), tuple(counts)))
    return _table("funnel", "step", columns, rows, "bars")


_PARTS = ("reached", "left")


def _days(look: Dashboard) -> Table:
    columns = (Column(_said("taken"), "1"), Column(_said("free"), QUIET), Column(_said("capacity")))
    return _table("days", "day", columns, map(_day, look.days), "columns")


def _day(day: Day) -> Row:
    free = None if day.capacity is None else max(day.capacity - day.taken, 0)
    capacity = number(day.capacity) if day.capacity is not None else Cell(i18n.say(NO_LIMIT))
    head = i18n.say(words(day.day))
    cells = (number(day.taken), number(0 if day.closed else free), capacity)
    return Row(head, cells, i18n.say(CLOSED) if day.closed else "")


def _gates(look: Dashboard) -> Table:
    heads = ("admitted", "lately", "refused", "last_scan")
    rows = (_gate(look, gate) for gate in look.gates)
    return _table("gates", "gate", (Column(_said(head)) for head in heads), rows)


def _gate(look: Dashboard, gate: GateNow) -> Row:
    states = [i18n.say(CLOSED)] if gate.closed else []
    if gate.paused_at:
        since = i18n.say(SAID["SINCE"], hour=local(look, gate.paused_at).time())
        states.append(f"{i18n.say(scanner_texts.TITLES['entry_paused'])} {since}")
    name = gate.name or _said("nowhere")
    last = Cell(_hour(local(look, gate.last_scan))) if gate.last_scan else number(None)
    cells = (number(gate.admitted), number(gate.lately), number(gate.refused), last)
    return Row(name, cells, ", ".join(states))


def _refused(look: Dashboard) -> Table:
    rows = (Row(i18n.say(refusal(result)), (number(scans),)) for result, scans in look.refused.items())
    return _table("refused", "reason", (Column(_said("scans")),), rows)


def _failures(failures: Sequence[Failure]) -> Table:
    columns = (Column(_said("kind"), words=True), Column(_said("messages")))
    rows = (
        Row(
            i18n.say(failed_by(one.reason)),
            (Cell(i18n.say(KINDS.get(one.kind, words(one.kind)))), number(one.messages)),
        )
        for one in failures
    )
    return _table("failures", "reason", columns, rows)


def failed_by(reason: str) -> Sentence:
    """Why a message failed: Twilio's code or ours in words, Twilio's also as it is."""
    if not reason.isdecimal():
        begun = (sentence for beginning, sentence in BEGINNINGS.items() if reason.startswith(beginning))
        return REASONS.get(reason) or next(begun, words(reason))
    known = REASONS.get(error_codes.reason_of(int(reason)), words(reason))
    return Sentence(CODED.source, {"reason": known, "code": words(reason)})


def _stands_out(found: Sequence[StandsOut]) -> Table:
    rows = (Row(one.name, (Cell(_why(one), one.number),)) for one in found)
    return _table("stands_out", "who", (Column(_said("why"), words=True),), rows)


def _why(one: StandsOut) -> str:
    return i18n.say(RULES.get(one.rule, words(one.rule)), count=one.number, scans=one.scans)


def _unheard(look: Dashboard) -> Table:
    rows = (
        Row(one.name, (Cell(gate_name(look, one.gate) if one.gate else "–"), Cell(_hour(local(look, one.heard_at)))))
        for one in look.unheard
    )
    return _table("unheard", "who", (Column(_said("gate"), words=True), Column(_said("heard"))), rows)


def _hour(moment: datetime) -> str:
    """The time as HH:MM, so that a column of them stays narrow in every language."""
    return f"{moment:%H:%M}"


def _said(head: str) -> str:
    return i18n.say(HEADS[head])
