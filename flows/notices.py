"""What somebody must be told before anything else: that the picture of a pass could not be sent."""

from flows.shapes import Effect, Facts, NoteTold, Say
from flows.texts import _


def undelivered(facts: Facts) -> tuple[Effect, ...]:
    """Tells of passes whose picture did not arrive, once each; nothing where all went well."""
    codes = facts.person.failed_codes
    if not codes:
        return ()
    told = tuple(
        _("We could not send you the picture of pass *{code}*. The code itself works at the gate.", code=code)
        for code in codes
    )
    links, again = _("You can also open it here: {links}"), _("To try again, type *my pass*.")
    return (Say((*told, links, again)), NoteTold(codes))
