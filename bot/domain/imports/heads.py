"""The headings that people give to columns, in English and Hindi, and in files of ticket shops and forms."""

import re
from collections.abc import Mapping

from flows.understanding import plain

NAME, PHONE, DAY, PARTY, KIND, LANGUAGE, REF = "name", "phone", "day", "party", "kind", "language", "ref"
FIRST, MIDDLE, LAST, STATUS, CODE = "first_name", "middle_name", "last_name", "status", "code"
HEADS: Mapping[str, str] = {
    NAME: "name, full name, full_name, visitor, visitor name, name of visitor, guest, guest name, participant, "
    "participant name, student name, attendee, names, नाम, पूरा नाम, आगंतुक, आगंतुक का नाम, अतिथि का नाम, छात्र का नाम",
    PHONE: "phone, mobile, cell, cell phone, whatsapp, contact, tel, telephone, फोन, फ़ोन, मोबाइल, व्हाट्सएप, व्हाट्सऐप, "
    "संपर्क, दूरभाष, मो न, मो नं, मो नंबर",
    DAY: "day, days, date, dates, visit day, visit date, day of visit, date of visit, visiting day, visiting date, "
    "दिन, तारीख, तारीख़, तिथि, दिनांक, आने का दिन, आने की तारीख",
    PARTY: "party, party size, size, people, persons, pax, group size, members, visitors, headcount, head count, "
    "guests, attendees, seats, tickets, quantity, qty, लोग, संख्या, व्यक्ति, सदस्य",
    KIND: "kind, kind of pass, pass kind, pass type, type of pass, type, category, पास, पास का प्रकार, प्रकार, श्रेणी, वर्ग",
    LANGUAGE: "language, lang, preferred language, language preference, भाषा",
    REF: "ref, ref no, reference, reference no, reference number, reference code, ticket reference, संदर्भ, संदर्भ संख्या",
    FIRST: "first name, firstname, given name, given names, forename, fname, पहला नाम, प्रथम नाम",
    MIDDLE: "middle name, middlename, मध्य नाम",
    LAST: "last name, lastname, surname, family name, lname, उपनाम, कुलनाम, अंतिम नाम, आखिरी नाम",
    STATUS: "status, attendee status, ticket status, void status, registration status, booking status, rsvp, स्थिति",
    CODE: "code, pass code",
}
"""How each column may be headed; case, spaces and punctuation do not count."""
TICKETS = frozenset(("ticket type", "ticket", "ticket name", "type of ticket"))
"""The kind of pass, at an event that has several; shops have such a column for every list."""


def _words(text: str) -> frozenset[str]:
    return frozenset(map(plain, text.split()))


_MAY_STAND_BY = _words(
    "your you please enter write provide give what which is are the a of for to in on and or our will would like want "
    "select choose attendee attendees attendee's visitor visitors visitor's guest guest's participant participant's "
    "guest student student's delegate delegate's ticket registrant primary here का की के को कृपया "
    "अपना आपका आपकी आपके लिखें आगंतुक अतिथि छात्र प्रतिभागी"
)
"""Words of a head that say nothing of which column it is."""
_GRAMMAR: tuple[tuple[str, frozenset[str], frozenset[str], frozenset[str]], ...] = (
    (FIRST, _words("first given पहला प्रथम"), _words("name names नाम"), _words("")),
    (LAST, _words("last family अंतिम आखिरी"), _words("name names नाम"), _words("")),
    (NAME, _words("name नाम"), _words(""), _words("full complete पूरा")),
    (
        PHONE,
        _words("phone mobile whatsapp cell tel telephone contact फोन फ़ोन मोबाइल व्हाट्सएप व्हाट्सऐप व्हाट्सप्प संपर्क दूरभाष"),
        _words(""),
        _words(
            "no nos number numbers num digit digits 10 ten with country code indian personal active "
            "न नं नंबर नम्बर संख्या क्रमांक अंक"
        ),
    ),
    (
        DAY,
        _words("day days date dates दिन तारीख तारीख़ तिथि दिनांक"),
        _words("visit visiting attend attending come coming preferred select choose आने आएंगे आएँगे यात्रा भ्रमण"),
        _words("planned intended event do किस"),
    ),
    (
        PARTY,
        _words("people persons person pax members visitors attendees guests tickets seats passes heads लोग लोगों व्यक्ति "
               "व्यक्तियों सदस्य सदस्यों"),
        _words("no number total how many count कितने कुल संख्या न नं"),
        _words("come coming attend attending visit visiting be size party group you including all who they आएंगे आएँगे"),
    ),
)  # fmt: skip
"""Of a column: one of these words, one of these if there are any, and besides only these and what may stand by."""
_OTHERS = _words(
    "emergency parent parents parent's father father's mother mother's guardian spouse husband wife alternate "
    "alternative secondary other others office work home landline fax excluding except besides without accompanying "
    "additional extra more buyer order booked billing payer school company birth different"
)
"""In brackets behind a heading, these say that the column is about somebody else, or something else."""
_BRACKETS = re.compile(r"[(\[{（][^)\]}）]*[)\]}）]?")
_APART = re.compile(r"[\s_.:;,/()?#*\-\[\]{}|&+।–—\"“”‘!]+")


def bare(head: str) -> str:
    """A head without case, spaces and punctuation; vowel signs and numbers stay."""
    return _APART.sub("", plain(head.replace("#", " no ")))


_EXACT: Mapping[str, frozenset[str]] = {
    thing: frozenset(map(bare, (thing, *heads.split(",")))) for thing, heads in HEADS.items()
}


def exact(head: str) -> str:
    """What a column holds whose heading is one of HEADS; empty for other headings."""
    said = bare(head)
    return next((thing for thing, known in _EXACT.items() if said in known), "")


def likely(head: str) -> str:
    """What a column holds by the words of its heading, where all of them agree; empty where nothing is sure."""
    within = " ".join(_BRACKETS.findall(head))
    if _head_words(within) & _OTHERS:
        return ""
    outside = _BRACKETS.sub(" ", head)
    return exact(outside) or _by_words(_head_words(outside)) or _by_words(_head_words(head))


def _by_words(words: frozenset[str]) -> str:
    for thing, ones, also, besides in _GRAMMAR:
        if words & ones and (not also or words & also) and words <= ones | also | besides | _MAY_STAND_BY:
            return thing
    return ""


def _head_words(head: str) -> frozenset[str]:
    """The words of a head; `Number_of_People` and `MobileNo` are several."""
    whole = re.sub(r"whats\s?app", "whatsapp", head.replace("#", " no "), flags=re.IGNORECASE)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", whole)
    return frozenset(filter(None, (plain(word) for word in _APART.split(plain(apart)))))
