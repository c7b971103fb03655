"""Told before anything else: that a picture could not be sent, or that a number was somebody else's."""

from flows.shapes import Effect, Facts, MarkFailuresTold, Say, UserInput
from flows.shapes.ownership_proof import MarkProofTold, ProveByCode
from flows.text import _
from flows.understanding import codes
from flows.visitor.place_offer import ended_notice

PROVED = _("Thank you. The earlier passes of this number are yours. To see them, send *my pass*.")
PROVE = _(
    "This number has entry passes from another WhatsApp account. If they are yours, send us the code of "
    "one of them to get them back here. If not, you do not need to do anything."
)
UNCONFIRMED = _(
    "This number is in the team of an event, but it now uses a different WhatsApp account. Ask a "
    "supervisor to send *resume* and your name here. Until then we answer you as a visitor."
)


def pending_notices(facts: Facts) -> tuple[Effect, ...]:
    """Everything that must be said before a conversation begins."""
    return (*changed_hands(facts), *undelivered(facts), *ended_notice(facts))


def changed_hands(facts: Facts) -> tuple[Effect, ...]:
    """Tells whoever has a number now that was another account's what that means for them; nothing for all others."""
    person = facts.person
    unconfirmed = (Say((UNCONFIRMED,)),) if person.is_unconfirmed else ()
    return (*unconfirmed, *((Say((PROVE,)), MarkProofTold()) if person.proof_untold else ()))


def proof(message: UserInput, facts: Facts, *, asked: bool) -> tuple[Effect, ...]:
    """What a code alone does that may prove that somebody is who had their number before; nothing for what is none.

    `asked`: a question stands open, to which eight letters may be the answer.
    """
    code = codes.shown(codes.found(message.text))
    if message.form != "text" or not codes.found(message.text):
        return ()
    # At a gate a code is a scan, for which nothing of the volunteer's own need be read.
    if facts.duty is not None or not facts.person.may_prove:
        return ()
    is_name = asked and "-" not in message.text and not any(character.isdigit() for character in message.text)
    if is_name or any(known.code == code for known in facts.passes):
        return ()
    return (ProveByCode(code), Say((PROVED,)))


def undelivered(facts: Facts) -> tuple[Effect, ...]:
    """Tells of passes whose picture did not arrive, once each; nothing where all went well."""
    codes = facts.person.failed_codes
    if not codes:
        return ()
    told = tuple(
        _("We could not send you the picture of pass *{code}*. The code alone works at the gate.", code=code)
        for code in codes
    )
    links, again = _("You can also open it here: {links}"), _("To try again, send *my pass*.")
    return (Say((*told, links, again)), MarkFailuresTold(codes))
