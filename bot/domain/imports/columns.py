"""Which column of a file says what: guessed from its head in English or Hindi, or as it was told."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.imports.reading import Unreadable, text
from flows.shapes import Question
from flows.understanding import nearest, plain

NAME, PHONE, DAY, PARTY, KIND, LANGUAGE, REF = "name", "phone", "day", "party", "kind", "language", "ref"
TWIN = "import_twin"
OUR_OWN = ("import_row", "import_problem", TWIN)
"""What a file of bad rows has besides the columns of the file that they are from."""
ANSWER = "answer_"
"""Before the name of a question, as exports have it."""
HEADS: Mapping[str, str] = {
    NAME: "name, full name, full_name, visitor, visitor name, name of visitor, guest, guest name, participant, "
    "participant name, student name, attendee, नाम, पूरा नाम, आगंतुक, आगंतुक का नाम, अतिथि का नाम, छात्र का नाम",
    PHONE: "phone, phone no, phone number, mobile, mobile no, mobile number, mobile phone, cell, cell phone, whatsapp, "
    "whatsapp no, whatsapp number, contact, contact no, contact number, tel, telephone, फोन, फ़ोन, फोन नंबर, फ़ोन नंबर, "
    "फोन संख्या, मोबाइल, मोबाइल नंबर, मोबाइल न, मोबाइल संख्या, व्हाट्सएप, व्हाट्सऐप, व्हाट्सएप नंबर, संपर्क, संपर्क नंबर, दूरभाष",
    DAY: "day, days, date, dates, visit day, visit date, day of visit, date of visit, visiting day, visiting date, "
    "दिन, तारीख, तारीख़, तिथि, दिनांक, आने का दिन, आने की तारीख",
    PARTY: "party, party size, size, people, persons, no of people, number of people, no of persons, "
    "number of persons, pax, group size, members, visitors, headcount, लोग, कितने लोग, लोगों की संख्या, संख्या, व्यक्ति, "
    "व्यक्तियों की संख्या, सदस्य, सदस्य संख्या",
    KIND: "kind, kind of pass, pass kind, pass type, type of pass, type, category, पास, पास का प्रकार, प्रकार, श्रेणी, वर्ग",
    LANGUAGE: "language, lang, भाषा",
    REF: "ref, ref no, reference, reference no, reference number, संदर्भ, संदर्भ संख्या",
}
"""How each column may be headed; case, spaces and punctuation do not count."""
NEEDED = NAME


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row each thing stands."""

    heads: tuple[str, ...]
    places: Mapping[str, int]
    """By NAME, PHONE, … and `answer_<question>`."""
    ignored: tuple[str, ...]
    """The heads of columns that say nothing that is known here."""
    defaults: Mapping[str, str]
    """What holds where a row says nothing."""

    @property
    def of_file(self) -> list[tuple[int, str]]:
        """The places and heads of the file's own columns, without those that a file of bad rows has besides."""
        return [(place, head) for place, head in enumerate(self.heads) if head not in OUR_OWN]

    def said(self, cells: Sequence[Any], thing: str) -> str:
        """What a row says of a thing, else what holds for all; empty: nothing."""
        place = self.places.get(thing, len(cells))
        said = text(cells[place]) if place < len(cells) else ""
        return said or self.defaults.get(thing, "")

    def twin(self, cells: Sequence[Any]) -> int:
        """The how many-eth of its name a row was in the file that it came from; 0: that file does not say."""
        place = self.heads.index(TWIN) if TWIN in self.heads else len(cells)
        said = text(cells[place]) if place < len(cells) else ""
        return int(said[:6]) if said.isdecimal() else 0

    def head(self, thing: str) -> str:
        """How the column of a thing is headed; where there is none, the thing's own name."""
        return self.heads[self.places[thing]] if thing in self.places else thing


def matched(
    heads: Sequence[str],
    questions: Iterable[Question],
    told: Sequence[tuple[str, str]] = (),
    defaults: Mapping[str, str] | None = None,
) -> Columns:
    """The columns of a file; `told` has pairs of a head and the thing that stands there (empty: to be ignored).

    Raises Unreadable: `no_such_head` (`head`, `nearest`), `no_such_thing` (`thing`, `there`), `two_columns`
    (`thing`, `heads`), `no_column` (`thing`, `heads`).
    """
    names = _names(questions)
    chosen = dict(_told(heads, names, told))
    taken = {thing for thing in chosen.values() if thing}
    guessed = {place: _guess(head, names) for place, head in enumerate(heads) if place not in chosen}
    found = {**chosen, **{place: thing for place, thing in guessed.items() if thing not in taken}}
    places: dict[str, int] = {}
    for place, thing in sorted(found.items()):
        if thing and thing in places:
            raise Unreadable("two_columns", thing=thing, heads=(heads[places[thing]], heads[place]))
        places[thing] = place
    places.pop("", None)
    general = {_thing(thing, names): said for thing, said in (defaults or {}).items()}
    if NEEDED not in places and NEEDED not in general:
        raise Unreadable("no_column", thing=NEEDED, heads=tuple(heads))
    known = {heads[place] for place in places.values()}
    ignored = tuple(head for head in heads if head not in known and plain(head) not in OUR_OWN)
    return Columns(tuple(heads), places, ignored, general)


def _names(questions: Iterable[Question]) -> dict[str, frozenset[str]]:
    """What each thing may be called, in the form in which heads are compared."""
    names = {thing: frozenset(map(_bare, (thing, *heads.split(",")))) for thing, heads in HEADS.items()}
    known = frozenset().union(*names.values())
    for question in questions:
        own = {_bare(label) for label in (question.name, *question.labels.values())} - known
        names[ANSWER + question.name] = frozenset({_bare(ANSWER + question.name), *own})
    return names


def _told(
    heads: Sequence[str], names: Mapping[str, frozenset[str]], told: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, str]]:
    by_head = {plain(head): place for place, head in reversed(list(enumerate(heads)))}
    for head, thing in told:
        if plain(head) not in by_head:
            raise Unreadable("no_such_head", head=head, nearest=nearest(plain(head), tuple(by_head)))
        yield by_head[plain(head)], _thing(thing, names) if thing.strip() else ""


def _thing(said: str, names: Mapping[str, frozenset[str]]) -> str:
    thing = _guess(said, names)
    if not thing:
        raise Unreadable("no_such_thing", thing=said, there=tuple(names))
    return thing


def _guess(head: str, names: Mapping[str, frozenset[str]]) -> str:
    return next((thing for thing, own in names.items() if _bare(head) in own), "")


def _bare(head: str) -> str:
    """A head without case, spaces and punctuation; vowel signs and numbers stay."""
    return re.sub(r"[\s_.:;,/()?#*-]", "", plain(head))
