"""The people while everything is replaced: some register in the chat, some by the form, and all are scanned twice."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from queue import Empty, Queue
from uuid import uuid4

import requests
from redis import Redis

from tests.chaos.checker import ScanAnswer
from tests.chaos.phones import is_promise
from tests.chaos.plan import SPOKEN, name_of
from tests.chaos.rolling.stack import PASSWORD, Stack
from webhooks.simulator.store.messages import MessageStore, SimulatedMessage
from webhooks.simulator.store.phones import PhoneStore, phone

ANSWER_SECONDS = 30.0
"""Within which every answer must come: twice what Twilio waits."""
LOOK_SECONDS = 0.05
THINK_SECONDS = 0.1
"""On the average, between an answer and the next message."""
CHATTING, FILLING, SCANNING = 5, 2, 4
"""How many do each at once."""
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
DAY = re.compile(r'<option value="(\d{4}-\d\d-\d\d)"')
SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
PARTY = 3


@dataclass
class Seen:
    """What the people saw: how much of it, and what of it was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    """Requests that were not answered well."""
    lost: list[str] = field(default_factory=list)
    """Messages without an answer."""
    chatted: dict[str, str] = field(default_factory=dict)
    """Pass codes by number, of those who came through in the chat."""
    filled: dict[str, str] = field(default_factory=dict)
    """And by the form."""
    scans: list[ScanAnswer] = field(default_factory=list)
    """What the gates were answered."""


