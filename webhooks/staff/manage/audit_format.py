"""Formats an entry of the audit log as lines of the page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.audit import formatting
from flows.shapes import Sentence
from flows.text import _, words
from flows.text.languages import LANGUAGES
from webhooks.i18n import say
from webhooks.staff.manage import audit_texts as said
from webhooks.staff.manage import display


@dataclass(frozen=True, slots=True)
class AuditFormatter:
    """How values are told: moments in this zone, gates by their names."""

    zone: ZoneInfo
    gates: Mapping[int, str]

    def value(self, name: str, value: Any) -> str:
        """A value of this fact or column, not longer than a line."""
        text = self._text(name, value)
        return text if len(text) <= formatting.MAX_VALUE_LENGTH else f"{text[: formatting.MAX_VALUE_LENGTH - 1]}…"

    def _text(self, name: str, value: Any) -> str:
        match value:
            case None | "" | []:
                return say(_("none"))
            case bool():
                return say(_("yes") if value else _("no"))
            case int() if name in ("gate_id", "gates"):
                return self.gates.get(value, str(value))
            case dict():
                named = (f"{self._key(key)}: {self._text(name, inner)}" for key, inner in value.items())
                return "; ".join(named) or say(_("none"))
            case list():
                return ", ".join(self._text(name, inner) for inner in value)
            case str():
                return self._word(name, value)
            case _:
                return str(value)

    def _key(self, key: str) -> str:
        return LANGUAGES.get(key) or (say(said.TEXT_NAMES[key]) if key in said.TEXT_NAMES else key)

    def _word(self, name: str, value: str) -> str:
        known = said.VALUE_NAMES.get(value) if name in said.TRANSLATED_FACTS else None
        try:
            return say(known) if known else self._date(name, value)
        except ValueError:
            return value

    def _date(self, name: str, value: str) -> str:
        """A moment or a day of the log in words, any other fact as it is. Raises ValueError for what is no moment."""
        if name.endswith(("_at", "_until", "not_before")) or name in ("since", "until"):
            found = datetime.fromisoformat(value)
            return display.moment(found, self.zone) if found.tzinfo else value
        return display.day(date.fromisoformat(value)) if name in ("day", "starts_on", "ends_on") else value


def facts(about: Mapping[str, Any], reader: AuditFormatter) -> Iterator[str]:
    """The facts of the act besides its changes; of people who were told, how many."""
    for name, value in about.items():
        if name not in ("changes", "more") and not _is_rows(name, value):
            called = said.FACT_NAMES.get(name, words(name.replace("_", " ")))
            yield say(
                _("{name}: {value}"), name=called, value=reader.value(name, len(value) if name == "told" else value)
            )


def changes(about: Mapping[str, Any], reader: AuditFormatter) -> Iterator[str]:
    """Each change; the same change of several rows is one line."""
    for one, rows in formatting.grouped_changes(about):
        yield say(_pattern(one), what=_table(one["table"]), rows=_listed_rows(rows), changes=_fields(one, reader))
    for table, number in about.get("more", {}).items():
        yield say(_("and {count} more: {what}"), count=number, what=_table(table))


def _is_rows(name: str, value: Any) -> bool:
    """Whether these are numbers of rows; how many there were is told."""
    return name in said.HIDDEN_FACTS and (isinstance(value, list) or name == "pass")


def _pattern(entry: Mapping[str, Any]) -> Sentence:
    if entry["before"] is None:
        return _("{what} {rows}: added")
    return _("{what} {rows}: removed") if entry["after"] is None else _("{what} {rows}: {changes}")


def _table(name: str) -> Sentence:
    return said.TABLE_NAMES.get(name, words(name.replace("_", " ")))


def _listed_rows(rows: Sequence[str]) -> Sentence:
    """The rows to which the same happened."""
    named = ", ".join(rows[: formatting.MAX_NAMED_ROWS])
    more = len(rows) - formatting.MAX_NAMED_ROWS
    return words(named) if more <= 0 else _("{rows} and {count} more", rows=named, count=more)


def _fields(entry: Mapping[str, Any], reader: AuditFormatter) -> str:
    before, after = entry["before"] or {}, entry["after"] or {}
    return ", ".join(_field(name, old, after.get(name), reader) for name, old in before.items())


def _field(name: str, old: Any, new: Any, reader: AuditFormatter) -> str:
    called = said.COLUMN_NAMES.get(name, words(name.replace("_", " ")))
    return say(_("{name} {old} → {new}"), name=called, old=reader.value(name, old), new=reader.value(name, new))
