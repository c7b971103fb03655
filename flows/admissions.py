"""What whoever stands at a gate hears of a scan: in the chat, on the scanner's page, from the API.

The first sentence is the whole of it at a glance: ✅ where people go in or out, ⛔ where they do not, and why.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows import scans
from flows.choices import people
from flows.codes import unlike
from flows.scans import Admission, FirstEntry, Scan, SeenPass
from flows.shapes import Sentence
from flows.texts import _, ngettext_, words

VISITOR = "visitor"
"""The kind of pass that goes without saying (contract, section 5)."""
MOST_DAYS = 3
"""Days of a pass that are named one by one."""
_GOOD = (scans.ADMITTED, scans.LEFT)


def told(answer: Admission, scan: Scan, now: datetime, timezone: str) -> tuple[Sentence, ...]:
    """The answer to a scan, a sentence a line: the headline, whose pass, how many, of what kind, for when.

    For a pass that was used before also when, where and by whom; `timezone` is the event's.
    """
    details = _details(answer, scan) if answer.pass_ else ()
    before = (earlier(answer.first_entry, scan, now, timezone),) if _is_repeat(answer) and answer.first_entry else ()
    only_looked = (_("Only looked up: nothing has changed."),) if scan.simulate else ()
    return (headline(answer, scan), *before, *details, *only_looked)


def headline(answer: Admission, scan: Scan) -> Sentence:
    """The result in a line, beginning with ✅ or ⛔; for every one of flows.scans.RESULTS."""
    return _HEADLINES[answer.result](answer, scan)


def in_a_line(answer: Admission, scan: Scan, typed: str) -> Sentence:
    """The answer as one of several: the headline, the code and whose it is.

    `typed` is what was scanned, without a hyphen, for what is no pass of this event.
    """
    if answer.pass_ is None:
        return _joined(headline(answer, scan), words(unlike(typed)))
    return _joined(headline(answer, scan), words(answer.pass_.code), words(unlike(answer.pass_.name)))


def earlier(entry: FirstEntry, scan: Scan, now: datetime, timezone: str) -> Sentence:
    """When, where and by whom a pass was used before: `by you, 40 s ago`."""
    since = ago(now - entry.at)
    if _is_own(entry, scan):
        return _("by you, {ago}", ago=since)
    zone = ZoneInfo(timezone)
    moment = entry.at.astimezone(zone)
    is_today = moment.date() == now.astimezone(zone).date()
    parts = [_joined(words(moment.time() if is_today else moment), since)]
    parts += [words(unlike(entry.gate_name))] if entry.gate_name else []
    parts += [_("by {name}", name=unlike(entry.by))] if entry.by else []
    return _joined(*parts)


def taken_back(count: int, seen: SeenPass) -> Sentence:
    """The answer to `undo`."""
    undone = ngettext_("✅ Taken back: {count} person", "✅ Taken back: {count} people", count=count)
    return _joined(undone, words(seen.code), words(unlike(seen.name)))


def found(passes: Sequence[SeenPass], *, more: bool) -> tuple[Sentence, ...]:
    """The answer to `find`, a pass a line; `more`: there are others that fit."""
    rows = (_joined(words(one.code), words(unlike(one.name)), people(one.party_size)) for one in passes)
    rest = (_("There are more: send more of the name."),) if more else ()
    return (*rows, *rest) if passes else (_("No pass of today fits that."),)


def ago(passed: timedelta) -> Sentence:
    """How long ago something was, in its largest unit: `40 s ago`."""
    seconds = max(int(passed.total_seconds()), 0)
    if seconds < 60:
        return _("{number} s ago", number=seconds)
    if seconds < 3600:
        return _("{number} min ago", number=seconds // 60)
    if seconds < 86_400:
        return _("{number} h ago", number=seconds // 3600)
    return ngettext_("{count} day ago", "{count} days ago", count=seconds // 86_400)


def _is_own(entry: FirstEntry, scan: Scan) -> bool:
    by_staff = entry.staff_id is not None and entry.staff_id == scan.staff_id
    return by_staff or (entry.device_id is not None and entry.device_id == scan.device_id)


def _is_repeat(answer: Admission) -> bool:
    return answer.result in (scans.ALREADY_ADMITTED, scans.TOO_MANY, scans.CONFLICT)


def _details(answer: Admission, scan: Scan) -> tuple[Sentence, ...]:
    assert answer.pass_ is not None  # noqa: S101 - the caller looked
    seen = answer.pass_
    whose = _("{name}: {people}", name=unlike(seen.name), people=_party(answer, seen, scan))
    kind = () if seen.kind == VISITOR else (words({"en": seen.kind, **seen.labels}),)
    when = () if answer.result == scans.WRONG_DAY else (_days(seen.days),)
    return (whose, *kind, *when)


def _party(answer: Admission, seen: SeenPass, scan: Scan) -> Sentence:
    """`4 people`, or `2 of 4 in, 2 left` where only some of them are."""
    inside = seen.party_size - answer.remaining
    partly = answer.remaining > 0 and inside > 0
    if not partly or answer.result not in (*_GOOD, scans.TOO_MANY) or scan.direction == scans.OUT:
        return people(seen.party_size)
    return _("{inside} of {party} in, {left} left", inside=inside, party=seen.party_size, left=answer.remaining)


def _days(days: Sequence[date]) -> Sentence:
    if len(days) > 1 and (days[-1] - days[0]).days == len(days) - 1:
        return _("{first} to {last}", first=days[0], last=days[-1])
    named = [words(day) for day in days[:MOST_DAYS]]
    rest = len(days) - MOST_DAYS
    return _joined(*named, *((ngettext_("and {count} more", "and {count} more", count=rest),) if rest > 0 else ()))


def _joined(*parts: Sentence) -> Sentence:
    fields = {f"part{place}": part for place, part in enumerate(parts)}
    return Sentence(", ".join(f"{{{name}}}" for name in fields), fields)


# --- headlines ----------------------------------------------------------------------------------


def _admitted(answer: Admission, scan: Scan) -> Sentence:
    count = {"count": answer.admitted_now}
    if scan.simulate:
        return ngettext_("✅ Would be admitted: {count} person", "✅ Would be admitted: {count} people", **count)
    if answer.forced:
        return ngettext_("✅ Admitted by order: {count} person", "✅ Admitted by order: {count} people", **count)
    return ngettext_("✅ Admitted: {count} person", "✅ Admitted: {count} people", **count)


def _left(answer: Admission, scan: Scan) -> Sentence:
    count = {"count": answer.admitted_now}
    if scan.simulate:
        return ngettext_("✅ Would go out: {count} person", "✅ Would go out: {count} people", **count)
    return ngettext_("✅ Gone out: {count} person", "✅ Gone out: {count} people", **count)


def _too_many(answer: Admission, scan: Scan) -> Sentence:
    if scan.direction == scans.OUT:
        return _("⛔ Too many: only {number} inside", number=answer.remaining)
    return _("⛔ Too many: only {number} can still come in", number=answer.remaining)


def _wrong_day(answer: Admission, scan: Scan) -> Sentence:
    if answer.pass_ is None:
        return _("⛔ Not for today")
    return _("⛔ Not for today: this pass is for {days}", days=_days(answer.pass_.days))


def _always(sentence: Sentence) -> Callable[[Admission, Scan], Sentence]:
    return lambda answer, scan: sentence


_HEADLINES: Mapping[str, Callable[[Admission, Scan], Sentence]] = {
    scans.UNREADABLE: _always(_("⛔ This is no pass of ours: please look at the code again")),
    scans.FORGED: _always(_("⛔ Forged: this QR code is not from us")),
    scans.UNKNOWN: _always(_("⛔ There is no such pass")),
    scans.WRONG_EVENT: _always(_("⛔ This pass is for another event")),
    scans.REPLACED: _always(_("⛔ This pass was changed: ask for the new one")),
    scans.REVOKED: _always(_("⛔ This pass was cancelled")),
    scans.WRONG_GATE: _always(_("⛔ This kind of pass does not enter here")),
    scans.EVENT_CLOSED: _always(_("⛔ The event is closed now")),
    scans.WRONG_DAY: _wrong_day,
    scans.ENTRY_PAUSED: _always(_("⛔ Entry is stopped here at present")),
    scans.ALREADY_ADMITTED: _always(_("⛔ Already admitted")),
    scans.TOO_MANY: _too_many,
    scans.ADMITTED: _admitted,
    scans.LEFT: _left,
    scans.NOT_INSIDE: _always(_("⛔ None of them is inside")),
    scans.CONFLICT: _always(_("⛔ More people went in than the pass is for")),
}
"""What each result says, and how to go on where that is not plain."""
