"""The order of names in lists, whatever scripts they are in: as their alphabets have it, not as a database would.

No library: in Unicode the letters of each Indian script stand in the order of its alphabet, so that code points do
but for what is mended here. PyICU needs the whole of ICU to be built, pyuca has long had no release, Babel does not
sort.
"""

import unicodedata

from flows.text.languages import TABLE, written_in

_FIRST, _LAST = 0, 1
_TAMIL_VIRAMA = "\u0bcd"
"""A consonant without a vowel stands before the one with it (CLDR, collation/ta.xml); elsewhere behind."""
_CHILLUS = str.maketrans({"ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൿ": "ക്"})
"""Malayalam's consonants without a vowel, as the consonants that they are (CLDR, collation/ml.xml)."""
_KHANDA_TA = str.maketrans({"ৎ": "ত্"})
"""Bengali's ta without a vowel (CLDR, collation/bn.xml)."""


def sort_key(name: str, language: str = "") -> tuple[int, str, str]:
    """By what names are sorted for a reader of this language: those in its own script come first.

    Case, width and the accents of Latin letters make no difference, unless nothing else does.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    base = "".join(character for character in plain if not unicodedata.name(character, "").startswith("COMBINING"))
    ordered = base.translate(_CHILLUS).translate(_KHANDA_TA).replace(_TAMIL_VIRAMA, "\u0b80")
    own = language in TABLE and bool(TABLE[language].letters) and bool(written_in(name, (language,)))
    return (_FIRST if own else _LAST, ordered, name)
