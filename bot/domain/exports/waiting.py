"""Export rows of waiting lists."""

from collections.abc import Iterator

from sqlalchemy.orm import selectinload

from bot.database import Database
from bot.domain.exports import visitors
from bot.domain.exports.pages import Columns, ExportScope, pages
from bot.domain.models import Contact, WaitingEntry


def entries(database: Database, scope: ExportScope) -> Iterator[WaitingEntry]:
    """Each entry, in the order in which people came."""
    with_names = scope.rows(WaitingEntry.created_at).options(
        selectinload(WaitingEntry.contact).selectinload(Contact.aliases)
    )
    for _, found in pages(database, with_names, WaitingEntry.id):
        yield from found


def columns(scope: ExportScope) -> Columns[WaitingEntry]:
    """Who waits for which day, and what came of it."""
    return {
        "id": lambda entry: entry.id,
        "day": lambda entry: entry.day,
        "name": lambda entry: entry.full_name,
        "phone": lambda entry: visitors.phone_of(entry.contact),
        "party_size": lambda entry: entry.party_size,
        "status": lambda entry: entry.status,
        "joined_at": lambda entry: scope.local(entry.created_at),
        "offered_at": lambda entry: scope.local(entry.offered_at),
        "offer_ends_at": lambda entry: scope.local(entry.offer_ends_at),
        "ended_at": lambda entry: scope.local(entry.ended_at),
        "language": lambda entry: entry.language,
        "channel": lambda entry: entry.channel,
    }
