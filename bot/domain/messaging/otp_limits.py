"""How many one-time codes may be sent: to a number, for an asker, from an address, to a country, in all.

Every code by SMS costs money, and whoever earns by it (SMS pumping) comes with as many cookies, numbers and
addresses as he likes; only what he cannot make up stops him: countries, and sums over all.
All values stand here; docs/operating.md tells them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import phonenumbers

MIN_GAP_MS = 30 * 1000
"""Milliseconds between two codes to one number."""
MAX_PER_NUMBER_PER_HOUR = 5
"""Sends an hour to one number, whoever asks."""
MAX_PER_ASKER_PER_HOUR = 20
"""Sends an hour that one person asks for, to whatever numbers."""
MAX_FROM_ADDRESS_PER_HOUR = 5
"""Sends an hour to one number of a roster that browsers of one address ask for which have not signed in before."""
MAX_FROM_STRANGERS_PER_HOUR = 15
"""Sends an hour to one number of a roster that all such browsers ask for."""

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400


class Budget(NamedTuple):
    """Codes within an hour and within a day, by the clock and in UTC."""

    hour: int
    day: int


ADDRESS = Budget(600, 3_000)
"""From one network address: a mobile carrier lets thousands of people share one."""
COUNTRY = Budget(200, 1_000)
"""Codes to numbers of one country other than DEFAULT_REGION."""
ABROAD = Budget(1_000, 5_000)
"""Codes to all countries but DEFAULT_REGION together, so that they leave the rest of SERVICE to it."""
HOME = Budget(5_000, 25_000)
"""Codes to numbers of DEFAULT_REGION."""
SERVICE = Budget(6_000, 30_000)
"""Codes of the whole service."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request for a code comes from, as far as limits go."""

    address: str = field(default="", repr=False)
    """The browser's network address; empty: the asker is known by a number of their own."""
    countries: tuple[str, ...] = ()
    """ISO regions that get codes by SMS besides those of the settings."""
    for_staff: bool = False
    """Whether it reaches only numbers on a roster: then no budget counts, since nobody can have codes sent to
    others."""
    browser: str = field(default="", repr=False)
    """For staff: a browser in which this number has signed in before, which strangers' limits do not touch."""


class AskLimits(NamedTuple):
    """Whose requests count together: the parts of two key names, and how many an hour each may have."""

    number: tuple[str, ...]
    max_per_number: int
    asker: tuple[str, ...]
    max_per_asker: int


class BudgetCounter(NamedTuple):
    """A window of a budget."""

    label: str
    """Such as `country NP, hour`: of addresses it tells nothing."""
    parts: tuple[str, ...]
    """The parts of its key's name."""
    limit: int
    seconds: int


def ask_limits(phone: str, asker: str, origin: Origin) -> AskLimits:
    """The limits of sends to one number and by one asker."""
    if origin.browser:
        own = ("sends to", phone, "for", origin.browser)
        return AskLimits(own, MAX_PER_NUMBER_PER_HOUR, ("asked by", origin.browser), MAX_PER_ASKER_PER_HOUR)
    if origin.for_staff:
        here = ("strangers' sends to", phone, "from", origin.address)
        return AskLimits(("strangers' sends to", phone), MAX_FROM_STRANGERS_PER_HOUR, here, MAX_FROM_ADDRESS_PER_HOUR)
    return AskLimits(("sends to", phone), MAX_PER_NUMBER_PER_HOUR, ("asked by", asker), MAX_PER_ASKER_PER_HOUR)


def budget_counters(phone: str, asker: str, origin: Origin, home: str) -> tuple[BudgetCounter, ...]:
    """The budgets that a send which costs money is part of, the narrowest first."""
    if origin.browser:
        return ()
    address_counters = tuple(_windows("address", ADDRESS, origin.address or asker))
    if origin.for_staff:
        return address_counters
    return (*address_counters, *_of_country(region_of(phone), home), *_windows("service", SERVICE))


def door_counters(origin: Origin, home: str) -> tuple[BudgetCounter, ...]:
    """The budgets without which nobody of our own country gets a code from there."""
    return (*_windows("address", ADDRESS, origin.address), *_of_country(home, home), *_windows("service", SERVICE))


def _of_country(region: str, home: str) -> Iterator[BudgetCounter]:
    if region == home:
        yield from _windows(f"country {region}", HOME)
    else:
        yield from _windows(f"country {region}", COUNTRY)
        yield from _windows("abroad", ABROAD)


def _windows(label: str, budget: Budget, whose: str = "") -> Iterator[BudgetCounter]:
    parts = ("budget", label, whose)
    yield BudgetCounter(f"{label}, hour", (*parts, "hour"), budget.hour, HOUR_SECONDS)
    yield BudgetCounter(f"{label}, day", (*parts, "day"), budget.day, DAY_SECONDS)


def region_of(phone: str) -> str:
    """The ISO region of a number in E.164; empty where it belongs to none that we know."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) or ""
    except phonenumbers.NumberParseException:
        return ""
