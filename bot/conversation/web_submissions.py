"""Performs the effects of a form on a web page, once however often the form is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.address import WEB, Address, on_whatsapp
from bot.conversation import effects, funnel_tracking
from bot.conversation.facts import LiveFacts, Sources
from bot.conversation.funnel_tracking import FunnelTracker
from bot.conversation.turn import AlreadyProcessed, claim, complete, perform_all
from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.domain.models import TurnRecord
from bot.domain.stats.funnel import DONE
from bot.inbound import Inbound, storable_sid
from flows.shapes import Effect, Facts, Register


@dataclass(frozen=True, slots=True)
class Asker:
    """The visitor who sends a form."""

    visit: str = field(repr=False)
    """The id of their visit: who asks, as far as one-time passwords are concerned."""
    phone: str | None = field(default=None, repr=False)
    """E.164, once an OTP has proved that it is theirs."""
    country: str = ""
    """ISO region of numbers that they type without a country code; empty: the service's own."""
    network: str = field(default="", repr=False)
    """The network address that they come from."""


@dataclass(frozen=True, slots=True)
class WebSubmissions:
    """Performs what forms come to, by the same performers as a turn of the chat."""

    database: Database
    sources: Sources
    effect_deps: effects.EffectDeps = field(repr=False)
    outbox: Outbox = field(repr=False)
    senders: tuple[str, ...]
    now: Callable[[], datetime]
    funnel_tracker: FunnelTracker | None = field(default=None, repr=False)
    """None: nobody asks how far registrations come."""

    def facts(self, asker: Asker) -> Facts:
        """Facts for the visitor's flow; nothing about the person until their phone is proved."""
        return LiveFacts(self.sources, self._request(asker, ""), self.now(), asker.country)

    def perform(self, requested: tuple[Effect, ...], asker: Asker, request: str) -> Mapping[str, str]:
        """Do all of these effects or none, once for each `request`; the results as text. Raises Refused.

        The same request again gives the results of the first, also while that one is still running.
        """
        return self._perform_once(requested, self._request(asker, request), asker.network)

    def is_performed(self, asker: Asker, request: str) -> bool:
        """Whether the effects of this request have been performed."""
        return self._stored(self._request(asker, request).sid) is not None

    def record_step(self, step: str, event: str, asker: Asker, request: str) -> None:
        """Note for the funnel that a registration for this event (its slug) has reached this step."""
        if self.funnel_tracker:
            sid = self._request(asker, request).sid
            self.funnel_tracker.record(funnel_tracking.progress_on_page(sid, WEB, event, step, self.now()))

    def send_to_whatsapp(self, requested: tuple[Effect, ...], asker: Asker, request: str) -> None:
        """Perform effects whose message goes to the asker's own WhatsApp, once for each `request`. Raises Refused."""
        lane = on_whatsapp(asker.phone or "")
        self._perform_once(requested, self._request(asker, request, lane), asker.network)

    def _request(self, asker: Asker, request: str, address: str = "") -> Inbound:
        sender = self.senders[0] if self.senders else ""
        sid = storable_sid(f"web {asker.visit} {request}")
        return Inbound(sid, address or Address(WEB, asker.visit).format(), sender, phone=asker.phone, channel=WEB)

    def _perform_once(self, requested: tuple[Effect, ...], request: Inbound, network: str) -> Mapping[str, str]:
        now = self.now()
        effects.check_otps(requested, self.effect_deps, request, now)
        try:
            with self.database.write() as db:
                claim(db, request.sid, now, request.addresses[0])
                doing = self.effect_deps.context(db, request, now)
                doing.network = network
                results = _as_text(perform_all(requested, doing))
                for effect in requested:
                    if isinstance(effect, Register):
                        funnel_tracking.write_rows(
                            db, funnel_tracking.progress_on_page(request.sid, WEB, effect.event, DONE, now)
                        )
                complete(db, doing, {"text": "", "results": results})
        except AlreadyProcessed:
            return self._stored(request.sid) or {}
        self.outbox.dispatch(doing.delivery_ids)
        return results

    def _stored(self, sid: str) -> Mapping[str, str] | None:
        with self.database.read() as db:
            record = db.get(TurnRecord, sid)
            return record.answer["results"] if record else None


def _as_text(results: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in results.items()}
