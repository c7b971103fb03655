"""The scanner's rules are the server's: the same texts read, the same scans judged, in the browser and here."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from bot.domain.passes import tokens
from bot.service import utc_now
from flows.shapes import Invalid
from flows.text import render
from flows.understanding import codes
from flows.understanding.codes import shown
from tests.e2e.pages.gate import Gate, Issued, forged
from tests.e2e.pages.scanner import Phone
from tests.e2e.server import until
from webhooks.staff.scanner.texts import REFUSAL_TEXTS

pytestmark = pytest.mark.browser
MODULE = "document.querySelector('script[type=module]').src"
READ = f"""async texts => {{
  const {{ cleaned, codeOf, tokenBytes }} = await import({MODULE}.replace('main.js', 'text.js'))
  return texts.map(text => {{
    const clean = cleaned(text), code = codeOf(clean), bytes = code === '' ? tokenBytes(clean) : null
    return [clean, code, bytes && Array.from(bytes)]
  }})
}}"""
JUDGE = f"""async scans => {{
  const {{ judge }} = await import({MODULE}.replace('main.js', 'judge.js'))
  const {{ known }} = await import({MODULE}.replace('main.js', 'background.js'))
  const {{ book, verifiers }} = known()
  return Promise.all(scans.map(scan => judge(scan, book, verifiers, [], Date.now())))
}}"""
JUDGE_BY = f"""async ([list, scans, movements]) => {{
  const {{ judge }} = await import({MODULE}.replace('main.js', 'judge.js'))
  const {{ kept }} = await import({MODULE}.replace('main.js', 'book.js'))
  const {{ known }} = await import({MODULE}.replace('main.js', 'background.js'))
  const book = kept(list, null, 0)
  const given = scan => movements.map(one => ({{ ...one, pass: scan.id }}))
  return Promise.all(scans.map(scan => judge(scan, book, known().verifiers, given(scan), scan.now || Date.now())))
}}"""
"""By a document that is brought along."""
AHEAD = """
  constructor(...given) { super(...(given.length ? given : [real.now() + 259_200_000])) }
  static now() { return real.now() + 259_200_000 }
"""
"""A clock that is three days ahead."""
BY_NOBLE = f"""async ([text, wrong]) => {{
  const {{ tokenBytes, cleaned }} = await import({MODULE}.replace('main.js', 'text.js'))
  const {{ verifier }} = await import({MODULE}.replace('main.js', 'token.js'))
  const {{ known }} = await import({MODULE}.replace('main.js', 'background.js'))
  const {{ bytesOf }} = await import({MODULE}.replace('main.js', 'book.js'))
  crypto.subtle.importKey = () => Promise.reject(new DOMException('no Ed25519 here', 'NotSupportedError'))
  const noble = () => import({MODULE}.replace('scan/main.js', 'lib/ed25519.js'))
  const verify = await verifier(bytesOf(known().book.head.keys[0].public), noble)
  return Promise.all([text, wrong].map(one => verify(tokenBytes(cleaned(one)))))
}}"""


@pytest.fixture
def phone(new_phone: Callable[..., Phone]) -> Phone:
    """A phone that has not opened the scanner yet."""
    return new_phone()


def read_here(text: str) -> list[Any]:
    """What the server reads: the cleaned text, the code, a token's bytes."""
    clean = tokens.cleaned(text[:2000])
    try:
        return [clean, codes.parse(clean.replace("–", "").replace("—", "").replace("‑", "")), None]
    except Invalid as no:
        if no.code == "mistyped_code":
            return [clean, None, None]
    try:
        return [clean, "", list(tokens._bytes(clean))]
    except Invalid:
        return [clean, "", None]


def test_every_text_is_read_alike(phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    token, code = issued.qr.rpartition("/P/")[2], issued.code
    devanagari = code.translate({0x30 + digit: 0x0966 + digit for digit in range(10)})
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "2")
    texts = [
        *(code, shown(code), code.lower(), f" {code[:4]}–{code[4:]}\u200b", devanagari, full_width, wrong, code[:-1]),
        *(code.replace("0", "O").replace("1", "l"), f"{code}{code}", "\\000026" + code, "ILOILOIL", "UUUUUUUU"),
        *(
            issued.qr,
            issued.qr.lower(),
            token,
            token[:-1],
            token + "A",
            token[:-1] + "7",
            "\\000026" + issued.qr + "\r\n",
        ),
        *(f"https://elsewhere.example/p/{token}", f"/p/x/P/{token}", token.replace("A", "1"), "=" * 130, "A" * 130),
        *(
            "",
            " ",
            "\0",
            "/P/",
            "हि" * 9,
            "upi://pay?pa=x",
            "\u202e" + code,
            "é" * 8,
            "\x1f" + code,
            "x" * 5000,
            "😀" * 70,
        ),
    ]
    phone.page.goto(gate.origin + "/staff/scan")
    found = phone.page.evaluate(READ, texts)
    assert dict(zip(texts, found, strict=True)) == {text: read_here(text) for text in texts}


