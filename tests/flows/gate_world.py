"""A world with gates for tests: passes that can be scanned, walk-ups, and what has become of them.

It keeps the rules that a conversation meets: a pass for today, its party once a day, exits, another event;
places are taken, a phone holds one pass a day, an admission is judged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.gate import answers as gate_answers
from flows.gate import codes as gate_codes
from flows.gate import walkup
from flows.sandbox import world as sandbox_world
from flows.shapes import Duty, Effect, EventDay, Invalid, MarkFailuresTold, Sentence, scans
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
from flows.shapes.ownership_proof import MarkProofTold, ProveByCode
from flows.shapes.scans import Admission, FirstEntry, Scan, Scanned, SeenPass
from flows.shapes.walkup_effects import LookForPass, RegisterWalkup
from flows.text import event_states, lines
from flows.understanding import codes

GUESSES = 30
"""Unknown codes after which somebody is paused; in this world at any pace."""


@dataclass(frozen=True)
class Book:
    """The use of one pass."""

    seen: SeenPass
    event: str
    entered: int = 0
    gone: int = 0
    first: FirstEntry | None = None


@dataclass
class Gate:
    """Every pass by its code as shown, and what was done last."""

    books: dict[str, Book] = field(default_factory=dict)
    stopped: bool = False
    guesses: int = 0
    last: str = ""
    """The code that was admitted last."""
    last_count: tuple[int, str] | None = None
    """People and direction, where they were counted after that."""
    counted: dict[str, int] = field(default_factory=lambda: {"in": 0, "out": 0})


@dataclass
class World(sandbox_world.World):
    """The world of `make play` with what stands at its gates."""

    gate: Gate = field(default_factory=Gate)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    """Codes of passes for today by phone and kind."""

    def perform(self, effect: Effect) -> dict[str, Any] | None:
        """Do one effect. Raises TypeError for one that nobody has taught this world."""
        return _PERFORMED[type(effect)](self, effect) if type(effect) in _PERFORMED else super().perform(effect)

    def search(self, name: str = "", phone: str = "") -> tuple[tuple[SeenPass, ...], bool] | None:
        """The passes with this in their name; nobody has a phone here."""
        seen = (book.seen for book in self.gate.books.values())
        return tuple(one for one in seen if name and name.casefold() in one.name.casefold()), False

    def near_pass(self, code: str) -> SeenPass | None:
        """The one pass that differs from a mistyped code by one character."""
        typed = codes.shown(codes.corrected(code))
        alike = [book.seen for known, book in self.gate.books.items() if sum(map(str.__ne__, known, typed)) == 1]
        return alike[0] if len(alike) == 1 else None


def _duty(world: World) -> Duty:
    assert world.duty is not None, "nobody is on duty"
    return world.duty


def _admit(world: World, effect: Admit) -> dict[str, Any]:
    asked = [_scan(effect, one) for one in effect.scans]
    answers = [_judged(world, scan) for scan in asked]
    world.gate.guesses += sum(answer.result in (scans.UNKNOWN, scans.UNREADABLE) for answer in answers)
    if world.gate.guesses >= GUESSES:
        world.duty = replace(_duty(world), paused_until=world.now + timedelta(minutes=10))
    when = (world.now, effect.timezone)
    if len(asked) == 1:
        return {"told": gate_answers.scan_answer(answers[0], asked[0], world.now, effect.timezone)}
    return {
        "told": tuple(
            gate_answers.in_a_line(answer, scan, when, short=len(asked) > gate_answers.MAX_FULL_LINES)
            for answer, scan in zip(answers, asked, strict=True)
        )
    }


def _scan(effect: Admit, one: Scanned) -> Scan:
    return Scan(
        one.text,
        "SM",
        effect.event,
        "whatsapp",
        effect.gate,
        staff_id=effect.staff_id,
        direction=one.direction,
        count=one.count,
        simulate=one.simulate,
        force=one.force,
    )


def _judged(world: World, scan: Scan) -> Admission:
    try:
        code = codes.shown(codes.parse(scan.text.rpartition("/P/")[2]))
    except Invalid:
        return Admission(scans.UNREADABLE, scan.scan_id)
    book = world.gate.books.get(code)
    if book is None:
        return Admission(scans.UNKNOWN, scan.scan_id)
    if book.event != scan.event:
        return Admission(scans.WRONG_EVENT, scan.scan_id)
    answer, after = (_out if scan.direction == scans.OUT else _in)(world, scan, book)
    if not scan.simulate and after is not book:
        world.gate.books[code], world.gate.last, world.gate.last_count = after, code, None
    return answer


def _in(world: World, scan: Scan, book: Book) -> tuple[Admission, Book]:
    left = book.seen.party_size - book.entered
    against = _objection(world, book, scan, left)
    if against and not scan.force:
        return Admission(against, scan.scan_id, 0, left, book.seen, book.first), book
    count = scan.count or left or book.seen.party_size
    entry = book.first or FirstEntry(world.now, *_where(world), _duty(world).name, scan.staff_id, None)
    after = replace(book, entered=book.entered + count, first=entry)
    answer = Admission(scans.ADMITTED, scan.scan_id, count, max(left - count, 0), book.seen, book.first, bool(against))
    return answer, after


def _objection(world: World, book: Book, scan: Scan, left: int) -> str:
    if world.now.astimezone(ZoneInfo(_duty(world).timezone)).date() not in book.seen.days:
        return scans.WRONG_DAY
    if world.gate.stopped:
        return scans.ENTRY_PAUSED
    if left < (scan.count or 1):
        return scans.TOO_MANY if left else scans.ALREADY_ADMITTED
    return ""


def _where(world: World) -> tuple[str | None, str | None]:
    place = _duty(world).place
    return place, _duty(world).gate_names.get(place or "")


def _out(world: World, scan: Scan, book: Book) -> tuple[Admission, Book]:
    inside = book.entered - book.gone
    if inside < (scan.count or 1):
        return Admission(scans.TOO_MANY if inside else scans.NOT_INSIDE, scan.scan_id, 0, inside, book.seen), book
    count = scan.count or inside
    answer = Admission(scans.LEFT, scan.scan_id, count, 0, book.seen, inside=inside - count)
    return answer, replace(book, gone=book.gone + count)


def _take_back(world: World, effect: TakeBack) -> dict[str, Any]:
    if effect.passes:
        return {"taken": lines(*(_taken_back(world, text) for text in effect.passes))}
    if world.gate.last_count:
        (people, direction), world.gate.last_count = world.gate.last_count, None
        world.gate.counted[direction] -= people
        return {"taken": gate_answers.count_undone(people, direction)}
    if world.gate.last not in world.gate.books:
        raise sandbox_world.SandboxRefused("nothing_to_undo")
    book = world.gate.books[world.gate.last]
    world.gate.books[world.gate.last] = replace(book, entered=0, first=None)
    return {"taken": gate_answers.admission_undone(book.entered, book.seen)}


def _taken_back(world: World, text: str) -> Sentence:
    """What was let in with this pass is out again; whoever did it."""
    code = text.rpartition("/P/")[2]
    code = codes.shown(codes.parse(code)) if gate_codes.is_code(code) else code
    book = world.gate.books.get(code)
    if book is None or not book.entered:
        return gate_answers.nothing_undone("not_let_in_by_you", "", text)
    world.gate.books[code] = replace(book, entered=0, first=None)
    return gate_answers.admission_undone(book.entered, book.seen)


def _count(world: World, effect: CountPeople) -> None:
    world.gate.counted[effect.direction] += effect.people
    world.gate.last_count = effect.people, effect.direction


def _choose_gate(world: World, effect: ChooseGate) -> None:
    world.duty = replace(_duty(world), gate=effect.gate)


def _choose_event(world: World, effect: ChooseEvent) -> None:
    now = _duty(world)
    names = dict(now.others)
    others = tuple((slug, name) for slug, name in ((now.event, now.event_name), *now.others) if slug != effect.event)
    world.duty = replace(now, event=effect.event, event_name=names.get(effect.event, now.event_name), others=others)


def _stop_entry(world: World, effect: StopEntry) -> dict[str, Any]:
    world.gate.stopped = effect.stopped
    duty = _duty(world)
    concerned = {effect.gate} if effect.gate else {slug for slug, _name in duty.gates}
    kept = set(duty.stopped) | concerned if effect.stopped else set(duty.stopped) - concerned
    every = duty.stopped_everywhere if effect.gate else effect.stopped
    world.duty = replace(duty, stopped=tuple(sorted(kept)), stopped_everywhere=every)
    return {"number": 2}


def _release(world: World, effect: ReleaseStaff) -> dict[str, Any]:
    return {"names": effect.name}


def _look_for_pass(world: World, effect: LookForPass) -> None:
    """Refuse a phone that holds a pass for today."""
    held = world.held.get((effect.phone, effect.kind))
    if held:
        raise sandbox_world.SandboxRefused("already_registered", code=held, day=_today(world, effect.event).day)


def _register_walkup(world: World, effect: RegisterWalkup) -> dict[str, Any]:
    """Make the pass, and let them in where that is asked."""
    if effect.phone and not effect.anyway:
        _look_for_pass(world, LookForPass(effect.event, effect.kind, effect.phone))
    world.check_consent(effect.event, effect.consent_version)
    day = _today(world, effect.event)
    if day.left is not None and day.left < effect.party_size and not effect.overbook:
        raise sandbox_world.SandboxRefused("today_full", left=day.left)
    left = None if day.left is None else max(day.left - effect.party_size, 0)
    world.places[effect.event][day.day] = replace(day, left=left)
    code = world.new_code()
    if effect.phone:
        world.held[effect.phone, effect.kind] = code
    labels = next(kind.labels for kind in world.kinds if kind.slug == effect.kind)
    seen = SeenPass(code, effect.full_name, effect.party_size, (day.day,), effect.kind, labels)
    sent = walkup.SENT_TEXTS["whatsapp" if effect.phone else ""]
    return {"code": code, "sent": sent, "told": _admitted(world, effect, seen) if effect.admit else ()}


def _admitted(world: World, effect: RegisterWalkup, seen: SeenPass) -> tuple[Any, ...]:
    scan = Scan(seen.code, "SM", effect.event, "whatsapp", effect.gate, staff_id=effect.staff_id)
    result = scans.ENTRY_PAUSED if world.gate.stopped else scans.ADMITTED
    people = 0 if world.gate.stopped else seen.party_size
    return gate_answers.scan_answer(Admission(result, "SM", people, 0, seen), scan, world.now, effect.timezone)


def _today(world: World, slug: str) -> EventDay:
    event = next(one for one in world.events if one.slug == slug)
    day = event_states.in_progress(event, world.days(event), world.now)
    if day is None:
        raise sandbox_world.SandboxRefused("gates_not_open")
    return day


def _note_told(world: World, effect: MarkFailuresTold) -> dict[str, Any]:
    world.person = replace(world.person, failed_codes=())
    return {"links": "\n".join("HTTPS://PASS.EXAMPLE.ORG/P/…" for _ in effect.codes)}


def _note_proof_told(world: World, effect: MarkProofTold) -> None:
    world.person = replace(world.person, proof_untold=False)


def _prove_by_code(world: World, effect: ProveByCode) -> None:
    if effect.code not in [former.code for former in world.formers]:
        raise sandbox_world.SandboxRefused("not_proved")
    world.person = replace(world.person, known=True, may_prove=False)
    world.passes, world.formers = (*world.passes, *world.formers), ()


_PERFORMED: Mapping[type, Callable[[World, Any], dict[str, Any] | None]] = {
    Admit: _admit,
    NoteOffer: lambda world, effect: None,
    CountPeople: _count,
    TakeBack: _take_back,
    NoteSearch: lambda world, effect: None,
    OfferSignIn: lambda world, effect: {"link": "https://pass.example.org/staff/link/only-once"},
    ChooseGate: _choose_gate,
    ChooseEvent: _choose_event,
    StopEntry: _stop_entry,
    ReleaseStaff: _release,
    MarkFailuresTold: _note_told,
    MarkProofTold: _note_proof_told,
    ProveByCode: _prove_by_code,
    LookForPass: _look_for_pass,
    RegisterWalkup: _register_walkup,
}
