"""The patterns in which people say a name: `my name is …`, `main … hoon`, `… this side`."""

import re

from flows.understanding.vocabulary import Vocabulary


class NamePatterns:
    """The patterns of some languages together."""

    def __init__(self, spoken: Vocabulary) -> None:
        self._spoken = spoken
        thanks, full = self._any("thanks"), self._any("full")
        is_ = rf"(?:{self._any('is')})(?:\s+(?:{thanks}))*"
        my = rf"(?:{self._any('my')})\s+(?:(?:{full})\s+)?(?:{self._any('name')})"
        between = rf"(?:\s+(?:{self._any('is_between')})|\s*[:=,-])?"
        alone = rf"(?:{self._any('alone')})"
        self.saying_name = self._patterns(
            rf"{my}(?:\s+(?:{self._any('is_before')})|['’]s)\s+(?P<name>.+?)",
            rf"{my}{between}\s+(?!(?:{self._any('is_before')}|{is_})[\s.!।]*$)(?P<name>.+?)(?:\s+{is_})?",
            rf"(?:{self._any('name_is')})\s+(?P<name>.+?)",
            rf"{alone}\s+(?P<name>.+?)\s+{is_}",
            rf"(?P<name>.+?)\s+(?:(?:{self._any('behind')})\s+)?{alone}\s+{is_}",
        )
        self.saying_who = self._patterns(
            rf"(?:{self._any('i_am')})\s+(?P<name>.+?)(?:\s+(?:{self._any('here')}))?",
            rf"(?:{self._any('i')})\s+(?P<name>.+?)(?:\s+(?:{self._any('speaking')}))?\s+{is_}",
            rf"(?P<name>.+?)\s+(?:{self._any('this_side')})",
        )
        """With these words many other things are said too."""
        self.answer_before = self._pattern(rf"^(?:(?:{self._any('answer_before')})[,.!]\s+)+")
        """`No, Ravi Kumar`: the answer to an offered name, and then the right one."""
        people = self._any("numbers.people")
        phone = r"\+?\d[\d\s-]{6,}"
        self.figures_behind = self._pattern(
            rf"\s*[,;]\s*(?=.*\d).*$|[\s,-]+(?:{phone}|\d{{1,4}}\s*(?:{people})(?!\w).*)$"
        )
        """A number of people, a day or a phone behind a name."""
        self.after_a_name = self._pattern(
            rf"\s+(?:{self._any('and')})\s+(?:{self._any('goes_on')})(?!\w).*|[,;]\s*(?=.*\d).*"
            rf"|[.;]\s+(?:{self._any('goes_on_anew')})(?!\w).*|\s+(?:{self._any('from')})\s+.*|\s+(?:{self._any('please')})$"
        )
        """What somebody goes on with after their name."""

    def _any(self, table: str) -> str:
        """A pattern of any word of a table, the longest first; one that nothing matches where it has none."""
        words = self._spoken.typed(table if "." in table else f"names.{table}")
        return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words) or "(?!)"

    def _patterns(self, *patterns: str) -> tuple[re.Pattern[str], ...]:
        hello = rf"(?:(?:{self._any('hello')})[\s,.!]+)*"
        return tuple(self._pattern(rf"{hello}{pattern}[\s.!।]*") for pattern in patterns)

    @staticmethod
    def _pattern(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)
