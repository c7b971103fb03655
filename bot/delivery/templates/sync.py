"""Makes the templates that questions and notices need at Twilio, and removes those that nothing uses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.templates import FORM_PREFIX, NOTICE_PREFIX
from bot.delivery.templates.interactive import TEMPLATE_PREFIX, digest
from bot.delivery.twilio.content_api import ContentApi, RemoteTemplate, TemplateSpec
from bot.domain.messaging import content_templates
from bot.domain.models import ContentTemplate
from bot.errors import SendFailed

log = structlog.get_logger(__name__)

REPLACED_TEMPLATE_TTL = timedelta(days=2)
"""How long a template that has been replaced is kept: a process may still send with it."""
UNSUBMITTED = "unsubmitted"


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What was done to one template."""

    done: str
    """`made`, `found` (Twilio had it), `submitted` (to WhatsApp, for its approval), `not_submitted` (Twilio did
    not take that), `replaced` or `removed`."""
    name: str
    code: str = ""
    """Twilio's, where it did not take it."""


def sync(database: Database, content: ContentApi, specs: Iterable[TemplateSpec], now: datetime) -> list[TemplateChange]:
    """Bring Twilio's templates and our table to what is wanted; doing it twice changes nothing.

    A template whose content has changed is made anew under a name of its own, and the old one removed
    when it has been out of use for REPLACED_TEMPLATE_TTL. One that needs WhatsApp's approval is submitted for it once;
    where that is refused, the next run tries again. Templates of the account that are not ours are left
    alone. Raises SendFailed; what was done until then stays and the next run goes on from it.
    """
    theirs = {kept.name: kept for kept in content.list_templates() if kept.name.startswith(TEMPLATE_PREFIX)}
    wanted = list(specs)
    changes = [change for spec in wanted for change in _sync_template(database, content, spec, theirs, now)]
    with database.write() as db:
        _record_approvals(db, theirs)
        # Forms that no event has any more: each has a shape of its own, which nothing else replaces.
        others = ContentTemplate.shape.not_in([spec.shape for spec in wanted])
        gone = _put_out_of_use(db, ContentTemplate.shape.startswith(FORM_PREFIX) & others, now)
        changes += [TemplateChange("replaced", name) for name in gone]
    return [*changes, *_clear(database, content, now)]


def refresh(database: Database, content: ContentApi) -> None:
    """Note what WhatsApp says by now of the templates that need its approval.

    Twilio is asked only where there are any; where it does not answer, all stays as it was. Run by the
    clock: an approval comes minutes or a day later, and may be taken back.
    """
    asked = select(ContentTemplate).where(
        or_(ContentTemplate.shape.startswith(NOTICE_PREFIX), ContentTemplate.shape.startswith(FORM_PREFIX)),
        ContentTemplate.replaced_at.is_(None),
    )
    with database.read() as db:
        names = {row.name for row in db.scalars(asked)}
    if not names:
        return
    try:
        theirs = {kept.name: kept.approval for kept in content.list_templates() if kept.name in names}
    except SendFailed as failure:
        log.warning("approvals_not_known", code=failure.code)
        return
    with database.write() as db:
        for row in db.scalars(asked):
            row.approval = theirs.get(row.name, row.approval)


def _sync_template(
    database: Database, content: ContentApi, spec: TemplateSpec, remote: dict[str, RemoteTemplate], now: datetime
) -> Iterator[TemplateChange]:
    name = str(spec.definition["friendly_name"])
    there = remote.get(name)
    if there is None or not _is_known(database, there):
        sid = there.sid if there else content.make(spec.definition)
        remote.setdefault(name, RemoteTemplate(sid, name, str(spec.definition["language"]), UNSUBMITTED))
        with database.write() as db:
            others = and_(ContentTemplate.shape == spec.shape, ContentTemplate.name != name)
            replaced = _put_out_of_use(db, others, now)
            db.merge(
                ContentTemplate(
                    name=remote[name].name,
                    shape=spec.shape,
                    language=remote[name].language,
                    sid=remote[name].sid,
                    content_hash=digest(spec.definition),
                    approval=remote[name].approval,
                    created_at=now,
                    replaced_at=None,
                    refused_at=None,
                    refused_code=None,
                )
            )
        yield from (TemplateChange("replaced", old) for old in replaced)
        yield TemplateChange("found" if there else "made", name)
    if spec.category and remote[name].approval == UNSUBMITTED:
        yield _submit(content, remote, name, spec.category, now)


def _is_known(database: Database, template: RemoteTemplate) -> bool:
    with database.read() as db:
        row = db.get(ContentTemplate, template.name)
    return row is not None and row.replaced_at is None and row.sid == template.sid


def _submit(
    content: ContentApi, remote: dict[str, RemoteTemplate], name: str, category: str, now: datetime
) -> TemplateChange:
    """Ask for WhatsApp's approval, under a name that was never used: it remembers those of removed templates."""
    try:
        approval = content.submit(remote[name].sid, f"{name}_{now:%Y%m%d%H%M%S}", category)
    except SendFailed as failure:
        if failure.retry:
            raise
        return TemplateChange("not_submitted", name, failure.code)
    remote[name] = replace(remote[name], approval=approval)
    return TemplateChange("submitted", name)


def _put_out_of_use(db: Session, which: ColumnElement[bool], now: datetime) -> list[str]:
    """Put these templates out of use; their names."""
    gone = list(db.scalars(select(ContentTemplate).where(which, ContentTemplate.replaced_at.is_(None))))
    for old in gone:
        old.replaced_at = now
    return [old.name for old in gone]


def _record_approvals(db: Session, remote: dict[str, RemoteTemplate]) -> None:
    """Note what Twilio says of each; one that Twilio has no more goes out of our table."""
    for row in db.scalars(select(ContentTemplate)):
        if row.name in remote:
            row.approval = remote[row.name].approval
        else:
            db.delete(row)


def _clear(database: Database, content: ContentApi, now: datetime) -> Iterable[TemplateChange]:
    """Remove what was replaced long enough ago."""
    with database.read() as db:
        old = select(ContentTemplate).where(ContentTemplate.replaced_at <= now - REPLACED_TEMPLATE_TTL)
        rows = list(db.scalars(old))
    return _removed(database, content, rows)


def remove_all(database: Database, content: ContentApi) -> list[TemplateChange]:
    """Remove every template of ours: questions go as numbered text again. Raises SendFailed."""
    rows = database.ask(content_templates.list_templates)
    return list(_removed(database, content, rows))


def _removed(database: Database, content: ContentApi, templates: Iterable[ContentTemplate]) -> Iterator[TemplateChange]:
    for template in templates:
        content.remove(template.sid)
        with database.write() as db:
            db.delete(db.get_one(ContentTemplate, template.name))
        yield TemplateChange("removed", template.name)
