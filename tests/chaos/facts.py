"""What the service itself has after a run: registrations, conversations, what still waits, what it looked up."""

import json
from collections.abc import Iterable
from typing import Any, cast

from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.domain.models import ContactAlias, Delivery, Pass, Registration
from tests.chaos.plan import name_of
from tests.chaos.processes import Stack

Row = tuple[Any, ...]


def registrations(database: Database) -> dict[str, list[Row]]:
    """By phone, for each pass: its code, whether the name is right, then what else was said."""
    said = (Registration.answers, Registration.language, Pass.day, Pass.party_size, Pass.status)
    asked = (
        select(ContactAlias.value, Pass.code, Registration.full_name, *said)
        .join(Registration, Registration.holder_id == ContactAlias.contact_id)
        .outerjoin(Pass, Pass.registration_id == Registration.id)
        .where(ContactAlias.kind == "phone")
    )
    found: dict[str, list[Row]] = {}
    with database.read() as db:
        for number, code, name, *rest in db.execute(asked):
            found.setdefault(number, []).append((code, name == name_of(number), *rest))
    return found


def states(redis: "Redis", numbers: Iterable[str]) -> dict[str, Any]:
    """By phone: the state of its conversation."""
    return {number: _state(redis, number) for number in numbers}


def _state(redis: "Redis", number: str) -> Any:
    conversation = f"phone:{number}"
    while (onward := redis.get(f"c:alias:{conversation}")) and onward != conversation.encode():
        conversation = cast("bytes", onward).decode()
    kept = cast("bytes | None", redis.hget(f"c:state:{conversation}", "json"))
    return json.loads(kept) if kept else None


def waiting(database: Database, redis: "Redis") -> int:
    """Messages that are not taken yet, and rows of the outbox that are not sent yet."""
    with database.read() as db:
        owed = db.scalar(select(func.count()).select_from(Delivery).where(Delivery.status == "owed")) or 0
    return owed + int(redis.zcard("c:pending"))


def looked_up(stack: Stack) -> int:
    """How often a worker found in Twilio's list that an unclear try had gone out."""
    lines = [line for log in stack.folder.glob("worker-*.log") for line in log.read_text().splitlines()]
    told = [json.loads(line) for line in lines if "delivery_looked_up" in line and line.startswith("{")]
    return sum(bool(line.get("found")) for line in told)
