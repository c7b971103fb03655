"""Brings the ways of writing a phone number to one form.

WhatsApp's ids keep what three countries have changed since, so that one account comes now with a digit
and now without, and people type either:

- Brazil put a 9 before the eight digits of every mobile number (ANATEL, 2010 to 2016); WhatsApp's ids of
  many areas still lack it.
- Mexico dropped the 1 that marked mobiles when called from abroad (IFT, August 2019); WhatsApp's ids keep it.
- Argentina marks mobiles with a 9 after the country code; people and some providers leave it out.

Sources: Zoho and Zoko, help pages on WhatsApp ids in Brazil and Mexico; chatwoot's pull requests 11173
and 12492; whapi.cloud, "numbers of different countries". The form chosen is the one that is dialled today.
"""

import re

_WRITTEN_ANEW = (
    (re.compile(r"\+55(\d{2})([6-9]\d{7})", re.ASCII), r"+55\g<1>9\g<2>"),
    (re.compile(r"\+521(\d{10})", re.ASCII), r"+52\g<1>"),
    (re.compile(r"\+54([1-8]\d{9})", re.ASCII), r"+549\g<1>"),
)
_WRITTEN_BEFORE = (
    (re.compile(r"\+55(\d{2})9([6-9]\d{7})", re.ASCII), r"+55\g<1>\g<2>"),
    (re.compile(r"\+52(\d{10})", re.ASCII), r"+521\g<1>"),
    (re.compile(r"\+549(\d{10})", re.ASCII), r"+54\g<1>"),
)


def canonical(phone: str) -> str:
    """The number as it is dialled today; one that has a single form, or is no E.164, stays as it is."""
    for form, now in _WRITTEN_ANEW:
        if found := form.fullmatch(phone):
            return found.expand(now)
    return phone


def variants(phone: str) -> tuple[str, ...]:
    """Every form in which WhatsApp may know the number, today's first."""
    today = canonical(phone)
    return (today, *(found.expand(before) for form, before in _WRITTEN_BEFORE if (found := form.fullmatch(today))))
