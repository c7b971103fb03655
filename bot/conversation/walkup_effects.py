"""Performers of the walk-up conversation's effects. Importing this module registers them."""

from dataclasses import replace

from bot.conversation.effects import EffectContext, Results, perform
from bot.domain.checkins import walkups
from bot.domain.checkins.walkups import RegisteredWalkup
from bot.usecases import walkup
from flows.gate import answers as gate_answers
from flows.gate import walkup as gate_walkup
from flows.shapes import Sentence
from flows.shapes.scans import Scan
from flows.shapes.walkup_effects import LookForPass, RegisterWalkup
from flows.understanding import codes


@perform.register
def _look_for_pass(effect: LookForPass, ctx: EffectContext) -> Results:
    walkups.check_walkup(ctx.db, effect.event, effect.kind, effect.phone, ctx.now)
    return {}


@perform.register
def _register_walkup(effect: RegisterWalkup, ctx: EffectContext) -> Results:
    wanted = replace(effect, request_id=ctx.attempt, channel=ctx.channel)
    to = ctx.deps.choose_channel(wanted.phone, ctx.now) if wanted.phone else None
    made = walkup.register_walkup(ctx.db, ctx.deps.ring, wanted, to, ctx.now)
    ctx.delivery_ids += made.delivery_ids
    told = _walkup_results(effect, made.registered, ctx)
    return {"code": made.registered.code, "told": told, "sent": gate_walkup.SENT_TEXTS[made.sent]}


def _walkup_results(effect: RegisterWalkup, registered: RegisteredWalkup, ctx: EffectContext) -> tuple[Sentence, ...]:
    """The answer of the gate, as for a pass that was scanned."""
    if registered.admission is None:
        return ()
    scanned = Scan(codes.parse(registered.code), registered.admission.scan_id, effect.event, ctx.channel, effect.gate)
    return gate_answers.scan_answer(registered.admission, scanned, ctx.now, effect.timezone)
