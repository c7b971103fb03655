"""Links that open a chat with us: WhatsApp's, or in a trial without Twilio those to the simulator's phones."""

from urllib.parse import urlencode

from bot.domain.events.links import wa_me
from bot.settings import Settings

SIMULATOR = "/simulator"


def chat_link(settings: Settings, words: str, phone: str = "") -> str:
    """A link that opens a chat with these words typed; empty without a number to write to.

    `phone`: which of the simulator's phones (E.164) writes; empty: its first one.
    """
    if settings.simulated:
        wanted = {"text": words, **({"phone": phone} if phone else {})}
        return f"{SIMULATOR}?{urlencode(wanted)}"
    return wa_me(settings.whatsapp_number, words)


def inbox_link(settings: Settings, phone: str) -> str:
    """A link to the simulator's phone with this number, which shows the newest message that it got; else empty."""
    return f"{SIMULATOR}?{urlencode({'phone': phone, 'newest': 1})}" if settings.simulated and phone else ""
