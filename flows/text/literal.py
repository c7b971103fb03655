"""Makes other people's words safe to show to staff: no formatting, no links, no look of our own answers.

A name may be anything that a keyboard types. Among our own words on a volunteer's phone it must not become bold, a
link, a direction mark, the sign with which we admit or refuse, or a pass code. On the pass it stays as typed.
"""

import re
import unicodedata

from flows.understanding.codes import unlike

_LOOKS_ALIKE = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
"""What WhatsApp reads as bold, italic, struck out and typewriter (its Help Center: How to format your messages)."""
_POINT_OF_AN_ADDRESS = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_SCHEME = re.compile(r"://")
_SIGNS = frozenset("✅☑✔❎✓⛔🚫❌✖✗✘🛑🔴🟢🟩🟥🟡⚠")
"""What our answers begin with, and what could be taken for it."""
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
_STYLE_OF_A_PICTURE = "\ufe0e\ufe0f"


def escape(text: str) -> str:
    """The text on one line, without effect: no markup, no link, no sign of ours, no code, no direction mark."""
    kept = "".join(_shown_character(character) for character in text)
    quiet = _SCHEME.sub("꞉∕∕", _POINT_OF_AN_ADDRESS.sub("․", kept.translate(_LOOKS_ALIKE)))
    return " ".join(unlike(quiet).split())


def _shown_character(character: str) -> str:
    if character in _SIGNS or character in _STYLE_OF_A_PICTURE:
        return ""
    if character in _JOINERS:
        return character
    return " " if unicodedata.category(character) in _UNSEEN else character
