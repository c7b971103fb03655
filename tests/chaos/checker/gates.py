"""What happened at the gates: who was told `admitted` is in the rows, and no party is larger than its pass says."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence

ADMITTED = "✅"
"""How the answer to a volunteer begins who has admitted somebody (docs/contract.md#roster-numbers-in-the-chat)."""


def parties_and_scans(evidence: Evidence) -> Iterator[str]:
    """Every `admitted` that a gate heard stands in the rows, and nobody enters beyond the party."""
    yield from _scanned(evidence)
    yield from _in_the_chat(evidence)
    yield from _within_parties(evidence)


def _scanned(evidence: Evidence) -> Iterator[str]:
    rows = {
        scan_id: (code, people)
        for scan_id, code, people in evidence.rows(
            "SELECT c.scan_id, p.code, c.people FROM checkins c JOIN passes p ON p.id = c.pass_id"
            " WHERE c.result = 'admitted' AND c.undone_at IS NULL"
        )
    }
    heard = {one.scan_id: (one.code, one.admitted) for one in evidence.scans if one.admitted}
    for scan_id, entry in heard.items():
        if rows.get(scan_id) != entry:
            yield f"scan {scan_id}: the gate heard that {entry} went in, the rows have {rows.get(scan_id)}"


def _in_the_chat(evidence: Evidence) -> Iterator[str]:
    """A volunteer's messages are answered one after another, so each ✅ stands for an entry of theirs."""
    entries = Counter(
        phone
        for (phone,) in evidence.rows(
            "SELECT s.phone FROM checkins c JOIN staff s ON s.id = c.staff_id"
            " WHERE c.channel = 'whatsapp' AND c.result IN ('admitted', 'left') AND c.undone_at IS NULL"
        )
    )
    for phone in evidence.staff:
        heard = {one.sid for one in evidence.answers(phone) if one.body.startswith(ADMITTED)}
        if len(heard) > entries[phone]:
            yield f"{phone} heard {ADMITTED} {len(heard)} times, the rows have {entries[phone]} entries"


def _within_parties(evidence: Evidence) -> Iterator[str]:
    for code, party, day, inside in evidence.rows(
        "SELECT p.code, p.party_size, c.period, sum(CASE c.result WHEN 'left' THEN -c.people ELSE c.people END)"
        " FROM checkins c JOIN passes p ON p.id = c.pass_id WHERE c.undone_at IS NULL AND c.result <> 'conflict'"
        " GROUP BY p.code, p.party_size, c.period"
    ):
        if inside > party:
            yield f"{inside} people entered with {code} on {day}, which is for {party}"
    for code, party, heard in _heard_in_all(evidence):
        if heard > party:
            yield f"gates heard that {heard} people entered with {code}, which is for {party}"


def _heard_in_all(evidence: Evidence) -> Iterator[tuple[str, int, int]]:
    """By pass: how many the API's gates were told went in, under a policy of one entry a day and on one day."""
    heard: Counter[str] = Counter()
    for code, people in {one.scan_id: (one.code, one.admitted) for one in evidence.scans if one.admitted}.values():
        heard[code] += people
    parties: dict[str, int] = dict(evidence.rows("SELECT code, party_size FROM passes"))
    yield from ((code, parties.get(code, 0), people) for code, people in heard.items())
