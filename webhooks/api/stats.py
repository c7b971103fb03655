"""The answer of `GET /events/<event>/stats`: the figures of a day, named as in `pravesh stats --json`."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain.models import Gate
from flows.shapes.figures import EntryNotice, EventFigures, FigureShare
from webhooks.api.answers import Answer


class GateFigures(Answer):
    """A gate: its state now, and its figures of the day."""

    gate: str | None
    """The slug; null: scans of which nobody said the gate."""
    name: str | None
    closed: bool
    paused_at: datetime | None
    """Since when entry is stopped here."""
    notice_seen: bool | None
    """Whether a volunteer's phone here has shown the last message about stopping entry or letting it go on;
    null: there was none of late."""
    admitted: int
    """People."""
    refused: int
    """Scans."""


class VolunteerFigures(Answer):
    """A volunteer's figures of the day; without a name: scans of neither a volunteer nor a scanner."""

    name: str | None
    admitted: int
    """People."""
    refused: int
    """Scans."""


class ScannerFigures(Answer):
    """A scanner's figures of the day."""

    name: str
    admitted: int
    """People."""
    refused: int
    """Scans."""


class UnheardAnswer(Answer):
    """A volunteer or scanner at work, but silent for over five minutes: they may not know that entry was stopped."""

    name: str
    gate: str | None
    """The slug of the own gate."""
    heard_at: datetime
    """When it was last heard, to the minute."""


class StatsAnswer(Answer):
    """An event's day, in people; in scans where it says so."""

    day: date
    admitted: int
    """With a pass, today."""
    last_15_minutes: int
    """Of these, in the last 15 minutes."""
    inside: int | None
    """People in less people out; null where no exit was counted today: then only `admitted` is known."""
    left: int
    """Gone out, with a pass."""
    counted_in: int
    """Counted in without a pass."""
    counted_out: int
    """Counted out without a pass."""
    conflicts: int
    """Scans that let more people in than the party has."""
    refused: dict[str, int]
    """Scans by result."""
    gates: list[GateFigures]
    volunteers: list[VolunteerFigures]
    scanners: list[ScannerFigures]
    """Devices with a token of their own; what they did is not among the volunteers'."""
    unheard: list[UnheardAnswer]

    @classmethod
    def from_figures(cls, figures: EventFigures, gates: Sequence[Gate], notice: EntryNotice | None) -> "StatsAnswer":
        """The figures for the JSON answer; every gate of the event is named."""
        shares = {share.key: share for share in figures.gates}
        listed = [_gate(gate, shares.get(gate.slug), notice) for gate in gates]
        if nowhere := shares.get(None):
            listed.append(_gate(None, nowhere, None))
        return cls(
            day=figures.day,
            admitted=figures.admitted,
            last_15_minutes=figures.lately,
            inside=figures.inside,
            left=figures.left,
            counted_in=figures.counted_in,
            counted_out=figures.counted_out,
            conflicts=figures.conflicts,
            refused=dict(figures.refused),
            gates=listed,
            volunteers=[
                VolunteerFigures(name=share.key, admitted=share.admitted, refused=share.refused)
                for share in figures.staff
            ],
            scanners=[
                ScannerFigures(name=share.key or "", admitted=share.admitted, refused=share.refused)
                for share in figures.scanners
            ],
            unheard=[
                UnheardAnswer(name=silent.name, gate=silent.gate, heard_at=silent.heard_at)
                for silent in figures.offline_staff
            ],
        )


def _gate(gate: Gate | None, share: FigureShare | None, notice: EntryNotice | None) -> GateFigures:
    return GateFigures(
        gate=gate.slug if gate else None,
        name=gate.name if gate else None,
        closed=gate.closed if gate else False,
        paused_at=gate.paused_at if gate else None,
        notice_seen=_seen(gate, notice) if gate else None,
        admitted=share.admitted if share else 0,
        refused=share.refused if share else 0,
    )


def _seen(gate: Gate, notice: EntryNotice | None) -> bool | None:
    if notice is None or gate.name not in (*notice.seen, *notice.unseen):
        return None
    return gate.name in notice.seen
