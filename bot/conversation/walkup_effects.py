"""Performers of the walk-up conversation's effects. Importing this module registers them."""

from bot.conversation.effects import Performing, Results, perform
from bot.domain.checkins import walkups
from bot.domain.checkins.walkups import Registered, Walkup
from bot.usecases import walkup
from flows.gate import answers as gate_answers
from flows.gate import walkup as gate_walkup
from flows.shapes import Sentence
from flows.shapes.scans import Scan
from flows.shapes.walkup_effects import LookForPass, RegisterWalkup
from flows.understanding import codes


@perform.register
def _look_for_pass(effect: LookForPass, doing: Performing) -> Results:
    walkups.look(doing.db, effect.event, effect.kind, effect.phone, doing.now)
    return {}


@perform.register
def _register_walkup(effect: RegisterWalkup, doing: Performing) -> Results:
    wanted = Walkup(
        event=effect.event,
        request_id=doing.attempt,
        full_name=effect.full_name,
        party_size=effect.party_size,
        language=effect.language,
        consent_version=effect.consent_version,
        kind=effect.kind,
        phone=effect.phone or None,
        gate=effect.gate,
        admit=effect.admit,
        anyway=effect.anyway,
        overbook=effect.overbook,
        staff_id=effect.staff_id,
        channel=doing.channel,
    )
    to = doing.reach(effect.phone, doing.now) if effect.phone else None
    made = walkup.register(doing.db, doing.ring, wanted, to, doing.now)
    doing.owed += made.owed
    told = _told(effect, made.registered, doing)
    return {"code": made.registered.code, "told": told, "sent": gate_walkup.SENT[made.sent]}


def _told(effect: RegisterWalkup, made: Registered, doing: Performing) -> tuple[Sentence, ...]:
    """The answer of the gate, as for a pass that was scanned."""
    if made.admission is None:
        return ()
    scanned = Scan(codes.parse(made.code), made.admission.scan_id, effect.event, doing.channel, effect.gate)
    return gate_answers.told(made.admission, scanned, doing.now, effect.timezone)
