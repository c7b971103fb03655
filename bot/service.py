"""Puts the parts of the service together. Nothing else does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from redis import Redis

from bot import pass_keys, redis_client, tracing
from bot.clocks import SharedClock
from bot.clocks import utc_now as utc_now
from bot.conversation.dialogue import Dialogue
from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.funnel_tracking import FunnelTracker
from bot.conversation.replay import MessageReplay
from bot.conversation.store import ConversationStore
from bot.conversation.turn import TurnRunner
from bot.conversation.web_sessions import WebSessions
from bot.conversation.web_submissions import WebSubmissions
from bot.database import Database
from bot.delivery.campaigns.alerts import Alerter
from bot.delivery.campaigns.broadcasts import BroadcastSender
from bot.delivery.campaigns.daily_reports import DailyReporter
from bot.delivery.carriers import ByAddress, Carrier
from bot.delivery.dispatch import Outbox, channel_choice
from bot.delivery.templates import TemplateCatalog
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.messages import Twilio
from bot.delivery.twilio.verify import VerifyOtps
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import Otps, OwnOtps, spent_for_all
from bot.domain.messaging.otp_limits import Origin
from bot.domain.passes.holder_links import Links
from bot.domain.roster.sign_in_links import SignInLinks
from bot.ops.inbound_watchdog import InboundWatchdog
from bot.personal_data.erase_traces import TraceEraser
from bot.photos.delete_media import MediaDeleter
from bot.photos.download import MediaDownloader
from bot.photos.photos import Photos
from bot.settings import Settings

CARRIERS: Mapping[str, Callable[[Settings], Carrier]] = {}
"""What takes messages to addresses of further kinds, by kind; all others go to Twilio."""


@dataclass(frozen=True, slots=True)
class Service:
    """Every part, ready for use. Routes, commands and jobs take what they need from here."""

    settings: Settings
    database: Database
    redis: "Redis" = field(repr=False)
    ring: KeyRing = field(repr=False)
    otps: Otps = field(repr=False)
    twilio: Twilio = field(repr=False)
    outbox: Outbox = field(repr=False)
    conversations: ConversationStore = field(repr=False)
    dialogue: Dialogue = field(repr=False)
    message_replay: MessageReplay = field(repr=False)
    inbound_watchdog: InboundWatchdog = field(repr=False)
    media_deleter: MediaDeleter = field(repr=False)
    trace_eraser: TraceEraser = field(repr=False)
    broadcast_sender: BroadcastSender = field(repr=False)
    alerter: Alerter = field(repr=False)
    daily_reporter: DailyReporter = field(repr=False, kw_only=True)
    web_submissions: WebSubmissions = field(repr=False)
    web_sessions: WebSessions = field(repr=False)
    funnel_tracker: FunnelTracker = field(repr=False)
    sign_in_links: SignInLinks = field(repr=False)
    now: Callable[[], datetime] = utc_now
    """The present moment, the same on all machines."""

    def close(self) -> None:
        """Let what is running end and give back all connections."""
        self.dialogue.close()
        self.disconnect()

    def disconnect(self) -> None:
        """Give back all connections, before this process forks: two processes on one connection read each other's
        answers. Who asks again connects again.
        """
        self.redis.close()
        if isinstance(self.now, SharedClock):
            self.now.close()
        self.database.close()


def connect_redis(url: str) -> "Redis":
    """A client for the settings' Redis; answers are bytes, as RQ wants them."""
    return redis_client.connect(url)


def _otps(settings: Settings, redis: "Redis", twilio: Twilio) -> OwnOtps | VerifyOtps:
    sms, template = bool(settings.sms_from), bool(settings.twilio_otp_content_sid)
    where: dict[str, Any] = {"home": settings.default_region, "countries": settings.sms_countries}
    if settings.otp_backend == "self":
        return OwnOtps(redis, settings.secret_key, sms=sms, template=template, **where)
    own = OwnOtps(redis, settings.secret_key, sms=True, template=False, **where, whatsapp=False)
    return VerifyOtps(own, redis, twilio, settings.twilio_verify_sid)


def assemble(settings: Settings) -> Service:
    """Put the service together from its settings. Raises NotReady where it cannot work."""
    tracing.configure(settings.otel_exporter_otlp_endpoint)
    database = Database(settings.database)
    redis, now = connect_redis(settings.redis), SharedClock(settings.redis)
    ring = pass_keys.open_ring(database, settings)
    twilio = Twilio(settings)
    carrier = ByAddress(twilio, {kind: make(settings) for kind, make in CARRIERS.items()})
    otps = _otps(settings, redis, twilio)
    outbox = Outbox(database, redis, carrier, otps, settings, now, ring=ring)
    conversations = ConversationStore(redis, state_seconds=settings.conversation_hours * 3600)
    templates = TemplateCatalog(database, redis, now)
    last_sender = partial(outbox.windows.last, senders=settings.twilio_whatsapp_from)
    links = SignInLinks(redis, settings.secret_key)
    means = EffectDeps(
        ring,
        otps,
        Links(settings.origin, settings.secret_key),
        last_sender,
        partial(channel_choice.choose_channel, outbox.windows, settings),
        links,
    )
    photos = Photos(MediaDownloader(settings, TwilioHttp(settings.api_base)))
    sources = Sources(
        database, settings.default_region, lambda now: not settings.reaches_every_phone or otps.is_spent(Origin(), now)
    )
    begun = FunnelTracker(redis)
    turns = TurnRunner(database, sources, means, templates, photos, begun)
    dialogue = Dialogue(conversations, turns, database, outbox, now)
    belated = MessageReplay(database, redis, conversations, dialogue, twilio, now)
    silence = InboundWatchdog(database, redis, conversations, settings.silence)
    said = (conversations, dialogue, belated, silence)
    discarding = MediaDeleter(database, twilio, settings.twilio_account_sid)
    forgetting = TraceEraser(database, redis, twilio, settings.twilio_account_sid)
    submissions = WebSubmissions(database, sources, means, outbox, settings.twilio_whatsapp_from, now, begun)
    pages = (submissions, WebSessions(redis), begun, links)
    to_many = (
        BroadcastSender(database, outbox, settings),
        Alerter(database, outbox, last_sender, partial(spent_for_all, redis)),
    )
    clockwork = (discarding, forgetting, *to_many)
    parts = (settings, database, redis, ring, otps, twilio, outbox)
    reporting = DailyReporter(database, outbox, last_sender)
    return Service(*parts, *said, *clockwork, *pages, now, daily_reporter=reporting)
