"""The last forms that came back, by the names of their fields, without answers: for who looks why one was not read.

Twilio does not write down how it lays them out, so whoever sees the first real one must be able to say what it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from bot import filled_form
from flows.visitor.forms import FORMS
from flows.visitor.registration import AGREE, FULL_NAME

log = structlog.get_logger(__name__)

SHAPES_KEY = "forms:shapes"
"""Redis list: the shapes, the newest first."""
MAX_SHAPES = 20
MAX_FIELDS = 60
KNOWN = frozenset(step.name for flow in FORMS.values() for step in flow.steps if step.label or step is AGREE)
"""The names of the inputs that all forms of ours have; an event's own questions come beside them."""


@dataclass(frozen=True, slots=True)
class FormShape:
    """A form that came back."""

    at: datetime
    found: tuple[str, ...]
    """The inputs of KNOWN that were found in it."""
    fields: tuple[str, ...]
    """The paths of all its names."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The inputs of a registration that were not found: of `change`, which has fewer, none."""
        if self.found and FULL_NAME.name not in self.found:
            return ()
        return tuple(sorted(KNOWN - set(self.found)))


def record(redis: "Redis", now: datetime, interactive_data: str, flow_data: str) -> None:
    """Keep the shape of what came back. Where Redis is away it is not kept."""
    found = sorted(KNOWN & filled_form.read(interactive_data, flow_data).keys())
    fields = filled_form.shape(interactive_data, flow_data, KNOWN)[:MAX_FIELDS]
    log.info("form_came_back", found=len(found), fields=len(fields))
    kept = json.dumps({"at": now.isoformat(), "found": found, "fields": fields})
    try:
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.lpush(SHAPES_KEY, kept)
            pipeline.ltrim(SHAPES_KEY, 0, MAX_SHAPES - 1)
            pipeline.execute()
    except RedisError as problem:
        log.warning("form_shape_not_kept", problem=type(problem).__name__)


def last(redis: "Redis") -> list[FormShape]:
    """The shapes that are kept, the newest first. Raises RedisError."""
    return [_read(json.loads(kept)) for kept in cast("list[bytes]", redis.lrange(SHAPES_KEY, 0, -1))]


def _read(kept: Mapping[str, object]) -> FormShape:
    found, fields = cast("list[str]", kept["found"]), cast("list[str]", kept["fields"])
    return FormShape(datetime.fromisoformat(str(kept["at"])), tuple(found), tuple(fields))
