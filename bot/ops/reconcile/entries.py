"""Entries beside what is used of each pass: a use that is too small lets people in a second time."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.domain.models import Checkin, Pass, PassUse
from bot.domain.upserts import insert
from bot.ops.reconcile.difference import Difference
from flows.shapes.scans import LEFT
from flows.understanding.codes import shown

_IN = func.sum(case((Checkin.result == LEFT, 0), else_=Checkin.people))
_OUT = func.sum(case((Checkin.result == LEFT, Checkin.people), else_=0))
_STANDING = (Checkin.undone_at.is_(None), Checkin.pass_id.is_not(None), Checkin.period.is_not(None))


def differences(db: Session, *, repair: bool) -> Iterator[Difference]:
    """Passes whose uses, of all periods together, are not what their entries say.

    Of all periods: after a change of policy or hours a pass's entries count to others until its next scan
    (bot.domain.checkins.entry_rule_changes).
    """
    entered = select(Checkin.pass_id, _IN.label("people")).where(*_STANDING).group_by(Checkin.pass_id).subquery()
    used = select(PassUse.pass_id, func.sum(PassUse.entered).label("people")).group_by(PassUse.pass_id).subquery()
    both = (
        select(Pass.id, Pass.code, func.coalesce(entered.c.people, 0), func.coalesce(used.c.people, 0))
        .outerjoin(entered, entered.c.pass_id == Pass.id)
        .outerjoin(used, used.c.pass_id == Pass.id)
        .where(func.coalesce(entered.c.people, 0) != func.coalesce(used.c.people, 0))
    )
    for number, code, rows, uses in db.execute(both.order_by(Pass.id)).all():
        mended = repair and uses < rows and _raise_uses(db, number)
        said = f"{rows} people went in by its entries, {uses} by what is used of it"
        yield Difference("use_differs", f"pass {shown(code)}", said, mended)


def _raise_uses(db: Session, pass_id: int) -> bool:
    """Let each period's use be at least what its entries say: nobody is let in again by that."""
    sums = select(Checkin.period, _IN.label("entered"), _OUT.label("gone")).where(*_STANDING)
    for row in db.execute(sums.where(Checkin.pass_id == pass_id).group_by(Checkin.period)).all():
        db.execute(_raising(db, {"pass_id": pass_id, "period": row.period, "entered": row.entered, "gone": row.gone}))
    return True


def _raising(db: Session, use: dict[str, Any]) -> Any:
    made = insert(db, PassUse).values({**use, "gone": min(use["gone"], use["entered"]), "moved": 0})
    more = case((PassUse.entered < use["entered"], use["entered"]), else_=PassUse.entered)
    return made.on_conflict_do_update(index_elements=["pass_id", "period"], set_={"entered": more}).execution_options(
        synchronize_session=False
    )
