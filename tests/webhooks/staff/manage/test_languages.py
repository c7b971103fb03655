"""The pages of admins in a language that is not the source: nothing of the source is left in them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from werkzeug.test import TestResponse

from tests.webhooks.staff.manage.pages import ROSTER, Office

SPOKEN = ("aria-label", "data-name", "placeholder", "title", "alt")
"""Attributes that people read or hear."""
NOT_OURS = re.compile(
    r"Pravesh|Language · |WhatsApp|Twilio|English|Excel|Book <\w+>|\bfair\b|\bother\b|[Hh]all|[Mm]ain|Verma"
    r"|https?:\S+|Asia/\w+|\bNP, BT\b|Gate 1|\bUTC\b|CSV|XLSX|JSONL?|QR|SMS|[0-9A-Z]{4}-[0-9A-Z]{4}|[a-z]+_[a-z_]*"
    r"|\ba\b से \bz\b|\d[\dT:-]*"
)
"""Names, codes and addresses, which are the same in every language."""
SENTENCE = re.compile(r"[A-Za-z']+(?: [A-Za-z']+)+")
PAGES = [
    *(
        "",
        "/settings/basics",
        "/settings/days",
        "/settings/passes",
        "/settings/data",
        "/texts",
        "/days",
        "/days/{day}",
        "/gates",
        "/gates/1/close",
        "/gates/1/pause",
    ),
    *("/switch/open", "/switch/close", "/switch/pause", "/switch/resume", "/volunteers", "/volunteers/1/change"),
    *("/visitors", "/visitors/1", "/visitors/1/revoke", "/exports", "/exports/list", "/audit", "/alerts"),
]


class Read(HTMLParser):
    """What a person reads or hears of a page, in the page's own language: each text once."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.language = ""
        self.texts: set[str] = set()
        self._open: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the language and the spoken attributes."""
        known = dict(attrs)
        if tag == "html":
            self.language = known.get("lang") or ""
        elif tag not in ("input", "meta", "link", "img", "br"):
            self._open.append("lang" in known or tag in ("script", "style") or "hreflang" in known)
        self.texts |= {value for name in SPOKEN if (value := known.get(name))}

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if self._open and tag not in ("html", "input", "meta", "link", "img", "br"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note a text, if it stands in no element of another language's."""
        if not any(self._open) and data.strip():
            self.texts.add(" ".join(data.split()))


def ours(texts: set[str]) -> set[str]:
    """Texts without what is nobody's words, as far as anything in Latin letters is left of them."""
    names = re.compile("|".join(name.title() for name in [*ROSTER, "asha"]))
    left = {names.sub("", NOT_OURS.sub("", text)) for text in texts}
    return {text for text in left if re.search("[A-Za-z]{2}", text)}


def pages(office: Office) -> Iterator[tuple[str, set[str], set[str]]]:
    """Every page, and what of it is in Latin letters: in Hindi, and in English."""
    for path in ["/staff/manage", *(f"/staff/manage/fair{one.format(day=office.today)}" for one in PAGES)]:
        hindi, english = (Read(_got(office, f"{path}?lang={language}")) for language in ("hi", "en"))
        assert (hindi.language, english.language) == (("hi", "en") if "/list" not in path else ("", ""))
        yield path, ours(hindi.texts), ours(english.texts)


def _got(office: Office, path: str) -> str:
    answer = office.of("anna").get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_no_page_keeps_a_word_of_english(office: Office) -> None:
    _got(office, "/staff/manage?lang=hi")
    _do_something(office)
    assert {path: left for path, left, english in pages(office) if left or not english} == {}


def _do_something(office: Office) -> None:
    office.post("/gates", name="Hall")
    office.post(f"/days/{office.today}", capacity="40", opens="10:00", closes="18:00")
    office.post("/texts/notice", on="/texts", to="/texts/notice", en="Hall", hi="हॉल")
    office.post("/alerts", inside="50")
    office.post("/exports", table="visitors", form="csv")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/gates", {"name": "MAIN"}),
        ("/settings/days", {"ends_on": "soon", "opens": "early"}),
        ("/settings/passes", {"max_party": "many"}),
        ("/days/{day}", {"capacity": "1"}),
        ("/alerts", {"failures_permille": "0"}),
        ("/volunteers", {"name": "", "phone": "12"}),
        ("/exports", {"table": "visitors", "form": "csv", "since": "soon", "columns_visitors": "shoes"}),
        ("/visitors", {"sought": '"'}),
    ],
)
def test_what_is_wrong_is_said_in_the_page_s_language(office: Office, path: str, fields: dict[str, str]) -> None:
    path = path.format(day=office.today)
    answer = _posted_in_hindi(office, path, fields)
    assert (answer.status_code, Read(answer.text).language) == (422, "hi")
    assert not {text for text in ours(Read(answer.text).texts) if SENTENCE.search(text)}


def test_what_was_done_is_said_in_the_page_s_language(office: Office) -> None:
    for path, fields in (("/gates", {"name": "Hall"}), (f"/days/{office.today}", {"capacity": "40"})):
        assert _posted_in_hindi(office, path, fields).status_code == 303
        page = Read(_got(office, "/staff/manage/fair/days"))
        assert not ours(page.texts)


def _posted_in_hindi(office: Office, path: str, fields: dict[str, str]) -> TestResponse:
    _got(office, f"/staff/manage/fair{path}?lang=hi")
    return office.post(path, **fields)
