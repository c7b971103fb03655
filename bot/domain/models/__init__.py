"""The database tables.

A table's class is made when somebody asks for it: making all of them takes a third of what a command takes that only
lists something. Whoever asks for `Base` gets it with all tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.models import base
from bot.domain.models.base import JsonDict, table

if TYPE_CHECKING:
    from bot.domain.models.audit import AuditEntry
    from bot.domain.models.base import Base
    from bot.domain.models.broadcasts import Broadcast
    from bot.domain.models.checkins import Attempt, Checkin, HeadCount, PassUse
    from bot.domain.models.erasures import Erasure
    from bot.domain.models.events import Event, EventDay, EventPicture, Gate, Kind
    from bot.domain.models.exports import Export, ExportChunk
    from bot.domain.models.figures import Alert, AlertRule, Beginning, DailyReport, Figure, FigureChange
    from bot.domain.models.imports import ImportedRow
    from bot.domain.models.invitations import Invitation, JoinRequest
    from bot.domain.models.list_imports import ListImport, ListImportChunk
    from bot.domain.models.messages import Delivery, DeliveryEvent, InboundMessage, MediaDeletion, SendHold, TurnRecord
    from bot.domain.models.owners import Owner, OwnerClaim
    from bot.domain.models.passes import NameWord, Pass, Registration, SigningKey
    from bot.domain.models.people import ChangedHands, Contact, ContactAlias
    from bot.domain.models.roster import Device, EndedSession, Staff
    from bot.domain.models.templates import ContentTemplate
    from bot.domain.models.waiting_list import WaitingEntry
    from bot.domain.models.walkups import WalkupRecord

__all__ = [
    "Alert",
    "AlertRule",
    "Attempt",
    "AuditEntry",
    "Base",
    "Beginning",
    "Broadcast",
    "ChangedHands",
    "Checkin",
    "Contact",
    "ContactAlias",
    "ContentTemplate",
    "DailyReport",
    "Delivery",
    "DeliveryEvent",
    "Device",
    "EndedSession",
    "Erasure",
    "Event",
    "EventDay",
    "EventPicture",
    "Export",
    "ExportChunk",
    "Figure",
    "FigureChange",
    "Gate",
    "HeadCount",
    "ImportedRow",
    "InboundMessage",
    "Invitation",
    "JoinRequest",
    "JsonDict",
    "Kind",
    "ListImport",
    "ListImportChunk",
    "MediaDeletion",
    "NameWord",
    "Owner",
    "OwnerClaim",
    "Pass",
    "PassUse",
    "Registration",
    "SendHold",
    "SigningKey",
    "Staff",
    "TurnRecord",
    "WaitingEntry",
    "WalkupRecord",
    "table",
]

MODULES = {
    "audit": ("AuditEntry",),
    "broadcasts": ("Broadcast",),
    "checkins": (
        "Attempt",
        "Checkin",
        "HeadCount",
        "PassUse",
    ),
    "erasures": ("Erasure",),
    "events": (
        "Event",
        "EventDay",
        "EventPicture",
        "Gate",
        "Kind",
    ),
    "exports": (
        "Export",
        "ExportChunk",
    ),
    "figures": (
        "Alert",
        "AlertRule",
        "Beginning",
        "DailyReport",
        "Figure",
        "FigureChange",
    ),
    "imports": ("ImportedRow",),
    "invitations": (
        "Invitation",
        "JoinRequest",
    ),
    "list_imports": (
        "ListImport",
        "ListImportChunk",
    ),
    "messages": (
        "Delivery",
        "DeliveryEvent",
        "InboundMessage",
        "MediaDeletion",
        "SendHold",
        "TurnRecord",
    ),
    "owners": (
        "Owner",
        "OwnerClaim",
    ),
    "passes": (
        "NameWord",
        "Pass",
        "Registration",
        "SigningKey",
    ),
    "people": (
        "ChangedHands",
        "Contact",
        "ContactAlias",
    ),
    "roster": (
        "Device",
        "EndedSession",
        "Staff",
    ),
    "templates": ("ContentTemplate",),
    "waiting_list": ("WaitingEntry",),
    "walkups": ("WalkupRecord",),
}
"""The modules of this folder, and the classes that each holds."""
_MODULE_OF = {name: module for module, names in MODULES.items() for name in names}


def load_all() -> None:
    """Make every table's class: whoever writes needs those that a row refers to."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")


def __getattr__(name: str) -> Any:
    """The class of this name, made when it is asked for the first time."""
    if name == "Base":
        load_all()
        found = base.Base
    elif name in _MODULE_OF:
        found = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, found)


event.listen(Session, "before_flush", lambda *_: load_all(), once=True)
