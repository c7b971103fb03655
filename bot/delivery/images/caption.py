"""The words under a pass's picture: all that it says, for who does not see it."""

from bot.delivery.images.pass_image import PassImage, entry_rule, for_others, gate_hint
from bot.delivery.outbox import whatsapp_text
from flows.shapes import Sentence
from flows.text import _, lines, ngettext_, words
from flows.text.pass_days import describe_days, open_hours

MAX_LENGTH = 1024
"""Characters under a picture on WhatsApp (Meta's Cloud API, 'Image messages'): above it the link to the map goes."""


def caption(facts: PassImage, map_url: str) -> str:
    """Code, event, kind, name, day, party, hours, gates, place and what the pass allows; of one to be forwarded,
    for whom it is. The same pass always has the same words: by them Twilio's list is searched.
    """
    said = _said(facts, map_url)
    return said if len(said) <= MAX_LENGTH else _said(facts, "")


def _said(facts: PassImage, map_url: str) -> str:
    days = {"day": describe_days(facts.days), "count": facts.party_size}
    parts: tuple[Sentence | None, ...] = (
        _("Your entry pass: *{code}*", code=facts.code),
        words(facts.event),
        words(facts.kind) if facts.kind else None,
        _("{label}: {answer}", label=_("Name"), answer=facts.full_name),
        ngettext_("{day}, {count} person", "{day}, {count} people", **days),
        open_hours(facts.opens, facts.closes),
        gate_hint(facts) if facts.gates else None,
        words(facts.venue) if facts.venue else None,
        words(map_url) if map_url else None,
        entry_rule(facts.policy, on_each_day=len(facts.days) > 1),
        *(for_others(facts) if facts.shared else ()),
    )
    return whatsapp_text.spoken(lines(*(part for part in parts if part is not None)), language=facts.language)
