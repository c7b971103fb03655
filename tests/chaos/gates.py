"""Scanners that ask the API and a browser that looks at a pass: each notes every answer that it gets."""

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import requests

from tests.chaos.checker import PageAnswer, ScanAnswer
from tests.chaos.schedule import now_ms

PATIENCE_SECONDS = 15.0
"""For one answer."""
AGAIN_SECONDS = 0.4
"""Until a scan without an answer is sent again: with the same id, as the scanner's page does."""
PARTY = (None, 1, 1, 2)
"""How many of a party come together; None: all who are left."""


class Asking(threading.Thread, ABC):
    """Asks again and again, from when it is started to when it is closed."""

    def __init__(self, every: float) -> None:
        super().__init__(daemon=True)
        self._every = every
        self._over = threading.Event()

    def run(self) -> None:
        """Ask, and rest."""
        while not self._over.wait(self._every):
            self.ask()

    @abstractmethod
    def ask(self) -> None:
        """Once."""

    def close(self) -> None:
        """Finish what is asked, and end."""
        self._over.set()
        self.join()


class Scanner(Asking):
    """A scanner with a token: scans passes of people who have been told their codes."""

    def __init__(self, origin: str, token: str, codes: Callable[[], Sequence[str]], seed: int, every: float) -> None:
        super().__init__(every)
        self._origin = origin
        self._headers = {"Authorization": f"Bearer {token}"}
        self._codes = codes
        self._chance = random.Random(seed)
        self.answers: list[ScanAnswer] = []

    def ask(self) -> None:
        """Scan somebody's pass, until it is answered."""
        codes = self._codes()
        if not codes:
            return
        asked: dict[str, Any] = {"pass": self._chance.choice(codes), "scan_id": str(uuid4())}
        if count := self._chance.choice(PARTY):
            asked["count"] = count
        began = now_ms()
        while self._once(asked, began).status != 200 and not self._over.wait(AGAIN_SECONDS):
            pass

    def _once(self, asked: dict[str, Any], began: int) -> ScanAnswer:
        try:
            answer = requests.post(
                f"{self._origin}/api/v1/checkins", json=asked, headers=self._headers, timeout=PATIENCE_SECONDS
            )
            came = (answer.status_code, answer.headers.get("Content-Type", ""), answer.text)
        except requests.RequestException:
            came = (0, "", "")
        self.answers.append(ScanAnswer(asked["scan_id"], asked["pass"], *came, began, now_ms()))
        return self.answers[-1]


class Browser(Asking):
    """Somebody who opens these pages in turn."""

    def __init__(self, origin: str, paths: Sequence[str], every: float) -> None:
        super().__init__(every)
        self._origin = origin
        self._paths = paths
        self.answers: list[PageAnswer] = []

    def ask(self) -> None:
        """Open each page once."""
        for path in self._paths:
            began = now_ms()
            try:
                answer = requests.get(self._origin + path, timeout=PATIENCE_SECONDS)
                came = (answer.status_code, answer.headers.get("Content-Type", ""), answer.text)
            except requests.RequestException:
                came = (0, "", "")
            self.answers.append(PageAnswer(path, *came, began, now_ms()))
