"""The countries of phone numbers, by name in the page's language."""

from functools import cache

import phonenumbers
from babel import Locale

from flows.text.languages import TABLE


@cache
def choices(language: str) -> tuple[tuple[str, str], ...]:
    """Every ISO region with its name and calling code, as `India (+91)`, in the order of the names."""
    names = Locale.parse(TABLE[language].locale).territories
    known = [(region, names.get(region, region)) for region in phonenumbers.SUPPORTED_REGIONS]
    ordered = sorted(known, key=lambda choice: choice[1])
    return tuple((region, f"{name} (+{phonenumbers.country_code_for_region(region)})") for region, name in ordered)


def name(region: str, language: str) -> str:
    """The region's name; its letters where it has none."""
    return str(Locale.parse(TABLE[language].locale).territories.get(region, region))


def known(region: str, otherwise: str) -> str:
    """The region if there is one of this name, else the other one."""
    return region if region in phonenumbers.SUPPORTED_REGIONS else otherwise
