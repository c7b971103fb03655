"""Every language over the pages of visitors and volunteers, and over what is drawn: nothing in English, nothing cut."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select

from bot.delivery.images import fonts, pass_image, print_sheet, typesetting
from bot.domain import roster
from bot.domain.models import Pass
from bot.domain.passes import holder_links, slips
from bot.domain.roster import gates
from bot.service import Service
from flows.text.languages import LANGUAGES, SOURCE
from flows.text.translate import catalogue
from tests.bot.delivery.images.test_pass_image import PLAIN
from tests.webhooks.staff.conftest import RAVI
from tests.webhooks.staff.conftest import Browser as StaffBrowser
from tests.webhooks.visitor.browser import Browser
from tests.webhooks.visitor.conftest import make_event
from webhooks import trial

OTHERS = [code for code in LANGUAGES if code != SOURCE]
WORD = re.compile(r"[A-Za-z]{3,}")
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
NAMES = frozenset(("Asha", "Verma", "Ravi", "Main", "Pravesh", "IN", "SAR", "fair"))
"""What the test calls people and places, and what is a name."""
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


class PageText(HTMLParser):
    """What a page says in its own language: its texts and what screen readers read, without other languages' names."""

    def __init__(self, page: str, language: str) -> None:
        super().__init__()
        self.language, self.silent, self.said = language, list[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        foreign = known.get("lang", self.language) != self.language
        if self.silent or tag in ("script", "style") or foreign:
            self.silent += [tag] if tag not in ("img", "input", "link", "meta", "br", "option") or foreign else []
            return
        self.said += [known[name] or "" for name in SPOKEN_ATTRIBUTES if name in known]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def english_in(page: str, language: str) -> set[str]:
    """English words that a page says although it is in another language, but for those that its catalogue has too."""
    own = {word for message in catalogue(language) if message.id for word in WORD.findall(str(message.string))}
    said = CODE.sub("", " ".join(PageText(page, language).said))
    assert re.search(r"[^\x00-\x7f]", said), "the page is in no other language"
    return {word for word in WORD.findall(said) if word not in own | NAMES}


@pytest.fixture
def multilingual_fair(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event in every language that can be offered, with a gate and Ravi at it; nothing that only trials show."""
    monkeypatch.setattr(trial, "ways", lambda service, chat: [])
    monkeypatch.setattr("webhooks.visitor.otp.inbox_link", lambda settings, phone: "")
    make_event(service, name="2027", names={}, questions=[], languages=list(LANGUAGES), starts_on=service.now().date())
    with service.database.write() as db:
        gates.add(db, "fair", "Main")
        roster.add(db, "fair", phone=RAVI, name="Ravi", gate="main", region="IN", now=service.now())


def _visitors_pages(app: Flask, service: Service, language: str, number: int) -> Iterator[tuple[str, str]]:
    browser = Browser(app.test_client(), service, language=language)
    phone = f"+9198765432{number:02}"
    yield "first page", browser.get("/")
    yield "questions", browser.get("/register/fair")
    yield "refusals", browser.details(language=language, full_name="?", party_size="x", phone="1")
    yield "code", browser.details(language=language, phone=phone)
    yield "review", browser.prove(phone=phone)
    yield "pass", browser.post("/register/fair/review", agree="yes")
    yield "passes", browser.get("/passes")
    yield "data", browser.get("/passes/data")
    with service.database.read() as db:
        issued = db.scalars(select(Pass).order_by(Pass.id.desc())).first()
        assert issued
        assert issued.registration.language == language
        linked = holder_links.sign(issued.id, service.settings.secret_key)
        address = slips.slip_of(issued, service.ring, service.settings.origin).qr_text
    yield "linked pass", browser.get(f"/pass/{linked}")
    yield "pass page", browser.get(f"/p/{address.rpartition('/')[2]}")


def test_no_page_of_visitors_says_a_word_of_english(app: Flask, service: Service, multilingual_fair: None) -> None:
    assert OTHERS
    found = {
        (language, name): english
        for number, language in enumerate(OTHERS)
        for name, page in _visitors_pages(app, service, language, number)
        if (english := english_in(page, language))
    }
    assert found == {}


def test_no_page_of_volunteers_says_a_word_of_english(app: Flask, service: Service, multilingual_fair: None) -> None:
    browser = StaffBrowser(app.test_client(), service)
    pages = {(language, "sign-in"): browser.client.get(f"/staff/login?lang={language}").text for language in OTHERS}
    browser.sign_in()
    for language in OTHERS:
        for page in ("scan", "desk"):
            pages[language, page] = browser.client.get(f"/staff/{page}?lang={language}").text
    assert {place: english for place, page in pages.items() if (english := english_in(page, place[0]))} == {}


def test_nothing_of_ours_on_a_picture_is_cut_or_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    cut, drawn = list[str](), list[str]()
    shortened, runs = typesetting._shortened, fonts.runs

    def noting_cuts(line: str, max_width: int, style: typesetting.Style) -> str:
        cut.append(line)
        return shortened(line, max_width, style)

    def noting_lines(text: str) -> tuple[tuple[int, str], ...]:
        drawn.append(text)
        return runs(text)

    monkeypatch.setattr(typesetting, "_shortened", noting_cuts)
    monkeypatch.setattr(typesetting, "runs", noting_lines)
    for kept in (typesetting.fitted, typesetting.width, typesetting._written):
        kept.cache_clear()
    for language in LANGUAGES:
        for policy in pass_image.POLICIES:
            pass_image.draw(replace(PLAIN, language=language, policy=policy))
        print_sheet.page([replace(PLAIN, language=language)])
    assert len(drawn) >= len(LANGUAGES) * 3
    assert cut == []
    assert [line for line in drawn if fonts.BOX in "".join(piece for _family, piece in runs(line))] == []
