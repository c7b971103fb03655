"""One-time links to the staff pages, which people on a roster get by writing `sign in` from their own WhatsApp.

Redis keeps a hash of each link, never the link itself, and which row of the roster, or owner, it is for. Looking at one
spends nothing: programs that fetch links to preview them must not.
"""

import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, cast

from redis import Redis

from bot.domain.keys import derived
from bot.errors import Refused

LINK_TTL = timedelta(minutes=5)
SPENT_LINK_TTL = timedelta(days=1)
"""How long somebody is told that a link has been used, instead of that it is too old."""


class LinkTarget(NamedTuple):
    """Whom a link signs in: a row of a roster, else an owner."""

    staff_id: int = 0
    owner_id: int = 0


@dataclass(frozen=True, slots=True)
class SignInLinks:
    """The store of sign-in links. Every method raises redis.RedisError where Redis is away."""

    redis: "Redis" = field(repr=False)
    secret_key: str = field(repr=False)

    def make(self, target: LinkTarget, phone: str, now: datetime) -> str:
        """The secret part of a new link; the one before of the same phone (E.164) is void."""
        token = secrets.token_urlsafe(24)
        mine = self._name("phone", phone)
        kept = {"staff": target.staff_id, "owner": target.owner_id, "of": mine, "until": (now + LINK_TTL).timestamp()}
        with self.redis.pipeline(transaction=True) as together:
            together.set(self._name("link", token), json.dumps(kept), ex=2 * LINK_TTL)
            together.set(mine, self._name("link", token), ex=2 * LINK_TTL)
            together.execute()
        return token

    def check(self, token: str, now: datetime) -> LinkTarget:
        """Whom a link is for, spending nothing. Raises Refused `link_used`, `link_expired`."""
        return self._checked(token, cast("bytes | None", self.redis.get(self._name("link", token))), now)

    def spend(self, token: str, now: datetime) -> LinkTarget:
        """Use the link up and give whom it is for. Of several requests at the same time only one gets it."""
        name = self._name("link", token)
        target = self._checked(token, cast("bytes | None", self.redis.getdel(name)), now)
        self.redis.set(self._name("used", token), 1, ex=SPENT_LINK_TTL)
        return target

    def _checked(self, token: str, stored: bytes | None, now: datetime) -> LinkTarget:
        if stored is None:
            raise Refused("link_used" if self.redis.exists(self._name("used", token)) else "link_expired")
        kept = json.loads(stored)
        newest = cast("bytes | None", self.redis.get(kept["of"]))
        if newest != self._name("link", token).encode() or now.timestamp() >= kept["until"]:
            raise Refused("link_expired")
        return LinkTarget(int(kept["staff"]), int(kept.get("owner", 0)))

    def _name(self, *parts: str) -> str:
        key = derived(self.secret_key, "links to the staff pages")
        return f"staff:link:{hmac.new(key, chr(0).join(parts).encode(), sha256).hexdigest()}"
