"""Finds mentions of a person in texts and Redis, and removes them."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from redis import Redis

from bot.domain.privacy.erasure import ERASED_TEXT
from bot.redis_client import Script

UNRELATED_KEY_PREFIXES = ("rq:", "sim:", "otp:", "clock:")
"""Beginnings of keys that name nobody: ids of rows, keyed hashes; and the simulator's, which stands for Twilio."""
EMPTY_ANSWER = json.dumps({"text": ""})
_REMOVE_SCRIPT = Script.of("""
local inbox, lease = 'c:inbox:' .. ARGV[1], 'c:lease:' .. ARGV[1]
if redis.call('LLEN', inbox) > 0 or redis.call('EXISTS', lease) == 1 then return 0 end
redis.call('DEL', 'c:state:' .. ARGV[1], 'c:names:' .. ARGV[1], 'c:last:' .. ARGV[1], 'c:behind:' .. ARGV[1])
return 1
""")
"""A conversation is left to whoever holds it: the caller comes again."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Words that name one person."""

    addresses: tuple[str, ...] = field(repr=False)
    """As conversations name them: `phone:…`, `user:…`."""
    words: tuple[str, ...] = field(repr=False)
    """Digits of phones, WhatsApp's ids."""
    names: tuple[str, ...] = field(repr=False)

    @classmethod
    def from_names(cls, addresses: Sequence[str], names: Sequence[str]) -> Self:
        """The traces from the addresses and names of a row of `erasures`."""
        words = (address.partition(":")[2].removeprefix("+") for address in addresses)
        return cls(tuple(addresses), tuple(words), tuple(names))

    def search_terms(self) -> list[str]:
        """The texts to search for in JSON that is stored as text, with and without Unicode escapes."""
        forms = (form for name in self.names for form in (name, json.dumps(name)[1:-1]))
        return list(dict.fromkeys((*self.words, *forms)))

    def redacted(self, value: Any) -> Any:
        """The value, however nested, with `…` in the place of every trace."""
        if isinstance(value, dict):
            return {name: self.redacted(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.redacted(inner) for inner in value]
        return self._pattern().sub(ERASED_TEXT, value) if isinstance(value, str) else value

    def redact_redis(self, redis: "Redis") -> bool:
        """Take everything out of Redis; whether they are just talking, so that something is left.

        Looks at every key once. Raises redis.RedisError.
        """
        mine, busy = {*self.addresses, *self._conversations(redis)}, False
        for conversation in mine:
            busy |= not _REMOVE_SCRIPT.run(redis, [], [conversation])
        for key in redis.scan_iter(count=1000):
            name = key.decode(errors="replace")
            if name.startswith(UNRELATED_KEY_PREFIXES):
                continue
            if name.startswith("c:message:"):
                self._redact_message(redis, key, mine)
            elif name.startswith(("c:inbox:", "c:lease:", "c:pending")):
                continue  # theirs only while they talk, and then Redis lets go of it by itself
            elif self._pattern().search(name) or self._is_named_in(redis, key):
                redis.delete(key)
        return busy

    def _pattern(self) -> "re.Pattern[str]":
        digits = (rf"\+?(?<!\d){re.escape(word)}(?!\d)" for word in self.words)
        names = (rf"(?<!\w){re.escape(name)}(?!\w)" for name in self.names)
        return re.compile("|".join((*digits, *names)) or r"(?!)", re.IGNORECASE)

    def _conversations(self, redis: "Redis") -> Iterator[str]:
        """The conversations of their addresses; two addresses of one person share one."""
        for address in self.addresses:
            kept = cast("bytes | None", redis.get(f"c:alias:{address}"))
            while kept:
                yield kept.decode()
                kept = cast("bytes | None", redis.get(f"c:gone:{kept.decode()}"))

    def _redact_message(self, redis: "Redis", key: bytes, search_terms: Iterable[str]) -> None:
        """An answered message stays known by its SID, lest it be taken again; its words go."""
        kept = cast("list[bytes | None]", redis.hmget(key, ["conv", "answer"]))
        conversation, answer = ((stored or b"").decode() for stored in kept)
        if not answer:
            return
        if conversation in search_terms:
            redis.hdel(key, "body")
            redis.hset(key, mapping={"conv": "erased", "answer": EMPTY_ANSWER})
            return
        without = json.dumps(self.redacted(json.loads(answer)))
        if without != json.dumps(json.loads(answer)):
            redis.hset(key, "answer", without)
            redis.hdel(key, "body")

    def _is_named_in(self, redis: "Redis", key: bytes) -> bool:
        """Whether a visit, a state or the like has their phone or id in it. (A name alone may be another's.)"""
        match redis.type(key):
            case b"string":
                values = [cast("bytes | None", redis.get(key)) or b""]
            case b"hash":
                values = cast("list[bytes]", redis.hvals(key))
            case _:
                return False
        text = b" ".join(values).decode(errors="replace")
        return any(re.search(rf"(?<!\d){re.escape(word)}(?!\d)", text) for word in self.words)
