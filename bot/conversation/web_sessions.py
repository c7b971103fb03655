"""Visitors' sessions on the web pages, in Redis: what they have typed, and which phone they have proved.

The browser's cookie holds a random id and nothing else; the key here is a hash of it, so that who reads
Redis cannot take a visit over. Without Redis nobody could be sent a code either.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any, Self, cast

from redis import Redis

SESSION_TTL_SECONDS = 2 * 3600
"""How long a session is kept after its last use: longer than anybody takes for a form, shorter than a phone is lent."""


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form that somebody has begun."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The answers that were accepted, by slot."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands in the inputs, accepted or not."""
    country: str = ""
    """ISO region chosen for the number."""
    request: str = ""
    """The id under which the end of this form is performed, once."""
    done: str = field(default="", repr=False)
    """The code of the pass that it came to."""


@dataclass(frozen=True, slots=True)
class WebSession:
    """A visitor's session on the web pages."""

    id: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    """E.164; proved by an OTP in this visit."""
    drafts: Mapping[str, FormDraft] = field(default_factory=dict, repr=False)
    """The forms that were begun, by name."""
    proved_at: float = 0.0
    """When the phone was proved, in seconds since 1970."""

    def draft(self, name: str) -> FormDraft:
        """The form as far as it has come; a new one where it has not been begun."""
        return self.drafts.get(name) or FormDraft(request=secrets.token_hex(16))

    def with_draft(self, name: str, draft: FormDraft | None, **changes: Any) -> Self:
        """A copy of the visit with this form (None: without it) and with the named fields changed."""
        others = {known: form_draft for known, form_draft in self.drafts.items() if known != name}
        return replace(self, drafts=others | ({name: draft} if draft else {}), **changes)


@dataclass(frozen=True, slots=True)
class WebSessions:
    """The store of web sessions. Every method raises redis.RedisError where Redis is away."""

    redis: "Redis" = field(repr=False)

    def find(self, session_id: str) -> WebSession:
        """The visit of this id; an empty one where nothing was saved in it, or too long ago."""
        kept = cast("bytes | None", self.redis.get(_key(session_id)))
        if kept is None:
            return WebSession(session_id)
        data = json.loads(kept)
        drafts = {name: FormDraft(**draft) for name, draft in data["drafts"].items()}
        return WebSession(session_id, data["phone"], drafts, float(data.get("proved_at") or 0))

    def save(self, web_session: WebSession) -> None:
        """Keep it, from now on for its time."""
        drafts = {name: asdict(draft) for name, draft in web_session.drafts.items()}
        data = {"phone": web_session.phone, "proved_at": web_session.proved_at, "drafts": drafts}
        self.redis.set(_key(web_session.id), json.dumps(data, ensure_ascii=False), ex=SESSION_TTL_SECONDS)

    def end(self, web_session: WebSession) -> None:
        """Forget it."""
        self.redis.delete(_key(web_session.id))


def new_id() -> str:
    """The id of a new visit, which nobody guesses."""
    return secrets.token_urlsafe(24)


def _key(session_id: str) -> str:
    return f"visit:{sha256(session_id.encode()).hexdigest()}"
