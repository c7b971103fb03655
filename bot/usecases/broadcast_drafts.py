"""Broadcasts that somebody is writing on a page: the form as it was sent, and how far its audience has been counted.

In Redis: no audience is counted within one request where it is large, and nothing of it is worth keeping for longer
than it takes to look at it. What Redis loses is written once more.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from redis import Redis

from bot.delivery.campaigns.estimate import AudienceTally

DRAFT_TTL_SECONDS = 3600
"""How long a preview stands after its last look: its figures grow stale."""


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """A broadcast before it is sent."""

    token: str
    form: Mapping[str, Any]
    """What stood in the inputs."""
    tally: AudienceTally = field(default_factory=AudienceTally)
    limits: Mapping[str, str] | None = None
    """The senders' daily limits as Twilio says; None: it has not been asked yet."""

    @classmethod
    def new(cls, form: Mapping[str, Any]) -> Self:
        """A draft of which nobody has been counted."""
        return cls(secrets.token_urlsafe(12), form)


@dataclass(frozen=True, slots=True)
class BroadcastDrafts:
    """The drafts of one event. Every method raises redis.RedisError where Redis is away."""

    redis: "Redis" = field(repr=False)
    event_id: int

    def save(self, draft: BroadcastDraft) -> None:
        """Keep it, from now on for its time."""
        whole = {"form": draft.form, "tally": draft.tally.to_json(), "limits": draft.limits}
        self.redis.set(self._key(draft.token), json.dumps(whole, ensure_ascii=False), ex=DRAFT_TTL_SECONDS)

    def find(self, token: str) -> BroadcastDraft | None:
        """The draft of this token, if it is this event's and still there."""
        stored = cast("bytes | None", self.redis.get(self._key(token)))
        if stored is None:
            return None
        whole = json.loads(stored)
        return BroadcastDraft(token, whole["form"], AudienceTally.from_json(whole["tally"]), whole["limits"])

    def _key(self, token: str) -> str:
        return f"broadcast-draft:{self.event_id}:{token}"
