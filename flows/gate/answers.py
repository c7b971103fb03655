"""What staff at the gate are told of a scan: in the chat, on the scanner's page, by the API.

The first sentence is the whole of it at a glance: ✅ where people go in or out, ⛔ where they do not, and why.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.shapes import Invalid, Sentence, scans
from flows.shapes.scans import Admission, FirstEntry, Scan, SeenPass
from flows.text import _, access_needs, joined, lines, ngettext_, sentence_for, words
from flows.text import pass_days as pass_day_texts
from flows.text.choices import people
from flows.text.literal import escape
from flows.understanding import codes

VISITOR = "visitor"
"""The kind of pass that goes without saying (docs/contract.md#policies-and-kinds)."""
NO_PASS = _("⛔ Not one of our passes: check the code")
MAX_NAMED_DAYS = 3
"""Days of a pass that an answer names one by one."""
MAX_FULL_LINES = 7
"""Codes of one message whose lines are told in full: WhatsApp takes 1600 characters."""
MAX_NAME_LENGTH, MAX_SHORT_NAME_LENGTH, MAX_TYPED_LENGTH = 30, 10, 24
"""Characters of a name in a line, of one in a short line, and of what was scanned and is no pass."""
_PASSING_RESULTS = (scans.ADMITTED, scans.LEFT)


def scan_answer(answer: Admission, scan: Scan, now: datetime, timezone: str) -> tuple[Sentence, ...]:
    """The answer to a scan, a sentence a line: the headline, whose pass, how many, what help, of what kind, for when.

    For a pass that was used before also when, where and by whom; `timezone` is the event's.
    """
    details = _details(answer, scan) if answer.pass_ else ()
    before = _entered_before(answer, scan, now, timezone)
    only_looked = (_("Check only: nothing has changed."),) if scan.simulate else ()
    onward = (_("A supervisor can still admit them."),) if answer.result == scans.EVENT_CLOSED else ()
    return (headline(answer, scan), *before, *details, *onward, *only_looked)


def _entered_before(answer: Admission, scan: Scan, now: datetime, timezone: str) -> tuple[Sentence, ...]:
    if not _is_repeat(answer) or answer.first_entry is None:
        return ()
    entry = earlier(answer.first_entry, scan, now, timezone)
    return (_("First in: {entry}", entry=entry) if answer.result == scans.TOO_MANY else entry,)


def headline(answer: Admission, scan: Scan) -> Sentence:
    """The result in a line, beginning with ✅ or ⛔; for every one of flows.shapes.scans.RESULTS."""
    return _HEADLINES[answer.result](answer, scan)


def in_a_line(answer: Admission, scan: Scan, when: tuple[datetime, str], *, short: bool = False) -> Sentence:
    """The answer as one of several: the headline, the code and whose it is; where some of them are in, how many;
    for a pass that was used before also when, where and by whom.

    `when`: now, and the event's zone. `short`: for more than MAX_FULL_LINES of them, so that all fit into one message.
    What is no pass of this event is shown as it was scanned, without a hyphen.
    """
    if answer.pass_ is None:
        return joined(headline(answer, scan), _as_scanned(scan.text))
    seen = answer.pass_
    first = _("⛔ Not for today") if short and answer.result == scans.WRONG_DAY else headline(answer, scan)
    name = words(escape(_clipped(seen.name, MAX_SHORT_NAME_LENGTH if short else MAX_NAME_LENGTH)))
    partly = _in_parts(answer, seen, scan)
    known = _is_repeat(answer) and answer.first_entry
    before = (_briefly(answer.first_entry, scan, *when, short=short),) if known and answer.first_entry else ()
    needs = (words(access_needs.SIGN),) if seen.need else ()
    inside = (partly,) if partly and not (short and before) else ()
    return joined(first, words(seen.code), name, *needs, *inside, *before)


def _clipped(name: str, max_length: int) -> str:
    return name if len(name) <= max_length else f"{name[: max_length - 1].rstrip()}…"


def _briefly(entry: FirstEntry, scan: Scan, now: datetime, timezone: str, *, short: bool) -> Sentence:
    """`10:08 am, Main, Ravi`, or `by you, 40 s ago`; `short`: the moment alone."""
    if _is_own(entry, scan):
        return _("by you, {ago}", ago=ago(now - entry.at))
    moment = entry.at.astimezone(ZoneInfo(timezone))
    is_today = moment.date() == now.astimezone(ZoneInfo(timezone)).date()
    if short:
        return words(moment.time()) if is_today else ago(now - entry.at)
    parts = (words(escape(_clipped(part, MAX_NAME_LENGTH))) for part in (entry.gate_name, entry.by) if part)
    return joined(words(moment.time() if is_today else moment), *parts)


def earlier(entry: FirstEntry, scan: Scan, now: datetime, timezone: str) -> Sentence:
    """When, where and by whom a pass was used before, in words: `by you, 40 s ago`."""
    since = ago(now - entry.at)
    if _is_own(entry, scan):
        return _("by you, {ago}", ago=since)
    zone = ZoneInfo(timezone)
    moment = entry.at.astimezone(zone)
    is_today = moment.date() == now.astimezone(zone).date()
    parts = [joined(words(moment.time() if is_today else moment), since)]
    parts += [words(escape(entry.gate_name))] if entry.gate_name else []
    parts += [_("by {name}", name=escape(entry.by))] if entry.by else []
    return joined(*parts)


def admission_undone(count: int, seen: SeenPass) -> Sentence:
    """The answer to `undo`."""
    undone = ngettext_("✅ Undone: {count} person", "✅ Undone: {count} people", count=count)
    return lines(joined(undone, words(seen.code), words(escape(seen.name))), _("They can come in again."))


def nothing_undone(why: str, code: str = "", scanned: str = "") -> Sentence:
    """The answer to `undo` where nothing is taken back: of which pass, where that is known, and why.

    `code` is that of an admission of their own, `scanned` what they named themselves.
    """
    told = {"why": sentence_for(why)}
    if code or not scanned:
        return Sentence("⛔ {code}: {why}", {"code": code, **told}) if code else Sentence("⛔ {why}", told)
    if "/P/" in scanned.upper():
        return Sentence("⛔ {qr}: {why}", {"qr": _("This QR code"), **told})
    try:
        # Not in the form of a code: nobody knows whether there is such a pass.
        return Sentence("⛔ {shown}: {why}", {"shown": words(escape(codes.shown(codes.parse(scanned)))), **told})
    except Invalid:
        return joined(NO_PASS, _as_scanned(scanned))


def _as_scanned(text: str) -> Sentence:
    """What may be no pass, without a hyphen: only codes have the form of one (docs/contract.md#codes-and-qr)."""
    return words(escape(text.replace("-", "")[:MAX_TYPED_LENGTH]))


def count_undone(count: int, direction: str) -> Sentence:
    """The answer to `undo` after people were counted without a pass."""
    if direction == scans.OUT:
        return ngettext_(
            "✅ No longer counted out: {count} person", "✅ No longer counted out: {count} people", count=count
        )
    return ngettext_("✅ No longer counted in: {count} person", "✅ No longer counted in: {count} people", count=count)


def search_answer(passes: Sequence[SeenPass], *, more: bool) -> tuple[Sentence, ...]:
    """The answer to `find`, a pass a line; `more`: there are others that fit."""
    rows = (_found(pass_) for pass_ in passes)
    rest = (_("There are more results. Send more of the name."),) if more else ()
    return (*rows, *rest) if passes else (_("No pass found for today."),)


def _found(seen: SeenPass) -> Sentence:
    needs = (words(access_needs.SIGN),) if seen.need else ()
    return joined(words(seen.code), words(escape(seen.name)), people(seen.party_size), *needs)


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
    party = _party(answer, seen, scan)
    whose = _("{name}: {people}", name=escape(seen.name), people=party) if seen.name else party  # erased: no name
    kind = () if seen.kind == VISITOR else (words({"en": seen.kind, **seen.labels}),)
    when = () if answer.result == scans.WRONG_DAY else (pass_day_texts.describe_days(seen.days),)
    needs = (access_needs.signed(seen.need),) if seen.need else ()
    return (whose, *needs, *kind, *when)


def _party(answer: Admission, seen: SeenPass, scan: Scan) -> Sentence:
    """`4 people`, or `2 of 4 in, 2 to come` where only some of them are; of a mere look, as it is now."""
    partly = _in_parts(answer, seen, scan)
    return partly or people(seen.party_size)


def _in_parts(answer: Admission, seen: SeenPass, scan: Scan) -> Sentence | None:
    if scan.direction == scans.OUT:
        still = answer.inside if answer.result == scans.LEFT else None
        return _("{number} still inside", number=still) if still is not None else None
    left = answer.remaining + (answer.admitted_now if scan.simulate else 0)
    entered = seen.party_size - left
    if left <= 0 or entered <= 0 or answer.result not in (*_PASSING_RESULTS, scans.TOO_MANY):
        return None
    return _("{inside} of {party} in, {left} to come", inside=entered, party=seen.party_size, left=left)


# --- headlines ----------------------------------------------------------------------------------


def _admitted(answer: Admission, scan: Scan) -> Sentence:
    count = {"count": answer.admitted_now}
    if scan.simulate:
        return ngettext_("✅ Would be admitted: {count} person", "✅ Would be admitted: {count} people", **count)
    if answer.forced:
        return ngettext_(
            "✅ Admitted by supervisor: {count} person", "✅ Admitted by supervisor: {count} people", **count
        )
    return ngettext_("✅ Admitted: {count} person", "✅ Admitted: {count} people", **count)


def _left(answer: Admission, scan: Scan) -> Sentence:
    count = {"count": answer.admitted_now}
    if scan.simulate:
        return ngettext_("✅ Would leave: {count} person", "✅ Would leave: {count} people", **count)
    return ngettext_("✅ Left: {count} person", "✅ Left: {count} people", **count)


def _too_many(answer: Admission, scan: Scan) -> Sentence:
    if scan.direction == scans.OUT:
        return _("⛔ Too many: only {number} inside", number=answer.remaining)
    return _("⛔ Too many: only {number} can still come in", number=answer.remaining)


def _wrong_day(answer: Admission, scan: Scan) -> Sentence:
    if answer.pass_ is None:
        return _("⛔ Not for today")
    return _("⛔ Not for today: this pass is for {days}", days=pass_day_texts.describe_days(answer.pass_.days))


def _event_closed(answer: Admission, scan: Scan) -> Sentence:
    if answer.hours is None:
        return _("⛔ The event is closed now")
    opens, closes = answer.hours
    return _("⛔ Outside opening hours: {opens} – {closes}", opens=opens, closes=closes)


def _always(sentence: Sentence) -> Callable[[Admission, Scan], Sentence]:
    return lambda answer, scan: sentence


_HEADLINES: Mapping[str, Callable[[Admission, Scan], Sentence]] = {
    scans.UNREADABLE: _always(NO_PASS),
    scans.FORGED: _always(_("⛔ Forged: this QR code is not ours")),
    scans.UNKNOWN: _always(_("⛔ Pass not found")),
    scans.WRONG_EVENT: _always(_("⛔ This pass is for another event")),
    scans.REPLACED: _always(_("⛔ This pass was replaced: ask for the new one")),
    scans.REVOKED: _always(_("⛔ This pass was cancelled")),
    scans.WRONG_GATE: _always(_("⛔ This kind of pass is not for this gate")),
    scans.EVENT_CLOSED: _event_closed,
    scans.WRONG_DAY: _wrong_day,
    scans.ENTRY_PAUSED: _always(_("⛔ Entry is stopped here")),
    scans.ALREADY_ADMITTED: _always(_("⛔ Already admitted")),
    scans.TOO_MANY: _too_many,
    scans.ADMITTED: _admitted,
    scans.LEFT: _left,
    scans.NOT_INSIDE: _always(_("⛔ None of them is inside")),
    scans.CONFLICT: _always(_("⛔ More people went in than the pass allows")),
}
"""What each result says, and how to go on where that is not plain."""
