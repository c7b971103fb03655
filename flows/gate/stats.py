"""The figures of a gate for its volunteers: few lines, their own gate first."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flows.shapes import Duty, GateStats, Sentence
from flows.shapes.figures import EntryNotice, EventFigures, FigureShare
from flows.text import _, lines, words
from flows.text.literal import escape
from flows.text.scan_results import RESULT_NAMES

INSIDE_OVER = _("Inside now: 0 (closed for today)")
MAX_NAMED_SHARES = 12
"""Gates, volunteers and scanners that are named, at most of each."""


def stats(duty: Duty, figures: GateStats) -> tuple[Sentence, ...]:
    """The paragraphs of the answer to `stats`."""
    day = figures.day
    here = [_share(share) for share in day.gates if share.key and share.key == duty.place]
    told = (lines(*here, *_totals(day)), *_refused(day.refused), *_shares(day), *_offline_staff(duty, day))
    return (*told, *_entry(duty, figures.notice))


def _totals(figures: EventFigures) -> tuple[Sentence, ...]:
    lately = {"admitted": figures.admitted, "lately": figures.lately}
    inside = _inside(figures)
    counted = {"entered": figures.counted_in, "left": figures.counted_out}
    without = (_("Counted without a pass: {entered} in, {left} out", **counted),) if any(counted.values()) else ()
    admitted = _("Admitted today: {admitted}; in the last 15 minutes: {lately}", **lately)
    return (words(figures.day), admitted, *inside, *without)


def _inside(figures: EventFigures) -> tuple[Sentence, ...]:
    if figures.inside is None:
        return ()
    return (INSIDE_OVER,) if figures.is_over else (_("Inside now: {number}", number=figures.inside),)


def _refused(refused: Mapping[str, int]) -> tuple[Sentence, ...]:
    """The refusals by reason, the most frequent first."""
    if not refused:
        return ()
    ordered = sorted(refused.items(), key=lambda pair: -pair[1])
    rows = (_("{reason}: {number}", reason=RESULT_NAMES[result], number=number) for result, number in ordered)
    return (lines(_("Refused today: {number}", number=sum(refused.values())), *rows),)


def _shares(figures: EventFigures) -> tuple[Sentence, ...]:
    by_gate = _listed(_("By gate:"), figures.gates) if len(figures.gates) > 1 else ()
    return (*by_gate, *_listed(_("By volunteer:"), figures.staff), *_listed(_("By scanner:"), figures.scanners))


def _listed(title: Sentence, shares: Sequence[FigureShare]) -> tuple[Sentence, ...]:
    busiest = sorted(shares, key=lambda share: -(share.admitted + share.refused))[:MAX_NAMED_SHARES]
    return (lines(title, *map(_share, busiest)),) if busiest else ()


def _share(share: FigureShare) -> Sentence:
    name = words(escape(share.name)) if share.name else _("No name")
    return _(
        "{name}: {admitted} admitted, {refused} refused", name=name, admitted=share.admitted, refused=share.refused
    )


def _offline_staff(duty: Duty, figures: EventFigures) -> tuple[Sentence, ...]:
    """The line with people who may scan without a network, and must be told of a stop of entry in person."""
    if not figures.offline_staff:
        return ()
    zone = ZoneInfo(duty.timezone)
    rows = [
        _(
            "{name} ({gate}): {hour}",
            name=escape(silent.name),
            gate=_gate(duty, silent.gate),
            hour=silent.heard_at.astimezone(zone).time(),
        )
        for silent in figures.offline_staff[:MAX_NAMED_SHARES]
    ]
    return (lines(_("Offline for 5 minutes; last online:"), *rows),)


def _gate(duty: Duty, slug: str | None) -> Sentence:
    return words(escape(duty.gate_names.get(slug, slug))) if slug else _("no gate")


def _entry(duty: Duty, notice: EntryNotice | None) -> tuple[Sentence, ...]:
    """Since when entry is stopped, or goes on again, and which gates have seen that."""
    if notice is None:
        return _stopped_now(duty)
    hour = notice.at.astimezone(ZoneInfo(duty.timezone)).time()
    since = _("Entry stopped at {hour}.", hour=hour) if notice.stopped else _("Entry resumed at {hour}.", hour=hour)
    seen = (_("Seen at: {gates}", gates=_names(notice.seen)),) if notice.seen else ()
    unseen = (_("Not seen yet at: {gates}", gates=_names(notice.unseen)),) if notice.unseen else ()
    return (lines(*_stopped_now(duty), since, *seen, *unseen),)


def _stopped_now(duty: Duty) -> tuple[Sentence, ...]:
    if duty.stopped:
        names = [duty.gate_names.get(slug, slug) for slug in duty.stopped]
        return (_("Entry is stopped at: {gates}", gates=_names(names)),)
    return (_("Entry is stopped at every gate."),) if duty.stopped_everywhere and not duty.gate_names else ()


def _names(gates: Sequence[str]) -> str:
    return ", ".join(map(escape, gates))
