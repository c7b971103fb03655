"""The promises, each a function that names what breaks it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.figures import figures_equal_rows
from tests.chaos.checker.gates import parties_and_scans
from tests.chaos.checker.sentences import failures_are_clear

MOST_TWICE = 0.005
"""The share of passes whose picture may come twice."""


def broken(evidence: Evidence) -> dict[str, list[str]]:
    """By promise: what breaks it. Promises that hold are left out."""
    found = {name: list(promise(evidence)) for name, promise in PROMISES.items()}
    return {name: faults for name, faults in found.items() if faults}


def told_is_registered(evidence: Evidence) -> Iterator[str]:
    """Whoever was told a code has one registration and one valid pass, with that code; and the other way round."""
    registered = _registrations(evidence)
    told = {phone: _codes(evidence, phone) for phone in evidence.got if phone not in evidence.staff}
    for phone in sorted({phone for phone, codes in told.items() if codes} | set(registered)):
        numbers, codes = registered.get(phone, (set(), []))
        if len(numbers) != 1 or len(codes) != 1:
            yield f"{phone} was told {sorted(told.get(phone, ()))}: {len(numbers)} registrations, {len(codes)} passes"
        elif told.get(phone, frozenset()) != frozenset(codes):
            yield f"{phone} was told {sorted(told.get(phone, ()))} and has {codes}"


def _codes(evidence: Evidence, phone: str) -> frozenset[str]:
    return frozenset[str]().union(*(one.codes for one in evidence.answers(phone)))


def _registrations(evidence: Evidence) -> dict[str, tuple[set[int], list[str]]]:
    """By phone: its registrations, and the codes of its valid passes."""
    found: dict[str, tuple[set[int], list[str]]] = {}
    for phone, number, code, status in evidence.rows(
        "SELECT a.value, r.id, p.code, p.status FROM registrations r"
        " JOIN contact_aliases a ON a.contact_id = r.holder_id AND a.kind = 'phone'"
        " LEFT JOIN passes p ON p.registration_id = r.id WHERE r.channel = 'whatsapp'"
    ):
        numbers, codes = found.setdefault(phone, (set(), []))
        numbers.add(number)
        if status == "valid":
            codes.append(code)
    return found


def pictures(evidence: Evidence) -> Mapping[str, int]:
    """By the code of each valid pass that was had in the chat: how many pictures of it came."""
    came = Counter(
        (phone, code) for phone, got in evidence.got.items() for one in got if one.has_media for code in one.codes
    )
    return {code: came[phone, code] for phone, (_numbers, codes) in _registrations(evidence).items() for code in codes}


def passes_are_sent_once(evidence: Evidence) -> Iterator[str]:
    """Each pass came as a picture; twice only where an answer of Twilio's was lost, and seldom."""
    came, owed, lost = pictures(evidence), _pictures_owed(evidence), _lost_answers(evidence)
    yield from (f"the picture of {code} never came" for code, times in came.items() if not times)
    more = {code: times - owed.get(code, 1) for code, times in came.items() if times > owed.get(code, 1)}
    for code, extra in more.items():
        if extra > lost.get(code, 0):
            yield f"the picture of {code} came {came[code]} times, with {lost.get(code, 0)} answers lost"
    if len(more) > MOST_TWICE * len(came):
        yield f"{len(more)} of {len(came)} pictures came twice"


def _pictures_owed(evidence: Evidence) -> dict[str, int]:
    """By code: how many pictures were asked for."""
    counted = (
        "SELECT p.code, count(*) FROM deliveries d JOIN passes p ON p.id = d.pass_id WHERE d.kind = 'pass'"
        " GROUP BY p.code"
    )
    return dict(evidence.rows(counted))


def _lost_answers(evidence: Evidence) -> dict[str, int]:
    """By code: how many calls to Twilio were begun of which nothing was heard."""
    counted = (
        "SELECT p.code, sum(CASE e.what WHEN 'tried' THEN 1 ELSE -1 END) FROM delivery_events e"
        " JOIN deliveries d ON d.id = e.delivery_id JOIN passes p ON p.id = d.pass_id"
        " WHERE d.kind = 'pass' AND e.what IN ('tried', 'taken') GROUP BY p.code"
    )
    return {code: int(number) for code, number in evidence.rows(counted)}


def nobody_is_stuck(evidence: Evidence) -> Iterator[str]:
    """Each message that somebody sent has an answer, and none waits at a side door."""
    for (number,) in evidence.rows("SELECT count(*) FROM inbound_messages WHERE taken_at IS NULL"):
        if number:
            yield f"{number} kept messages have not been taken"
    for phone, sent in evidence.sent.items():
        answers = evidence.answers(phone)
        if len(answers) < len(sent):
            yield f"{phone} sent {len(sent)} messages and has {len(answers)} answers"
        elif not answers[-1].at_ms >= sent[-1].at_ms:
            yield f"the last message of {phone} has no answer"


def outbox_is_explained(evidence: Evidence) -> Iterator[str]:
    """Whatever still waits to leave, or never will, has a reason."""
    for number, kind, status, reason, code in evidence.rows(
        "SELECT id, kind, status, reason, error_code FROM deliveries"
        " WHERE status IN ('owed', 'failed', 'undelivered') ORDER BY id"
    ):
        if not reason and (status == "owed" or not code):
            yield f"delivery {number}, a {kind}, is {status} without a reason"


def places_are_kept(evidence: Evidence) -> Iterator[str]:
    """No day has more people than places, no party more than the event allows, and the places given are counted."""
    for day, capacity, taken, people in evidence.rows(
        "SELECT d.day, d.capacity + d.beyond, d.taken, coalesce(sum(p.party_size), 0) FROM event_days d"
        " LEFT JOIN passes p ON p.event_id = d.event_id AND p.day = d.day AND p.status = 'valid'"
        " GROUP BY d.event_id, d.day, d.capacity, d.beyond, d.taken"
    ):
        if people != taken:
            yield f"{day}: {people} people hold passes, {taken} are counted"
        if capacity is not None and people > capacity:
            yield f"{day}: {people} people hold passes for {capacity} places"
    for code, party, most in evidence.rows(
        "SELECT p.code, p.party_size, coalesce(k.max_party, e.max_party) FROM passes p"
        " JOIN kinds k ON k.id = p.kind_id JOIN events e ON e.id = p.event_id"
        " WHERE p.party_size > coalesce(k.max_party, e.max_party)"
    ):
        yield f"{code} is for {party} people, {most} are allowed"


PROMISES: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "told is registered": told_is_registered,
    "passes are sent once": passes_are_sent_once,
    "places are kept": places_are_kept,
    "parties and scans": parties_and_scans,
    "nobody is stuck": nobody_is_stuck,
    "outbox is explained": outbox_is_explained,
    "figures equal rows": figures_equal_rows,
    "failures are clear": failures_are_clear,
}
