"""The tables."""

from bot.domain.models.base import Base, JsonDict
from bot.domain.models.events import Event, EventDay, Gate, Kind
from bot.domain.models.messages import Delivery, InboundMessage, TurnRecord
from bot.domain.models.passes import Pass, Registration, SigningKey
from bot.domain.models.people import Contact, ContactAlias
from bot.domain.models.templates import ContentTemplate

__all__ = [
    "Base",
    "Contact",
    "ContactAlias",
    "ContentTemplate",
    "Delivery",
    "Event",
    "EventDay",
    "Gate",
    "InboundMessage",
    "JsonDict",
    "Kind",
    "Pass",
    "Registration",
    "SigningKey",
    "TurnRecord",
]
