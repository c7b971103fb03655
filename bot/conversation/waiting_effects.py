"""Performers of the effects of waiting for a place on a full day."""

from bot.conversation.effects import EffectContext, Results, perform
from bot.domain import waiting_list
from flows.shapes.waiting_effects import JoinWaitingList, LeaveWaitingList, MarkWaitingTold


@perform.register
def _join(effect: JoinWaitingList, ctx: EffectContext) -> Results:
    person, _made = ctx.registrant(effect.language)
    address, sender = ctx.offers_to()
    line = waiting_list.join(
        *(ctx.db, effect),
        channel=ctx.channel,
        contact_id=person,
        address=address,
        sender=sender,
        now=ctx.now,
    )
    return {"place": line.place, "day": line.entry.day, "party_size": line.entry.party_size}


@perform.register
def _leave(effect: LeaveWaitingList, ctx: EffectContext) -> Results:
    waiting_list.leave(ctx.db, effect.entry, ctx.person().id, ctx.now)
    return {}


@perform.register
def _mark_told(effect: MarkWaitingTold, ctx: EffectContext) -> Results:
    if person := ctx.known_person():
        waiting_list.mark_told(ctx.db, effect.entries, person.id, ctx.now)
    return {}
