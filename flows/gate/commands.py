"""What each gate command does: effects and answers, or a question first.

Pure, as the flows are: who may do what is judged by the duty as it is in this turn, and again where it is done.
"""

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from flows import understanding
from flows.fields.phone import phone_in
from flows.gate import answers as gate_answers
from flows.gate import codes as gate_codes
from flows.gate import command_names, walkup
from flows.gate import menu as gate_menu
from flows.gate import parse as gate_parse
from flows.gate.begun_at import event_answer
from flows.gate.menu import gate_name
from flows.gate.parse import MAX_CODES, GateMessage
from flows.gate.stats import stats
from flows.shapes import Duty, Facts, Outcome, Say, Sentence, Start, UserInput
from flows.shapes.events import MAX_PARTY_SIZE
from flows.shapes.gate_effects import (
    Admit,
    ChooseEvent,
    ChooseGate,
    CountPeople,
    NoteOffer,
    NoteSearch,
    OfferSignIn,
    ReleaseStaff,
    StopEntry,
    TakeBack,
)
from flows.shapes.scans import IN, MAX_PEOPLE_AT_ONCE, Scanned
from flows.text import _, lines, ngettext_, sentence_for, words
from flows.text.literal import escape
from flows.understanding import codes
from flows.understanding.plain_text import MIN_LETTERS, letter_count

AS_VISITOR_KEY = "as visitor"
"""Among the answers: somebody on a roster asked for the visitor's side."""
ASK_GATE, OFFER, LARGE, WALK_UP, VISITING = "gate", "near_pass", "large_count", "walk_up", "registration"
"""Flows that a command begins."""
ASKED_AT_KEY = "asked at"
"""Among the answers: when a question was asked that waits for a moment only."""
WAITING_KEY = "waiting"
"""Among the answers: the messages that wait for the gate to be known."""
CONFIRM_ABOVE = 200
"""People; more at once may be a slip of the thumb, and are asked about."""
SCAN_LINES = Sentence("{told}")
"""The lines that judging a scan gave."""
SCANNING = frozenset({"scan", "check", "force", "count", "find", "new"})
"""Commands that a pause for guessing stops."""
AT_A_GATE = frozenset({"scan", "force", "count", "new"})
"""Commands before which the gate must be known."""


def outcome(heard: GateMessage, messages: Sequence[UserInput], duty: Duty, facts: Facts) -> Outcome:
    """What is meant at a gate comes to; the messages that said it are kept where the gate must be asked first."""
    if heard.word in SCANNING and duty.is_paused(facts.now) and duty.paused_until:
        hour = duty.paused_until.astimezone(ZoneInfo(duty.timezone)).time()
        return _answer(gate_menu.PAUSED.filled(hour=hour))
    if heard.word in AT_A_GATE and duty.must_choose:
        waiting = [{"words": said.text, "photo": list(said.codes)} for said in messages]
        return (Start(ASK_GATE, {**event_answer(duty), WAITING_KEY: waiting, ASKED_AT_KEY: facts.now.isoformat()}),)
    return _COMMANDS[heard.word](heard, duty, facts)


def parse_message(message: UserInput) -> GateMessage:
    """The meaning of a message at a gate."""
    return gate_parse.in_photo(message.codes, message.text) if message.codes else gate_parse.read(message.text)


def merged(messages: Sequence[UserInput]) -> GateMessage:
    """What several messages mean, one after the other: the last, with the codes of those before it where it has codes.

    Each is read by itself: a command in one says nothing of another.
    """
    heard = [parse_message(said) for said in messages]
    of_codes = [
        command for command in heard if command.word in (command_names.SCAN, command_names.FORCE) and command.scans
    ]
    last = heard[-1] if heard else GateMessage()
    if len(of_codes) < 2 or of_codes[-1] is not last:
        return last
    return GateMessage(command_names.SCAN, scans=tuple(scan for command in of_codes for scan in command.scans))


def chosen_gate(slug: str, duty: Duty) -> Outcome:
    """Work at this gate from now on."""
    return (ChooseGate(duty.staff_id, slug), *_answer(gate_menu.GATE_NOW.filled(gate=gate_name(duty, slug))))


def named_gate(typed: str, duty: Duty) -> str:
    """The slug of the open gate that is meant; empty where none is, or several could be."""
    return _named(typed, {slug: (slug, name) for slug, name in duty.gates})


def named_event(typed: str, duty: Duty) -> str:
    """The slug of the event of theirs that is meant; empty where none is, or several could be."""
    return _named(typed, {slug: (slug, *names.values()) for slug, names in _events(duty).items()})


def _events(duty: Duty) -> Mapping[str, Mapping[str, str]]:
    return {duty.event: duty.event_name, **dict(duty.others)}


def scan_outcome(duty: Duty, *scans: Scanned) -> Outcome:
    """Judge these scans and tell what came of them."""
    return (Admit(duty.staff_id, duty.event, duty.place, duty.timezone, scans), Say((SCAN_LINES,)))


# --- passes -------------------------------------------------------------------------------------


