"""The exchanges that wait for a slow caller: until when each may, and how many may at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(slots=True)
class Wait:
    """One exchange."""

    address: str
    deadline: float
    """By a clock that only goes forward, in seconds."""
    held_bytes: int


@dataclass(slots=True)
class Unfinished(Generic[Key]):
    """All of them, the oldest first. Over a bound the oldest goes: an honest caller's is over in a moment and so is
    never the oldest, even where many share one address.
    """

    max_per_address: int
    max_total: int
    max_bytes: int
    _waits: dict[Key, Wait] = field(default_factory=dict, init=False)
    _of_address: dict[str, dict[Key, None]] = field(default_factory=dict, init=False)
    _bytes: int = field(default=0, init=False)

    def __len__(self) -> int:
        return len(self._waits)

    def __contains__(self, key: Key) -> bool:
        return key in self._waits

    def put(self, key: Key, wait: Wait) -> None:
        """Note an exchange, or what is new about one: it keeps its age unless it comes from another address."""
        before = self._waits.get(key)
        if before is not None:
            self._bytes -= before.held_bytes
            if before.address != wait.address:
                self._leave_address(key, before.address)
        self._waits[key] = wait
        self._bytes += wait.held_bytes
        self._of_address.setdefault(wait.address, {}).setdefault(key)

    def remove(self, key: Key) -> None:
        """Forget one that has ended; one that is not there is no error."""
        wait = self._waits.pop(key, None)
        if wait is not None:
            self._bytes -= wait.held_bytes
            self._leave_address(key, wait.address)

    def overdue(self, now: float) -> list[Key]:
        """Those whose time is up."""
        return [key for key, wait in self._waits.items() if wait.deadline <= now]

    def those(self, fit: Callable[[Key], bool]) -> list[Key]:
        """Those of which this is true."""
        return [key for key in self._waits if fit(key)]

    def over_bounds(self, address: str) -> Iterator[Key]:
        """The oldest ones that are too many, now that one of this address was put. Whoever is told removes it."""
        while len(keys := self._of_address.get(address, {})) > self.max_per_address:
            yield next(iter(keys))
        while len(self._waits) > self.max_total or self._bytes > self.max_bytes:
            yield next(iter(self._waits))

    def _leave_address(self, key: Key, address: str) -> None:
        keys = self._of_address[address]
        del keys[key]
        if not keys:
            del self._of_address[address]
