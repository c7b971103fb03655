"""The days that a cell names, where it is plain."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from flows import locale
from flows.shapes import Invalid
from flows.understanding import day_phrases, plain, vocabulary
from flows.understanding.dates import valid_date

DMY, MDY, UNSURE = "dmy", "mdy", "unsure"
"""How numbers are read of which each may be the month."""
_NAMES = day_phrases.DayWords(vocabulary.of(locale.CONFIRMED))
_MONTHS, _WEEKDAYS = _NAMES.months, {**_NAMES.weekdays, **_NAMES.short_weekdays}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_WEEKDAY = "|".join(sorted(map(re.escape, _WEEKDAYS), key=len, reverse=True))
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_HOUR = re.compile(r"(?<=\d)(?:\s*t\s*|\s*,?\s+)\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?$")
"""When of the day does not matter; an hour of another zone may be another day's, and so is not passed over."""
_BESIDE = re.compile(rf"^\(?(?P<before>{_WEEKDAY})\)?[\s,.]+|[\s,.]+\(?(?P<after>{_WEEKDAY})\)?$")
_ISO = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_WORDED = tuple(
    re.compile(form)
    for form in (
        rf"{_NUMBER}(?:\s+of)?(?P<apart>\s*[-/.,]?\s*)(?P<named>{_MONTH})\.?"
        r"(?:[\s,/.'-]*(?P<year>\d{4})|(?:(?P=apart)|\s+'?|-)(?P<short>\d\d))?",
        rf"(?P<named>{_MONTH})\.?\s*-?\s*{_NUMBER}(?:[\s,/-]+(?P<year>\d{{4}}))?",
        rf"(?P<year>\d{{4}})[\s,/.-]+(?P<named>{_MONTH})\.?[\s/.-]+{_NUMBER}",
    )
)
NUMBERS = re.compile(r"(?P<first>\d{1,2})\s*([-/.])\s*(?P<second>\d{1,2})\s*\2\s*(?P<year>\d{4}|\d\d)")
"""A day and a month in one order or the other, and the year."""
_SERIAL = re.compile(r"[3-7]\d{4}")
_SERIAL_ZERO = date(1899, 12, 30)
"""Excel keeps a date as the days since then: 30000 is in 1982, 79999 in 2119."""
_ONE_OF_SEVERAL = re.compile(rf"(?<!\d)\d{{1,2}}(?!\d)|(?<![^\W\d_])(?:{_MONTH})(?![^\W\d_])")


class DayReader:
    """Reads the cells of one column."""

    def __init__(self, event_days: Sequence[date], order: str) -> None:
        """`order` is DMY, MDY, or UNSURE; of a day without a year the event's days say it."""
        self._days, self._order = event_days, order
        self._known: dict[str, tuple[date, ...]] = {}

    def read(self, text: str) -> tuple[date, ...]:
        """The days, in their order. Raises Invalid `day_unclear`, `several_days`, `day_order` (`day`, `other`)."""
        if text not in self._known:
            parts = [part for part in parts_of(text) if part]
            if not parts:
                raise Invalid("day_unclear")
            self._known[text] = tuple(sorted({self._read_part(part) for part in parts}))
        return self._known[text]

    def _read_part(self, part: str) -> date:
        if _SERIAL.fullmatch(part):
            return _SERIAL_ZERO + timedelta(days=int(part))
        bare, weekday = _bare(part)
        found = self._by_numbers(bare) or self._by_words(bare)
        if found is None or weekday not in (None, found.weekday()):
            raise Invalid("several_days" if _are_several(part) else "day_unclear")
        return found

    def _by_numbers(self, bare: str) -> date | None:
        if iso := _ISO.fullmatch(bare):
            return valid_date(int(iso["year"]), int(iso["month"]), int(iso["day"]))
        both = readings(bare)
        if both is None:
            return None
        by_day, by_month = both
        if self._order == UNSURE and by_day and by_month and by_day != by_month:
            raise Invalid("day_order", day=by_day, other=by_month)
        if self._order == UNSURE:
            return by_day or by_month
        return by_month if self._order == MDY else by_day

    def _by_words(self, bare: str) -> date | None:
        found = next(filter(None, (form.fullmatch(bare) for form in _WORDED)), None)
        if found is None:
            return None
        said = found.groupdict()
        day, month = int(said["day"]), _MONTHS[said["named"]]
        if year := said["year"] or (said.get("short") and f"20{said['short']}"):
            return valid_date(int(year), month, day)
        near = [event_day for event_day in self._days if (event_day.day, event_day.month) == (day, month)]
        return near[0] if len(near) == 1 else None if near else valid_date(min(self._days).year, month, day)


def parts_of(text: str) -> list[str]:
    """A cell's days, each in the form in which they are compared: a semicolon stands between them, nothing else."""
    return [plain(part) for part in text.replace("；", ";").split(";")]


def readings(part: str) -> tuple[date | None, date | None] | None:
    """A day in digits, read with the day first and with the month first; None where that is no date."""
    found = NUMBERS.fullmatch(_bare(part)[0])
    if found is None:
        return None
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    year += 2000 if len(found["year"]) == 2 else 0
    return valid_date(year, second, first), valid_date(year, first, second)


def _bare(part: str) -> tuple[str, int | None]:
    """A day without its hour and weekday; the weekday."""
    part = _HOUR.sub("", part)
    found = _BESIDE.search(part)
    if found is None:
        return part, None
    return _BESIDE.sub("", part, count=1).strip(), _WEEKDAYS[found["before"] or found["after"]]


def _are_several(part: str) -> bool:
    """Whether a cell seems to name several days: only what is told of it depends on that."""
    part = re.sub(r"\d{1,2}:\d\d.*", "", part)
    return len(_ONE_OF_SEVERAL.findall(part)) > 2 or len(re.findall(r"\d{4}[-/.]\d", part)) > 1
