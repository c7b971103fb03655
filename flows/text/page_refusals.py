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
    "empty": _("Please fill this in."),
    "not_an_option": _("Please choose one of these."),
    "several_options": _("Please choose one of these."),
    "not_yes_no": _("Please tick the box if you agree; without that we cannot make a pass."),
    "not_agreed": _("Please tick the box if you agree; without that we cannot make a pass."),
    "not_a_number": _("Please type a whole number, such as 3."),
    "day_unclear": _("Please choose a day."),
    "only_some_left": _("Places left for that day: {most}. Please type a smaller number, or choose another day."),
    "too_few_left": _("Places left for {day}: {left}. Please type a smaller number, or choose another day."),
    "party_too_large": ngettext_(
        "Only one person can come on one pass. Please type 1.",
        "At most {most} people can come on one pass. Please type a smaller number.",
    ),
    "not_a_phone": _("That is not a mobile number of the country above. Please look at its digits again."),
    "otp_unreachable": _(
        "We cannot send a code to this number. Write to us on WhatsApp from it first; then try again here."
    ),
    "otp_country": _(
        "Codes do not go by SMS to numbers of this country. Please write to us on WhatsApp first, from this number: "
        "you need no code there."
    ),
    "otp_budget": _(
        "No more codes can be sent by SMS at present. Please write to us on WhatsApp first, from this number: "
        "you need no code there."
    ),
    "otp_not_sent": _("The code is on its way. Please wait a little, or ask for a new one below."),
    "otp_expired": _("That code does not count any more. Please ask for a new one below."),
    "otp_used_up": _("Too many wrong tries: that code does not count any more. Please ask for a new one below."),
    "no_such_pass": _("This pass is not valid any more."),
}


def on_page(code: str, params: Mapping[str, Any]) -> Sentence:
    """The sentence on a page for an Invalid or Refused code."""
    known = PAGE_SENTENCES.get(code)
    if known is None:
        return sentence_for(code, **params)
    return filled(known, code, params)
