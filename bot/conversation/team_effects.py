"""Performers of the effects by which people join a team. Importing this module registers them."""

from bot.conversation.effects import EffectContext, Results, perform
from bot.domain import people
from bot.domain.models import ContactAlias
from bot.domain.roster import invitations
from flows.shapes.invitations import CheckInvitation, JoinTeam


@perform.register
def _check_invitation(effect: CheckInvitation, ctx: EffectContext) -> Results:
    return {"event": invitations.names(invitations.check(ctx.db, effect.words, _phone(ctx), ctx.now).event)}


@perform.register
def _join_team(effect: JoinTeam, ctx: EffectContext) -> Results:
    phone = _phone(ctx)
    found = invitations.accept(ctx.db, effect.words, phone, effect.full_name, ctx.now)
    person = ctx.person()
    person.language = person.language or effect.language or None
    return {"event": invitations.names(found.event)}


def _phone(ctx: EffectContext) -> str | None:
    """The phone of whoever is writing; None where WhatsApp tells none and none is on file."""
    mine = people.resolved(ctx.db, ctx.identity)
    if mine.phone:
        return mine.phone
    known = people.find(ctx.db, **ctx.identity._asdict())
    aliases = known.aliases if known else ()
    return next((alias.value for alias in aliases if alias.kind == ContactAlias.PHONE), None)
