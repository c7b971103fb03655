"""Finds a name in what people write: the name alone, `my name is …`, a form with `Name:`."""

import re
from collections.abc import Sequence

from flows import understanding
from flows.shapes import Invalid
from flows.understanding import agreement, cleaned, codes, labelled_forms, plain, vocabulary, without_pictures, word_set
from flows.understanding.vocabulary import names as name_vocabulary

_APOSTROPHES = re.compile("['’‘`´]")
_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s.,;:!।()\"“”*_~/-]+")


def given(text: str) -> str:
    """The name that somebody gives when they are asked for it, as typed. Raises Invalid `not_a_name`."""
    whole = _ANSWER_BEFORE.sub("", cleaned(text))
    sure = introduced(whole)
    who = "" if sure else _by(_SAYING_WHO, whole)
    name = sure or who or _FIGURES_BEHIND.sub("", whole)
    if not name or is_none(name, sure=bool(sure)) or (who and _has_seldom(who)):
        raise Invalid("not_a_name")
    return name


def may_be_yes_or_no(text: str) -> bool:
    """Whether the whole text says yes or no and is a name as well: `Manzoor`, `Han`."""
    return without_pictures(plain(text)) in _ALSO_NAMES


def introduced(text: str) -> str:
    """The name that the text says is one, as typed: `My name is Asha`, `Name: Asha Date: 5 Dec`; empty where none."""
    return labelled_forms.read(text).get("full_name") or _by(_SAYING_NAME, text)


def _by(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    whole = cleaned(text)
    found = next((found for pattern in patterns if (found := pattern.fullmatch(whole))), None)
    return _AFTER_A_NAME.split(found["name"], maxsplit=1)[0].strip(" ,.;:!।-") if found else ""


def is_none(text: str, *, sure: bool = False) -> bool:
    """Whether it is no name: a question, thanks, a pass code, a yes, a sentence.

    `sure`: somebody said that it is one, so that only what can never be one is none.
    """
    words = _words(text)
    said = frozenset(words)
    if "?" in plain(f"{text}.") or _ADDRESS.search(text) or said & _NEVER or any(map(_is_code, (text, *text.split()))):
        return True
    if sure or may_be_yes_or_no(text):
        return False
    if understanding.skips(text) or understanding.command(text) or agreement.yes_no(text) is not None:
        return True
    named = [word for word in words if not word.isdigit()]
    none = _NO_NAMES if len(named) == len(words) else _NO_NAMES | _MONTHS
    seldom = [word for word in words if word in _SELDOM and word not in _initials(text)]
    return bool(named) and (len(seldom) >= 2 or none.issuperset(named))


def _initials(text: str) -> frozenset[str]:
    """Single letters that are written large, as those of names are: `I. H. Rao`."""
    return frozenset(letter.lower() for letter in _BETWEEN.split(text) if len(letter) == 1 and letter.isupper())


def _has_seldom(name: str) -> bool:
    return any(word in _SELDOM for word in _words(name))


def _words(text: str) -> list[str]:
    bare = _APOSTROPHES.sub("", plain(text))
    return [word for word in map(without_pictures, _BETWEEN.split(bare)) if word]


def _is_code(word: str) -> bool:
    """Whether it is a pass code, or looks like one: eight letters and digits."""
    bare = "".join(word.split()).strip("*_~`.,;:!?\"'()")
    digits = sum(character.isdigit() for character in bare)
    letters = sum(character.isalpha() for character in bare)
    return len(codes.corrected(bare)) == codes.LENGTH and digits > 0 and letters > 0 and bare.replace("-", "").isalnum()


_ALSO_NAMES = word_set(name_vocabulary.ALSO_NAMES)
_NEVER, _SELDOM = word_set(name_vocabulary.NEVER), word_set(name_vocabulary.SELDOM)
_NO_NAMES = (
    _SELDOM
    | understanding.PEOPLE_WORDS
    | (understanding.NUMBER_WORDS - word_set(name_vocabulary.NUMBERS_TOO))
    | word_set(",".join((*vocabulary.WEEKDAYS, *vocabulary.RELATIVE_DAYS.values(), vocabulary.COMMANDS["hi"])))
    | (word_set(f"{vocabulary.YES},{vocabulary.NO}") - _ALSO_NAMES)
)
_MONTHS = word_set(",".join(vocabulary.MONTHS))

_HELLO = r"(?:(?:hi|hii|hello|hey|namaste|namaskar|ji|ok|yes|haan|sir|madam|नमस्ते|नमस्कार|जी|हाँ)[\s,.!]+)*"
_THANKS = r"(?:\s+(?:ji|sir|madam|bhai|thanks|dhanyavad|shukriya|जी|सर|भाई|धन्यवाद|शुक्रिया))*"
_IS = rf"(?:hai|hain|h|he|है|हैं|hoon|hun|hu|हूँ|हूं){_THANKS}"
_MY = r"(?:my|mera|mere|मेरा)\s+(?:full\s+|good\s+|poora\s+|pura\s+|पूरा\s+)?(?:name|naam|nam|नाम)"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"{_HELLO}{pattern}[\s.!।]*", re.IGNORECASE) for pattern in patterns)


_SAYING_NAME = _patterns(
    rf"{_MY}(?:\s+is|['’]s)\s+(?P<name>.+?)",
    rf"{_MY}(?:\s+है|\s*[:=,-])?\s+(?!(?:is|{_IS})[\s.!।]*$)(?P<name>.+?)(?:\s+{_IS})?",
    r"(?:the\s+|full\s+)?name\s+is\s+(?P<name>.+?)",
    rf"(?:naam|nam|नाम)\s+(?P<name>.+?)\s+{_IS}",
    rf"(?P<name>.+?)\s+(?:mera\s+|मेरा\s+)?(?:naam|nam|नाम)\s+{_IS}",
)
_SAYING_WHO = _patterns(
    r"(?:i\s+am|i['’]?m|this\s+is|it['’]?s|it\s+is|myself|call\s+me)\s+(?P<name>.+?)(?:\s+(?:here|speaking|this\s+side))?",
    rf"(?:main|mai|mein|मैं)\s+(?P<name>.+?)(?:\s+(?:bol\s+rah[ai]|बोल\s+रह[ाी]))?\s+{_IS}",
    r"(?P<name>.+?)\s+this\s+side",
)
"""Words with which many other things are said too."""
_ANSWER_BEFORE = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|no|nope|haan|nahi|nahin|ji|hi|hello|हाँ|हां|नहीं|जी|नमस्ते)[,.!]\s+)+", re.IGNORECASE
)
"""`No, Ravi Kumar`: the answer to an offered name, and then the right one."""
_COUNTED = "|".join(sorted(map(re.escape, understanding.PEOPLE_WORDS), key=len, reverse=True))
_FIGURES_BEHIND = re.compile(
    rf"\s*[,;]\s*(?=.*\d).*$|[\s,-]+(?:\+?\d[\d\s-]{{6,}}|\d{{1,4}}\s*(?:{_COUNTED})\b.*)$", re.IGNORECASE
)
"""A number of people, a day or a phone behind a name."""
_AFTER_A_NAME = re.compile(
    r"\s+(?:and|aur|और)\s+(?:i|we|my|main|mai|hum|mera|mere|मैं|हम|मेरा|मेरे)\b.*|[,;]\s*(?=.*\d).*|[.;]\s+(?:i|we|please|thanks?|my)\b.*"
    r"|\s+(?:from|se)\s+.*|\s+(?:please|plz|pls|ji\s+please)$",
    re.IGNORECASE,
)
"""What somebody goes on with after their name."""
