"""The figures that organisers see, counted again from the rows."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence

Sums = dict[tuple[str, ...], tuple[int, int]]
"""By event and what is counted: people and times."""
WHOLE_EVENT = "1970-01-01"
"""The day under which the sums of a whole event stand."""
COUNTED = {
    "in": (
        "SELECT event_id, day, result, sum(people), count(*) FROM checkins"
        " WHERE result <> 'left' AND day IS NOT NULL AND undone_at IS NULL GROUP BY event_id, day, result"
    ),
    "in_at": (
        "SELECT event_id, day, coalesce(gate_id, 0), sum(people), count(*) FROM checkins"
        " WHERE result <> 'left' AND day IS NOT NULL AND undone_at IS NULL GROUP BY event_id, day, coalesce(gate_id, 0)"
    ),
    "out": (
        "SELECT event_id, day, '', sum(people), count(*) FROM checkins"
        " WHERE result = 'left' AND day IS NOT NULL AND undone_at IS NULL GROUP BY event_id, day"
    ),
    "refused": "SELECT event_id, day, result, 0, count(*) FROM attempts GROUP BY event_id, day, result",
    "counted": "SELECT event_id, day, direction, sum(people), count(*) FROM head_counts GROUP BY 1, 2, 3",
}
"""By metric and day, what the figures should be."""
PEOPLE = (
    "SELECT r.event_id, r.channel, sum(p.party_size), 0 FROM passes p"
    " JOIN registrations r ON r.id = p.registration_id WHERE p.status = 'valid' GROUP BY r.event_id, r.channel"
)
REGISTRATIONS = "SELECT event_id, channel, 0, count(*) FROM registrations GROUP BY event_id, channel"


def figures_equal_rows(evidence: Evidence) -> Iterator[str]:
    """All that happened is counted, once; nothing waits to be."""
    for (number,) in evidence.rows("SELECT count(*) FROM figure_changes"):
        if number:
            yield f"{number} changes are not in the figures"
    for metric, statement in COUNTED.items():
        where = "who" if metric == "in_at" else "what"
        kept = f"SELECT event_id, day, {where}, people, times FROM figures WHERE metric = '{metric}'"
        yield from _differences(metric, _sums(evidence, kept), _sums(evidence, statement))
    kept = (
        f"SELECT event_id, what, people, times FROM figures WHERE metric = 'registered' AND day = '{_whole(evidence)}'"
    )
    yield from _differences("registered", _sums(evidence, kept), _sums(evidence, PEOPLE, REGISTRATIONS))
    yield from _messages(evidence)


def _whole(evidence: Evidence) -> str:
    """The day under which sums of the whole event stand: the earliest of all."""
    return str(evidence.rows("SELECT min(day) FROM figures")[0][0] or WHOLE_EVENT)


def _messages(evidence: Evidence) -> Iterator[str]:
    """How many messages there are of each kind, whatever became of them."""
    kept: Counter[str] = Counter()
    for what, times in evidence.rows(
        f"SELECT what, times FROM figures WHERE metric = 'message' AND day = '{_whole(evidence)}'"
    ):
        kept[what.partition(":")[0]] += times
    counted = dict(evidence.rows("SELECT kind, count(*) FROM deliveries GROUP BY kind"))
    for kind in sorted(kept.keys() | counted.keys()):
        if kept[kind] != counted.get(kind, 0):
            yield f"messages, {kind}: the figures say {kept[kind]}, the rows {counted.get(kind, 0)}"


def _sums(evidence: Evidence, *statements: str) -> Sums:
    found: Sums = {}
    for statement in statements:
        for *keys, people, times in evidence.rows(statement):
            key = tuple(map(str, keys))
            before = found.get(key, (0, 0))
            found[key] = before[0] + int(people), before[1] + int(times)
    return {key: both for key, both in found.items() if any(both)}


def _differences(metric: str, kept: Sums, counted: Sums) -> Iterator[str]:
    for key in sorted(kept.keys() | counted.keys()):
        if kept.get(key) != counted.get(key):
            yield f"{metric} {' '.join(key)}: the figures say {kept.get(key)}, the rows {counted.get(key)}"