def _scan(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    if len(heard.scans) > MAX_CODES:
        return _not_admitted(gate_menu.TOO_MANY_CODES.filled(most=MAX_CODES))
    if any(scan.count is not None and not 1 <= scan.count <= MAX_PARTY_SIZE for scan in heard.scans):
        return _not_admitted(sentence_for("bad_count"))
    if any(scan.force for scan in heard.scans):
        return _force(heard, duty, facts)
    done = scan_outcome(duty, *heard.scans)
    return (*done, *_offer(heard.scans[0], duty, facts)) if len(heard.scans) == 1 else done


def _offer(scan: Scanned, duty: Duty, facts: Facts) -> Outcome:
    """Ask whether the pass of today that differs by one character is meant."""
    if not gate_codes.is_mistyped(scan.text):
        return ()
    near = facts.near_pass(scan.text)
    if near is None:
        return ()
    kept = {"direction": scan.direction, "count": scan.count, "simulate": scan.simulate}
    told = {"code": near.code, "name": near.name, "party": near.party_size}
    asked = {**event_answer(duty), ASKED_AT_KEY: facts.now.isoformat()}
    return (NoteOffer(duty.staff_id, duty.event, near.code), Start(OFFER, {**kept, **told, **asked}))


def _force(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    if not duty.is_supervisor:
        return _not_admitted(sentence_for("supervisors_only"))
    if not heard.scans:
        return _answer(gate_menu.HOW_TO_FORCE)
    if not all(scan.reason.strip() for scan in heard.scans if scan.force):
        return _not_admitted(lines(sentence_for("reason_missing"), gate_menu.HOW_TO_FORCE))
    return scan_outcome(duty, *heard.scans)


def _undo(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    """Takes back: the passes that are named, or whatever was done last where nothing else is said."""
    if len(heard.scans) > MAX_CODES:
        return _answer(gate_menu.TOO_MANY_CODES.filled(most=MAX_CODES))
    if heard.rest or any(scan.count is not None for scan in heard.scans):
        return _answer(gate_menu.HOW_TO_UNDO)
    return (TakeBack(duty.staff_id, tuple(scan.text for scan in heard.scans)), Say((Sentence("{taken}"),)))


def _unclear(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    """Says how many passes were seen, and how to admit them or to look at them."""
    how = gate_menu.PHOTO_ALONE if heard.photo else gate_menu.SEND_ALONE
    return _answer(gate_menu.UNCLEAR.filled(count=heard.seen), how)


# --- people without a pass ----------------------------------------------------------------------


def _count(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    if heard.people is None:
        return _answer(gate_menu.HOW_TO_COUNT)
    if not 1 <= heard.people <= MAX_PEOPLE_AT_ONCE:
        too_many = gate_menu.TOO_MANY_COUNTED.filled(most=MAX_PEOPLE_AT_ONCE)
        return _answer(too_many if heard.people > MAX_PEOPLE_AT_ONCE else sentence_for("bad_count"))
    if heard.direction == IN and duty.is_closed:
        return _answer(*gate_menu.closed(duty))
    if heard.people > CONFIRM_ABOVE:
        asked = {"direction": heard.direction, "people": heard.people, ASKED_AT_KEY: facts.now.isoformat()}
        return (Start(LARGE, {**event_answer(duty), **asked}),)
    return counted(duty, heard.direction, heard.people)


def counted(duty: Duty, direction: str, people: int) -> Outcome:
    """Count these people, and say how to take that back."""
    count = CountPeople(duty.staff_id, duty.event, duty.place, direction, people)
    return (count, *_answer(lines(_counted(direction, people), gate_menu.HOW_TO_TAKE_BACK)))


def _counted(direction: str, count: int) -> Sentence:
    if direction == IN:
        return ngettext_("✅ Counted in: {count} person", "✅ Counted in: {count} people", count=count)
    return ngettext_("✅ Counted out: {count} person", "✅ Counted out: {count} people", count=count)


# --- looking for passes -------------------------------------------------------------------------


def _find(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    typed = understanding.cleaned(heard.rest)
    if gate_codes.is_code(typed):
        return scan_outcome(duty, Scanned(codes.shown(codes.parse(typed)), simulate=True))
    asked = looked_for(typed, facts.region)
    if not asked:
        return _answer(gate_menu.HOW_TO_FIND)
    found = facts.search(**asked)
    if found is None:
        return _answer(sentence_for("too_many_searches"))
    passes, more = found
    kept = NoteSearch(duty.staff_id, duty.event, next(iter(asked)), tuple(pass_.code for pass_ in passes))
    return (kept, *_answer(lines(*gate_answers.search_answer(passes, more=more))))


def looked_for(typed: str, region: str) -> dict[str, str]:
    """What is looked for: a `name` of three letters or more, or a `phone` in E.164; neither where it is neither."""
    if letter_count(typed) >= MIN_LETTERS:
        return {"name": typed}
    phone = phone_in(typed, region)
    return {"phone": phone} if phone else {}


# --- where they work ----------------------------------------------------------------------------


def _gate(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    if not duty.gate_names:
        return _answer(gate_menu.WITHOUT_GATES)
    slug = named_gate(heard.rest, duty)
    if slug:
        return chosen_gate(slug, duty)
    here = (gate_menu.GATE_IS.filled(gate=gate_name(duty)),) if duty.place and not duty.is_closed else ()
    return (*_answer(*(_not_that_one(heard.rest, duty) if heard.rest else here)), Start(ASK_GATE, event_answer(duty)))


def _not_that_one(typed: str, duty: Duty) -> tuple[Sentence, ...]:
    closed = _named(typed, {slug: (slug, name) for slug, name in duty.gate_names.items()})
    if closed:
        return (sentence_for("gate_closed", gate=gate_name(duty, closed)),)
    return (gate_menu.NO_GATE_OF_THAT_NAME,)


def _event(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    every = _events(duty)
    slug = named_event(heard.rest, duty)
    if slug:
        return (ChooseEvent(duty.staff_id, slug), *_answer(gate_menu.EVENT_NOW.filled(event=every[slug])))
    if not duty.others:
        return _answer(gate_menu.ONLY_EVENT.filled(event=duty.event_name))
    rows = (_("*event* {slug}: {name}", slug=slug, name=names) for slug, names in every.items())
    return _answer(lines(gate_menu.EVENT_NOW.filled(event=duty.event_name), *rows))


def sign_in_link(staff_id: int | None) -> Outcome:
    """The way to the staff pages; None: an owner's, or that of who stands on the roster of an event that has ended."""
    return (OfferSignIn(staff_id), *_answer(gate_menu.SIGN_IN_LINK))


# --- supervisors --------------------------------------------------------------------------------


def _stop_entry(stopped: bool) -> Callable[[GateMessage, Duty, Facts], Outcome]:
    def command(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
        if not duty.is_supervisor:
            return _answer(sentence_for("supervisors_only"))
        gate = _named(heard.rest, {slug: (slug, name) for slug, name in duty.gate_names.items()})
        if heard.rest and not gate:
            return _answer(sentence_for("no_such_gate", gate=escape(heard.rest)))
        shut = [slug for slug in duty.gate_names if slug not in dict(duty.gates)]
        if not stopped and gate in shut:
            return _answer(sentence_for("gate_closed", gate=gate_name(duty, gate)))
        where = words(gate_name(duty, gate)) if gate else _("all gates")
        told = _("Team members told: {number}")
        headline = (
            _("Entry is stopped: {where}", where=where) if stopped else _("Entry has resumed: {where}", where=where)
        )
        rest = () if stopped or gate else _still_closed(shut, duty)
        return (StopEntry(duty.staff_id, duty.event, gate or None, stopped), *_answer(lines(headline, *rest, told)))

    return command


def _still_closed(shut: Sequence[str], duty: Duty) -> tuple[Sentence, ...]:
    if shut and not duty.gates:
        return (gate_menu.NO_OPEN_GATE,)
    return (gate_menu.STILL_CLOSED.filled(gates=", ".join(gate_name(duty, slug) for slug in shut)),) if shut else ()


def _release(heard: GateMessage, duty: Duty, facts: Facts) -> Outcome:
    if not duty.is_supervisor:
        return _answer(*gate_menu.menu(duty)) if not heard.rest else _answer(sentence_for("supervisors_only"))
    if not heard.rest:
        return _answer(gate_menu.HOW_TO_RELEASE)
    return (ReleaseStaff(duty.staff_id, duty.event, heard.rest), *_answer(_("{names} can scan again.")))


# --- what they share ----------------------------------------------------------------------------


def _answer(*paragraphs: Sentence) -> Outcome:
    return (Say(paragraphs),) if paragraphs else ()


def _not_admitted(why: Sentence) -> Outcome:
    """Why nobody is admitted, with the sign of it."""
    return _answer(Sentence("⛔ {why}", {"why": why}))


def _named(typed: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """The slug of the one that is meant by a name or slug, in any case, nearly right."""
    places = understanding.best_choice(typed, tuple(names.values())) if typed.strip() else []
    return tuple(names)[places[0]] if len(places) == 1 else ""


_COMMANDS: Mapping[str, Callable[[GateMessage, Duty, Facts], Outcome]] = {
    command_names.SCAN: _scan,
    command_names.CHECK: lambda heard, duty, facts: _answer(gate_menu.HOW_TO_CHECK),
    command_names.FORCE: _force,
    command_names.COUNT: _count,
    command_names.FIND: _find,
    command_names.GATE_COMMAND: _gate,
    command_names.EVENT: _event,
    command_names.UNDO: _undo,
    command_names.UNCLEAR: _unclear,
    command_names.NEW: lambda heard, duty, facts: (walkup.started(heard.rest, facts),),
    command_names.STATS: lambda heard, duty, facts: _answer(*stats(duty, facts.figures)),
    command_names.SIGN_IN: lambda heard, duty, facts: sign_in_link(duty.staff_id),
    command_names.VISITOR: lambda heard, duty, facts: (
        Start("menu" if facts.passes else VISITING, {AS_VISITOR_KEY: True}),
    ),
    command_names.PAUSE: _stop_entry(True),
    command_names.RESUME: _stop_entry(False),
    command_names.RELEASE: _release,
}