class Crowd:
    """People come for as long as they are let; `end` waits for those who have begun."""

    def __init__(self, stack: Stack, tokens: tuple[str, str], seed: int = 3) -> None:
        self.seen = Seen()
        self.redis = Redis.from_url(stack.twilio.redis)
        self.messages = MessageStore(self.redis)
        self._phones = PhoneStore(self.redis)
        self._chance = random.Random(seed)
        self._twilio = f"http://127.0.0.1:{stack.twilio.port}"
        self._origin = stack.origin
        self._tokens = tokens
        self._to_scan: Queue[tuple[str, str]] = Queue()
        self._full = threading.Event()
        self._registered = threading.Event()
        self._numbers = iter(f"+9182{place:08d}" for place in range(1, 10**8))
        self._lock = threading.Lock()
        self._registering = self._threads(self._chat, CHATTING) + self._threads(self._fill, FILLING)
        self._scanning = self._threads(self._scan, SCANNING)

    def begin(self) -> None:
        """Let people come."""
        for thread in self._registering + self._scanning:
            thread.start()

    def end(self) -> None:
        """Nobody begins any more; back when all who have begun are through, and everybody has been scanned."""
        self._full.set()
        for thread in self._registering:
            thread.join()
        self._registered.set()
        for thread in self._scanning:
            thread.join()

    def got(self, number: str) -> list[SimulatedMessage]:
        """What came to this phone over WhatsApp."""
        return self.messages.several(self.messages.sids(recipient=f"whatsapp:{number}"))

    def answers(self, number: str) -> list[SimulatedMessage]:
        """Of that what is in words, the newest first."""
        return [one for one in self.got(number) if not one.media_urls and not is_promise(one)]

    def _threads(self, work: Callable[[], None], number: int) -> list[threading.Thread]:
        return [threading.Thread(target=self._guarded, args=(work,), daemon=True) for _ in range(number)]

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:
            self.seen.failed.append(f"{work.__name__}: {problem!r}")

    def _number(self) -> str:
        with self._lock:
            return next(self._numbers)

    def _think(self) -> None:
        time.sleep(self._chance.expovariate(1 / THINK_SECONDS))

    # --- in the chat ---------------------------------------------------------------------------------

    def _chat(self) -> None:
        while not self._full.is_set():
            number = self._number()
            self._phones.add(phone(number, name_of(number)))
            if all(self._is_answered(number, text.format(name=name_of(number))) for text in SPOKEN):
                code = CODE.search(self.answers(number)[0].body)
                if code:
                    self.seen.chatted[number] = code[0]
                    self._hand_to_gates(code[0])

    def _is_answered(self, number: str, text: str) -> bool:
        self._think()
        before = len(self.answers(number))
        message = {"phone": number, "text": text}
        url = f"{self._twilio}/simulator/messages"
        requests.post(url, json=message, auth=("", PASSWORD), timeout=30).raise_for_status()
        self.seen.counts["messages"] += 1
        if not _until(lambda: len(self.answers(number)) > before):
            self.seen.lost.append(f"{number}: {text}")
            return False
        return True

    # --- by the form ---------------------------------------------------------------------------------

    def _fill(self) -> None:
        while not self._full.is_set():
            self._think()
            number = self._number()
            with requests.Session() as browser:
                self._register(browser, number)

    def _register(self, browser: requests.Session, number: str) -> None:
        page = self._page(browser, "GET", "/register/demo")
        day = DAY.search(page)
        given = {"language": "en", "full_name": name_of(number), "party_size": str(PARTY), "city": "Delhi"}
        given |= {"visit_date": day[1] if day else "", "phone_country": "IN", "phone": number}
        page = self._page(browser, "POST", "/register/demo", page, given)
        if not _until(lambda: self._one_time_codes(number)):
            self.seen.lost.append(f"{number}: the one-time code")
            return
        page = self._page(browser, "POST", "/register/demo/code", page, {"otp": self._one_time_codes(number)[0]})
        page = self._page(browser, "POST", "/register/demo/review", page, {"agree": "yes"})
        code = re.search(r'class="pass-code">.*?<strong>(.*?)</strong>', page)
        if not code:
            self.seen.lost.append(f"{number}: the pass of the form")
            return
        self.seen.filled[number] = code[1]
        self._hand_to_gates(code[1])

    def _page(
        self, browser: requests.Session, method: str, path: str, page: str = "", given: dict[str, str] | None = None
    ) -> str:
        form = {**dict(HIDDEN.findall(page)), **given} if given else None
        answer = browser.request(method, f"{self._origin}{path}", data=form, timeout=ANSWER_SECONDS)
        self.seen.counts["pages"] += 1
        if not answer.ok:
            self.seen.failed.append(f"{method} {path}: {answer.status_code}")
        return unescape(answer.text)

    def _one_time_codes(self, number: str) -> list[str]:
        found = self.messages.several(self.messages.sids(recipient=number))
        return [code[0] for one in found if (code := SIX_DIGITS.search(one.body))]

    # --- at the gate ---------------------------------------------------------------------------------

    def _hand_to_gates(self, code: str) -> None:
        """Both scanners get it at about the same time."""
        for token in self._tokens:
            self._to_scan.put((code, token))

    def _scan(self) -> None:
        with requests.Session() as scanner:
            while not (self._registered.is_set() and self._to_scan.empty()):
                try:
                    code, token = self._to_scan.get(timeout=0.2)
                except Empty:
                    continue
                scan = {"pass": code, "scan_id": str(uuid4())}
                first, again = (self._checkin(scanner, token, scan) for _ in range(2))
                if first.said != again.said and first.admitted:
                    self.seen.failed.append(f"scan: {first.body}, the same again: {again.body}")

    def _checkin(self, scanner: requests.Session, token: str, scan: dict[str, str]) -> ScanAnswer:
        headers = {"Authorization": f"Bearer {token}"}
        answer = scanner.post(f"{self._origin}/api/v1/checkins", json=scan, headers=headers, timeout=ANSWER_SECONDS)
        heard = ScanAnswer(scan["scan_id"], scan["pass"].replace("-", ""), answer.status_code, body=answer.text)
        self.seen.counts["scans"] += 1
        self.seen.scans.append(heard)
        if not answer.ok:
            self.seen.failed.append(f"scan: {answer.status_code}")
        return heard


def _until(holds: Callable[[], object]) -> bool:
    end = time.monotonic() + ANSWER_SECONDS
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True
