"""A run under faults: everybody registers and enters while parts break; afterwards the checker looks."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.database import Database
from bot.domain import events, roster
from bot.domain.events import changes
from bot.domain.keys import KeyRing
from bot.domain.models import FigureChange, InboundMessage, Pass
from bot.domain.passes import tokens
from bot.domain.roster import devices
from bot.service import utc_now
from tests.chaos import downtime, facts
from tests.chaos.checker import Evidence, broken
from tests.chaos.checker.evidence import read_log
from tests.chaos.checker.promises import pictures
from tests.chaos.downtime import Downtime
from tests.chaos.gates import Asking, Browser, Scanner
from tests.chaos.phones import PROMISES, Asker, Crowd, Volunteer
from tests.chaos.plan import NOBODY, Plan
from tests.chaos.processes import Stack, standing
from tests.chaos.schedule import FaultSchedule
from tests.e2e.server import SECRET

ALONE_SECONDS = 60.0
THINK_SECONDS = 2.0
VOLUNTEERS = ("+919811100001", "+919811100002")
SCANNERS = 2
SCAN_SECONDS, PAGE_SECONDS, ASK_SECONDS = 0.4, 0.5, 0.8
"""From one scan, from one look at the pages, and from one message of a stranger to the next."""
DEMO, GATE, REGISTER = "demo", "main", "/register/demo"
MOST_SHOWN = 5
"""Of what breaks one promise."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    plan: Plan
    through: int
    """Phones that have their pass."""
    happened: Sequence[Downtime]
    skipped: dict[str, str]
    broken: dict[str, list[str]]
    figures: dict[str, object]

    def table(self) -> str:
        """All of it, for people."""
        lines = [f"{name:<20}{value}" for name, value in self.figures.items()]
        lines += [f"skipped: {name}: {why}" for name, why in self.skipped.items()]
        lines += ["", downtime.table(self.happened), ""]
        for name, faults in self.broken.items():
            lines += [f"BROKEN {name}: {len(faults)}", *(f"  {fault}" for fault in faults[:MOST_SHOWN])]
        return "\n".join([*lines, "every promise was kept"] if not self.broken else lines)


def run_under_faults(plan: Plan, folder: Path) -> Outcome:
    """Let everybody register and enter while parts break; what came of it."""
    with ExitStack() as around:
        stack = around.enter_context(standing(plan, folder))
        database = around.enter_context(closing(Database(stack.settings.database)))
        redis = around.enter_context(closing(Redis.from_url(stack.settings.redis)))
        crowd = Crowd(plan, stack.twilio)
        scanners, volunteers = _prepared(plan, stack, database, crowd)
        crowd.register([NOBODY], 0, 0.01, ALONE_SECONDS, lambda: not facts.waiting(database, redis))
        if not crowd.codes:
            raise RuntimeError(f"one person alone did not come through; see the logs in {folder}")
        page = _pass_page(database, crowd.codes[0])
        browser = Browser(stack.settings.origin, (page, REGISTER, "/"), PAGE_SECONDS)
        schedule = FaultSchedule(plan, stack)
        for volunteer in volunteers:
            volunteer.over = lambda: schedule.ended
        around.callback(schedule.over.set)
        began = time.monotonic()
        with _asking([*scanners, browser]) as asking:
            schedule.start()
            through = crowd.register(
                plan.numbers,
                schedule.seconds * 0.9,
                THINK_SECONDS,
                schedule.seconds * plan.slower + plan.patience,
                lambda: schedule.ended and asking.end() and _is_settled(database, redis, crowd),
                [*volunteers, *_askers(schedule.seconds * plan.slower)],
            )
        if schedule.trouble:
            raise schedule.trouble
        with database.engine.connect() as connection, closing(Redis.from_url(stack.twilio.redis)) as theirs:
            scans = [answer for scanner in scanners for answer in scanner.answers]
            evidence = Evidence(connection, read_log(theirs), scans, browser.answers, PROMISES)
            return Outcome(
                plan,
                through,
                downtime.downtimes(schedule.happened, evidence, page),
                schedule.skipped,
                broken(evidence),
                _figures(plan, evidence, through, time.monotonic() - began) | {"looked up": facts.looked_up(stack)},
            )


def _prepared(plan: Plan, stack: Stack, database: Database, crowd: Crowd) -> tuple[list[Scanner], list[Volunteer]]:
    """Places for the day, and people and scanners at its gate."""
    now = utc_now()
    with database.write() as db:
        demo = events.by_slug(db, DEMO)
        changes.set_day(db, DEMO, demo.days[0].day, capacity=plan.capacity)
        given = [devices.add(db, DEMO, name=f"Scanner {number}", gate=GATE, now=now)[1] for number in range(SCANNERS)]
        for number in VOLUNTEERS:
            roster.add(db, DEMO, phone=number, name=f"Volunteer {number[-1]}", gate=GATE, region="IN", now=now)
    scanners = [
        Scanner(stack.settings.origin, token, lambda: crowd.codes, plan.seed + number, SCAN_SECONDS)
        for number, token in enumerate(given)
    ]
    return scanners, [
        Volunteer(number, 0, codes=lambda: crowd.codes, chance=random.Random(plan.seed + int(number[-1])))
        for number in VOLUNTEERS
    ]


def _askers(seconds: float) -> list[Asker]:
    """Strangers who ask for help, one after another."""
    begin, number = time.monotonic(), int(seconds / ASK_SECONDS)
    return [Asker(f"+9183{place:08d}", begin + place * ASK_SECONDS) for place in range(number)]


def _pass_page(database: Database, code: str) -> str:
    """The path of a pass's own page."""
    ring = KeyRing.open(database, SECRET)
    with database.read() as db:
        row = db.scalars(select(Pass).where(Pass.code == code)).one()
        return f"/p/{tokens.encode(tokens.token_of(row), ring)}"


class _Asked:
    """All that asks beside the phones."""

    def __init__(self, asking: Sequence[Asking]) -> None:
        self._asking = list(asking)

    def end(self) -> bool:
        """Let each finish what it asks."""
        while self._asking:
            self._asking.pop().close()
        return True


@contextmanager
def _asking(asking: Sequence[Asking]) -> Iterator[_Asked]:
    for one in asking:
        one.start()
    asked = _Asked(asking)
    try:
        yield asked
    finally:
        asked.end()


def _is_settled(database: Database, redis: "Redis", crowd: Crowd) -> bool:
    """Whether nothing waits any more: at Twilio, to be taken, to leave, to be counted."""
    if crowd.at_twilio():
        return False
    try:
        with database.read() as db:
            kept = db.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.taken_at.is_(None)))
            changes_left = db.scalar(select(func.count()).select_from(FigureChange))
        return not kept and not changes_left and not facts.waiting(database, redis)
    except SQLAlchemyError:
        return False


def _figures(plan: Plan, evidence: Evidence, through: int, seconds: float) -> dict[str, object]:
    came = pictures(evidence)
    promised = sum(one.body in PROMISES for one in evidence.log)
    return {
        "seed": plan.seed,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "seconds": f"{seconds:.0f}",
        "phones": f"{len(plan.numbers)}, {through} with a pass",
        "messages": sum(one.inbound for one in evidence.log),
        "answered later": promised,
        "pictures": f"{len(came)}, twice {sum(times > 1 for times in came.values())}",
        "scans": f"{len(evidence.scans)}, {sum(one.status == 200 for one in evidence.scans)} answered,"
        f" {sum(one.admitted > 0 for one in evidence.scans)} admitted",
        "pages": f"{len(evidence.pages)}, {sum(one.status == 200 for one in evidence.pages)} as they should be",
    }
