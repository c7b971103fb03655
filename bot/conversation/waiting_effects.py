"""Performers of the effects of waiting for a place on a full day."""

from datetime import date

from bot.conversation.effects import EffectContext, Results, perform
from bot.domain import waiting_list
from bot.domain.passes.registration import Wish
from flows.shapes.waiting_effects import JoinWaitingList, LeaveWaitingList, MarkWaitingTold


@perform.register
def _join(effect: JoinWaitingList, ctx: EffectContext) -> Results:
    person, _made = ctx.registrant(effect.language)
    wish = Wish(
        effect.event,
        effect.full_name,
        date.fromisoformat(effect.visit_date),
        effect.party_size,
        effect.answers,
        effect.language,
        ctx.channel,
        effect.consent_version,
        effect.consent_text,
    )
    address, sender = ctx.offers_to()
    line = waiting_list.join(ctx.db, wish, contact_id=person, address=address, sender=sender, now=ctx.now)
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