def test_every_scan_is_judged_as_the_server_judges_it(phone: Phone, gate: Gate) -> None:
    side = gate.side_gate()
    crew = gate.kind("crew", policy="in_out")
    press = gate.kind("press", gates=[side])
    fresh, part, used, gone, gone_part = (gate.issue(4) for _ in range(5))
    revoked, replaced, later = gate.issue(), gate.issue(), gate.issue(in_days=3)
    crew_in, crew_out, elsewhere = gate.issue(3, kind=crew), gate.issue(3, kind=crew), gate.issue(kind=press)
    moved: dict[Issued, list[dict[str, Any]]] = {
        part: [{"count": 3}],
        used: [{}],
        gone: [{}, {"direction": "out"}],
        gone_part: [{}, {"direction": "out", "count": 1}],
        crew_in: [{"count": 2}],
        crew_out: [{}, {"direction": "out"}],
    }
    for issued, moves in moved.items():
        assert {gate.admit(issued, **move) for move in moves} <= {"admitted", "left"}
    gate.end(revoked, anew=False)
    gate.end(replaced, anew=True)
    phone.open(gate.scanner("Judging"))
    passes = (*moved, fresh, revoked, replaced, later, elsewhere)
    texts = [text for one in passes for text in (one.qr, one.code)]
    texts += [forged(fresh), "nothing", fresh.code[:-1] + ("0" if fresh.code[-1] != "0" else "2")]
    scans: list[dict[str, Any]] = [
        {"text": text, "direction": direction, "count": count, "gate": "main"}
        for text in texts
        for direction in ("in", "out")
        for count in (None, 1, 3, 200)
    ]
    there = phone.page.evaluate(JUDGE, scans)
    _agree(gate, scans, there, later)
    assert {one["result"] for one in there} >= {
        *("admitted", "left", "already_admitted", "too_many", "not_inside", "wrong_day", "wrong_gate"),
        *("revoked", "replaced", "forged", "unreadable"),
    }

    for policy in ("once", "in_out", "daily"):
        with gate.changed(policy=policy):
            _agree(gate, scans, phone.page.evaluate(JUDGE_BY, [gate.document(), scans, []]), later)


def _agree(gate: Gate, scans: list[dict[str, Any]], there: list[dict[str, Any]], later: Issued) -> None:
    """The scanner's answers are the server's; a code of another day it does not know."""
    for scan, mine in zip(scans, there, strict=True):
        server = gate.judge(**scan, simulate=True)
        expected = (server.result, server.admitted_now, server.remaining)
        if later.code == scan["text"]:
            expected = ("not_listed", 0, 0)
        assert (mine["result"], mine["admitted_now"], mine["remaining"]) == expected, scan


def test_what_a_scanner_did_itself_counts_by_the_hours_that_came_later(phone: Phone, gate: Gate) -> None:
    """Half past midnight was the second day; by the night hours that the list brings it is the first."""
    today = gate.today()
    two_days = [today, today + timedelta(days=1)]
    issued = gate.issue(2, kind=gate.kind("both", days=two_days))
    phone.open(gate.scanner("Night"))
    midnight = datetime.combine(two_days[1], time(), gate.zone())
    early, soon = midnight + timedelta(minutes=30), midnight + timedelta(minutes=45)
    moved = [{"direction": "in", "people": 2, "day": str(two_days[1]), "at": early.isoformat()}]
    scan = {"text": issued.qr, "id": issued.id, "direction": "in", "gate": "main", "now": soon.timestamp() * 1000}
    with gate.changed(opens=time(18), closes=time(2)):
        night = phone.page.evaluate(JUDGE_BY, [gate.document(), [scan], moved])
    assert [one["result"] for one in night] == ["already_admitted"]
    assert [one["result"] for one in phone.page.evaluate(JUDGE_BY, [gate.document(), [scan], []])] == ["admitted"]


def test_outside_the_hours_it_names_them_as_the_chat_does(phone: Phone, gate: Gate) -> None:
    online, offline = gate.issue(), gate.issue()
    opens, closes = (time(13), time(14)) if datetime.now(gate.zone()).hour < 12 else (time(2), time(3))
    told = render(REFUSAL_TEXTS["outside_hours"].filled(opens=opens, closes=closes), "en")
    with gate.changed(opens=opens, closes=closes):
        phone.open(gate.scanner("Hours"))
        assert phone.scan(online.qr) == "event_closed"
        expect(phone.page.locator("#result-details")).to_contain_text(told)
        phone.context.set_offline(True)
        assert phone.scan(offline.qr) == "event_closed"
        expect(phone.page.locator("#result-details")).to_contain_text(told)


def test_a_phone_whose_clock_is_days_off_judges_by_the_servers(phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    phone.context.add_init_script("const real = Date; Date = class extends real { " + AHEAD + " }")
    phone.open(gate.scanner("Clock"))
    phone.context.set_offline(True)
    assert phone.scan(issued.qr) == "admitted"
    phone.context.set_offline(False)
    until(lambda: gate.kept(issued), "the scan goes up")
    assert abs(gate.scanned_at(issued) - utc_now()) < timedelta(minutes=5)


def test_a_browser_that_knows_no_ed25519_verifies_all_the_same(phone: Phone, gate: Gate) -> None:
    issued = gate.issue()
    phone.open(gate.scanner("Old browser"))
    assert phone.page.evaluate(BY_NOBLE, [issued.qr, forged(issued)]) == [True, False]
