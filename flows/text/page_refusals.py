"""Refusals as a page says them: nobody can type a word there, but there are boxes to tick.

A code that is not here says on a page what it says in the chat.
"""

from collections.abc import Mapping
from typing import Any

from flows.shapes import Sentence
from flows.text import sentence_for
from flows.text.refusals import filled
from flows.text.sentences import _, ngettext_

PAGE_SENTENCES: Mapping[str, Sentence] = {
    "empty": _("Answer this question."),
    "not_an_option": _("Choose one of these."),
    "several_options": _("Choose one of these."),
    "not_yes_no": _("Tick the box if you agree. We cannot make a pass without it."),
    "not_agreed": _("Tick the box if you agree. We cannot make a pass without it."),
    "not_a_number": _("Enter a whole number, such as 3."),
    "day_unclear": _("Choose a day."),
    "only_some_left": _("Places left for that day: {most}. Enter a smaller number, or choose another day."),
    "too_few_left": _("Places left for {day}: {left}. Enter a smaller number, or choose another day."),
    "party_too_large": ngettext_(
        "Only 1 person can come on a pass. Enter 1.",
        "At most {most} people can come on a pass. Enter a smaller number.",
    ),
    "not_a_phone": _("Enter a mobile number of the country above. Check its digits."),
    "otp_unreachable": _("We cannot send a code to this number. Message us on WhatsApp from it, then try again here."),
    "otp_country": _(
        "We cannot send SMS codes to this country. Message us on WhatsApp from this number: no code is needed there."
    ),
    "otp_budget": _(
        "We cannot send more SMS codes at the moment. Message us on WhatsApp from this number: no code is needed there."
    ),
    "otp_not_sent": _("We are sending the code. Please wait a little, or get a new one below."),
    "otp_expired": _("That code no longer works. Get a new one below."),
    "otp_used_up": _("Too many wrong tries: that code no longer works. Get a new one below."),
    "no_such_pass": _("This pass is no longer valid."),
}


def on_page(code: str, params: Mapping[str, Any]) -> Sentence:
    """The sentence on a page for an Invalid or Refused code."""
    known = PAGE_SENTENCES.get(code)
    if known is None:
        return sentence_for(code, **params)
    return filled(known, code, params)
