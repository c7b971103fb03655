"""What came of it: what people saw, what the proxy had to do, and what stands in the database; as a table."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bot.database import Database
from bot.domain.models import Checkin, ContactAlias, Pass
from flows.understanding import codes
from tests.chaos.checker import PROMISES, Evidence, broken
from tests.chaos.checker.evidence import read_log
from tests.chaos.phones import PROMISES as PROMISES_TO_ANSWER
from tests.chaos.plan import SPOKEN
from tests.chaos.rolling.crowd import PARTY, Crowd, Seen
from tests.chaos.rolling.stack import Stack

MOST_NAMED = 20
"""Of what went wrong."""
LINE = re.compile(r"(\d+) (\w+) (\S+) (.*)\|(.*)\|(.*)")


@dataclass
class Line:
    """One kind of thing, and what of it went wrong."""

    what: str
    number: int
    failed: int = 0
    lost: int = 0
    doubled: int = 0


@dataclass
class Report:
    """All lines; the rest is told beside them."""

    lines: list[Line]
    notes: list[str]
    wrong: list[str]
    """The first of what went wrong, in words."""

    @property
    def failed(self) -> int:
        """Requests that were not answered well."""
        return sum(line.failed for line in self.lines)

    @property
    def is_clean(self) -> bool:
        """0 failed, 0 lost, 0 double."""
        return not (self.failed or self.lost or self.doubled)

    @property
    def lost(self) -> int:
        """Messages without an answer, passes without a picture, people without a pass."""
        return sum(line.lost for line in self.lines)

    @property
    def doubled(self) -> int:
        """Answers, pictures, passes and entries that are there twice."""
        return sum(line.doubled for line in self.lines)

    def table(self) -> str:
        """A line for each kind, then the sum, then what else there is to tell."""
        rows = [("", "how many", "failed", "lost", "double")]
        rows += [(one.what, str(one.number), str(one.failed), str(one.lost), str(one.doubled)) for one in self.lines]
        rows.append(("all", "", str(self.failed), str(self.lost), str(self.doubled)))
        table = "\n".join(f"{row[0]:<34}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows)
        return "\n".join([table, *self.notes, *self.wrong])


def judge(stack: Stack, crowd: Crowd, database: Database, left_over: int) -> Report:
    """Count, once everything has come to rest."""
    seen = crowd.seen
    asked = _requests(stack.folder / "nginx/access.log")
    bad = [line for line in asked if not 200 <= int(line[0]) < 400]
    ends = [f"{one.name} ended with {one.exit_code}" for one in stack.replaced if one.exit_code]
    faults = faults_found(crowd, database)
    lines = [
        Line("requests through nginx", len(asked), failed=len(bad)),
        Line("processes that were replaced", len(stack.replaced), failed=len(ends)),
        Line("pages and scans", seen.counts["pages"] + seen.counts["scans"], failed=len(seen.failed)),
        _messages(crowd, left_over),
        _pictures(crowd),
        _passes(seen, database),
        _entries(seen, database),
        Line("promises (tests/chaos/checker)", len(PROMISES), failed=len(faults)),
    ]
    other = sum("," in line[3] for line in asked)
    notes = [
        f"in the chat {len(seen.chatted)}, by the form {len(seen.filled)}; given to the other web: {other}",
        "ended by themselves in: " + ", ".join(f"{one.name} {one.stop_seconds:.1f} s" for one in stack.replaced),
    ]
    wrong = [" ".join(line[:5]) for line in bad] + ends + seen.failed + seen.lost + faults
    return Report(lines, notes, wrong[:MOST_NAMED])


def _requests(file: Path) -> list[tuple[str, ...]]:
    return [found.groups() for line in file.read_text().splitlines() if (found := LINE.fullmatch(line))]


def _messages(crowd: Crowd, left_over: int) -> Line:
    seen = crowd.seen
    more = sum(max(0, len(crowd.answers(number)) - len(SPOKEN)) for number in seen.chatted)
    return Line("messages in the chat", seen.counts["messages"], lost=len(seen.lost) + left_over, doubled=more)


def _pictures(crowd: Crowd) -> Line:
    came = [sum(bool(one.media_urls) for one in crowd.got(number)) for number in crowd.seen.chatted]
    more = sum(max(0, number - 1) for number in came)
    return Line("pictures of passes", sum(came), lost=came.count(0), doubled=more)


def _passes(seen: Seen, database: Database) -> Line:
    """Whoever came through holds one, with the code that they were told."""
    asked = (
        select(ContactAlias.value, Pass.code)
        .join(Pass, Pass.holder_id == ContactAlias.contact_id)
        .where(ContactAlias.kind == "phone")
    )
    held: dict[str, list[str]] = {}
    with database.read() as db:
        for number, code in db.execute(asked):
            held.setdefault(number, []).append(codes.shown(code))
    told = seen.chatted | seen.filled
    lost = sum(code not in held.get(number, ()) for number, code in told.items())
    return Line("passes", len(told), lost=lost, doubled=sum(len(mine) > 1 for mine in held.values()))


def _entries(seen: Seen, database: Database) -> Line:
    """Each pass was shown at two gates: one lets the party in, the other does not."""
    asked = select(Pass.code, func.sum(Checkin.people)).join(Pass, Checkin.pass_id == Pass.id).group_by(Pass.code)
    with database.read() as db:
        people = {code: int(number) for code, number in db.execute(asked)}
    heard = Counter({one.scan_id: one.code for one in seen.scans if one.admitted}.values())
    shown = {one.code for one in seen.scans}
    lost = sum(not heard[code] or people.get(code, 0) < PARTY for code in shown)
    doubled = sum(heard[code] > 1 or people.get(code, 0) > PARTY for code in shown)
    return Line("entries", len(shown), lost=lost, doubled=doubled)


def faults_found(crowd: Crowd, database: Database) -> list[str]:
    """What breaks a promise, as the checker finds it now: figures are added up some seconds after what they count."""
    with database.engine.connect() as connection:
        evidence = Evidence(connection, read_log(crowd.redis), crowd.seen.scans, interim=frozenset(PROMISES_TO_ANSWER))
        return [f"{name}: {fault}" for name, faults in broken(evidence).items() for fault in faults]
