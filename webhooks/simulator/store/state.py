"""The parts of the simulated Twilio."""

from collections.abc import Callable
from dataclasses import dataclass, field

from redis import Redis

from bot.settings import SIMULATED_SMS, Settings
from webhooks.simulator.courier import Task, TaskQueue
from webhooks.simulator.faults import Faults
from webhooks.simulator.store.media import MediaStore
from webhooks.simulator.store.messages import MessageStore
from webhooks.simulator.store.phones import PhoneStore
from webhooks.simulator.store.templates import TemplateStore

MESSAGE_PATH = "/webhooks/twilio/message"
FALLBACK_PATH = "/webhooks/twilio/fallback"
FALLBACK_KEY = "sim:fallback"


@dataclass(frozen=True, slots=True)
class SimulatorState:
    """The simulated account with its senders, and everything that it keeps."""

    account: str
    token: str = field(repr=False)
    password: str = field(repr=False)
    """Whoever opens the phones must give it; empty: nobody is asked."""
    origin: str
    """Where our doors are, as Twilio's console would have it."""
    api: str
    """Where the simulated API is reached."""
    senders: tuple[str, ...]
    sms_sender: str
    region: str
    redis: "Redis" = field(repr=False)
    messages: MessageStore
    media: MediaStore
    phones: PhoneStore
    faults: Faults
    courier: TaskQueue
    templates: TemplateStore

    @property
    def message_url(self) -> str:
        """The address to which inbound messages are posted."""
        return self.origin + MESSAGE_PATH

    @property
    def fallback_url(self) -> str:
        """The address for messages that the first one did not take; empty: none, when that was ordered."""
        kept = self.redis.get(FALLBACK_KEY)
        return kept.decode() if isinstance(kept, bytes) else self.origin + FALLBACK_PATH

    def media_url(self, message: str, medium: str) -> str:
        """The address of a message's medium in Twilio's API."""
        return f"{self.api}/2010-04-01/Accounts/{self.account}/Messages/{message}/Media/{medium}"


def build_simulator(settings: Settings, redis: "Redis", run: Callable[[SimulatorState, Task], None]) -> SimulatorState:
    """The simulated Twilio of these settings; `run` does what is to be done outside a request."""

    def do(errand: Task) -> None:
        run(made, errand)

    made = SimulatorState(
        account=settings.twilio_account_sid,
        token=settings.twilio_auth_token,
        password=settings.simulator_password,
        origin=settings.origin,
        api=settings.api_base,
        senders=settings.twilio_whatsapp_from,
        sms_sender=settings.sms_from or SIMULATED_SMS,
        region=settings.default_region,
        redis=redis,
        messages=MessageStore(redis),
        media=MediaStore(redis),
        phones=PhoneStore(redis),
        faults=Faults(redis),
        courier=TaskQueue(redis, do),
        templates=TemplateStore(redis),
    )
    return made
