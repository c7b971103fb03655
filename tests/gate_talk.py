"""A volunteer's chat with the real turns over a real database: what the tests of the gate share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.turn import TurnResult, TurnRunner
from bot.database import Database
from bot.domain.keys import KeyRing
from bot.inbound import Inbound

RAVI, MIRA = "+919811111111", "+919822222222"
SENDER = "whatsapp:+14155238886"


@dataclass
class Chat:
    """One phone's conversation; each message has a SID of its own."""

    turns: TurnRunner
    phone: str
    now: datetime
    state: Any = None
    count: int = 0
    owed: list[int] = field(default_factory=list)

    def say(self, text: str, sid: str = "") -> str:
        """The answer to a message."""
        self.count += 1
        lane = f"whatsapp:{self.phone}"
        sid = sid or f"SM{self.phone[-6:]}{self.count}"
        taken: TurnResult = self.turns.run(
            Inbound(sid, lane, SENDER, phone=self.phone, text=text), self.state, self.now
        )
        if taken.moved and self.turns.funnel_tracker:
            self.turns.funnel_tracker.record(taken.moved)
        self.state = taken.state
        self.owed += taken.delivery_ids
        return taken.text


def chat(database: Database, ring: KeyRing, phone: str, now: datetime) -> Chat:
    """A chat from this phone."""
    no_otps: Any = None
    return Chat(TurnRunner(database, Sources(database, "IN"), EffectDeps(ring, no_otps)), phone, now)
