"""The database tables."""

from bot.domain.models.audit import AuditEntry
from bot.domain.models.base import Base, JsonDict, table
from bot.domain.models.broadcasts import Broadcast
from bot.domain.models.checkins import Attempt, Checkin, HeadCount, PassUse
from bot.domain.models.erasures import Erasure
from bot.domain.models.events import Event, EventDay, Gate, Kind
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
