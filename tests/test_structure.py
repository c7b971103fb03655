"""The shape of the whole: sizes, names, routes. What a review would say, said by a test."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.service import assemble
from bot.settings import Settings
from tests.paths import ROOT
from webhooks import create_app

ROOMS = ("bot", "flows", "webhooks", "admin_cli", "migrations")
LONGEST_FILE = 300
"""Lines that are not blank."""
VAGUE = re.compile(r"(^|_)(utils?|commons?|helpers?|misc|managers?|handlers?|stuff)($|_)")

ANYBODY, TWILIO, TEST = "anybody", "signed by Twilio", "the simulator; absent with a real account"
VOLUNTEER = "a session of somebody on the roster"
SEARCHER = "the same; the scanner is told that others are not signed in"
SIGNED_IN = "a session of somebody on the roster, or of an owner"
ADMIN = "a session of an admin, at the event of the address"
OWNER, SUPERVISOR = "a session of an owner", "a session of a supervisor or admin"
PROVED = "a visit in which the phone was proved by a code; without it asked for one"
SCANNER = "a scanner's token, or a session of somebody on the roster"
ROUTES = {
    ("GET", "/"): ANYBODY,
    ("GET", "/api/v1/events/<event>/offline"): SCANNER,
    ("GET", "/api/v1/events/<event>/stats"): SCANNER,
    ("GET", "/api/v1/openapi.json"): ANYBODY,
    ("POST", "/api/v1/checkins"): SCANNER,
    ("POST", "/api/v1/checkins/batch"): SCANNER,
    ("POST", "/api/v1/counts"): SCANNER,
    ("POST", "/api/v1/walkups"): SCANNER,
    ("GET", "/assets/<digest>/<path:name>"): ANYBODY,
    **{("GET", f"/look/{file}"): ANYBODY for file in ("<colour>.css", "<slug>/<digest>.<suffix>")},
    ("GET", "/favicon.ico"): ANYBODY,
    ("GET", "/healthz"): ANYBODY,
    ("GET", "/metrics"): ANYBODY,
    ("GET", "/readyz"): ANYBODY,
    ("GET", "/media/passes/<token>.png"): "whoever has the signed link",
    **{("GET", f"/{letter}/<token>"): ANYBODY for letter in "pP"},
    **{("POST", f"/{letter}/<token>"): VOLUNTEER for letter in "pP"},
    **{("GET", f"/pass/<token>{name}"): "whoever has the signed link" for name in ("", "/picture.png", "/visit.ics")},
    ("GET", "/passes"): ANYBODY,
    ("POST", "/passes"): ANYBODY,
    ("GET", "/passes/<int:pass_id>"): PROVED,
    ("GET", "/passes/<int:pass_id>/cancel"): PROVED,
    ("POST", "/passes/<int:pass_id>/cancel"): PROVED,
    ("GET", "/passes/<int:pass_id>/change"): PROVED,
    ("POST", "/passes/<int:pass_id>/change"): PROVED,
    ("GET", "/passes/<int:pass_id>/picture.png"): PROVED,
    ("GET", "/passes/<int:pass_id>/visit.ics"): PROVED,
    ("POST", "/passes/<int:pass_id>/whatsapp"): PROVED,
    ("GET", "/passes/code"): ANYBODY,
    ("POST", "/passes/code"): ANYBODY,
    ("GET", "/passes/data"): PROVED,
    ("GET", "/passes/data/delete"): PROVED,
    ("POST", "/passes/data/delete"): PROVED,
    ("GET", "/passes/data/file"): PROVED,
    ("GET", "/passes/deleted"): ANYBODY,
    ("POST", "/passes/leave"): ANYBODY,
    ("GET", "/register/<slug>"): ANYBODY,
    ("POST", "/register/<slug>"): ANYBODY,
    ("GET", "/register/<slug>/code"): ANYBODY,
    ("POST", "/register/<slug>/code"): ANYBODY,
    ("GET", "/register/<slug>/review"): PROVED,
    ("POST", "/register/<slug>/review"): PROVED,
    ("GET", "/staff/dashboard"): SUPERVISOR,
    ("GET", "/staff/dashboard/figures"): SUPERVISOR,
    ("GET", "/staff/desk"): VOLUNTEER,
    ("GET", "/staff/desk/slip"): VOLUNTEER,
    ("POST", "/staff/desk"): VOLUNTEER,
    ("POST", "/staff/desk/find"): VOLUNTEER,
    ("POST", "/staff/desk/printer"): VOLUNTEER,
    ("POST", "/staff/desk/reprint"): VOLUNTEER,
    ("GET", "/staff"): ANYBODY,
    ("GET", "/staff/"): ANYBODY,
    ("GET", "/staff/claim/<token>"): "whoever has the link: opening it spends nothing",
    ("POST", "/staff/claim/<token>"): "whoever has the link, once, while there is no owner",
    ("GET", "/staff/events"): SIGNED_IN,
    ("GET", "/staff/events/new"): OWNER,
    ("POST", "/staff/events/new"): OWNER,
    ("GET", "/staff/events/<slug>/copy"): OWNER,
    ("POST", "/staff/events/<slug>/copy"): OWNER,
    ("POST", "/staff/events"): SIGNED_IN,
    ("GET", "/staff/link/<token>"): "whoever has the link: opening it spends nothing",
    ("POST", "/staff/link/<token>"): "whoever has the link, once, within five minutes",
    ("GET", "/staff/login"): ANYBODY,
    ("POST", "/staff/login"): ANYBODY,
    ("POST", "/staff/logout"): ANYBODY,
    ("GET", "/staff/manage"): ADMIN,
    ("GET", "/staff/manage/<slug>"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/new"): ADMIN,
    ("POST", "/staff/manage/<slug>/broadcasts/new"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/draft/<token>"): ADMIN,
    ("POST", "/staff/manage/<slug>/broadcasts/draft/<token>"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/draft/<token>/change"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/draft/<token>/figures"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/<int:number>"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/<int:number>/figures"): ADMIN,
    ("POST", "/staff/manage/<slug>/broadcasts/<int:number>/pause"): ADMIN,
    ("POST", "/staff/manage/<slug>/broadcasts/<int:number>/resume"): ADMIN,
    ("GET", "/staff/manage/<slug>/broadcasts/<int:number>/cancel"): ADMIN,
    ("POST", "/staff/manage/<slug>/broadcasts/<int:number>/cancel"): ADMIN,
    ("GET", "/staff/manage/<slug>/days"): ADMIN,
    ("GET", "/staff/manage/<slug>/days/<day>"): ADMIN,
    ("POST", "/staff/manage/<slug>/days/<day>"): ADMIN,
    ("GET", "/staff/manage/<slug>/days/<day>/<what>"): ADMIN,
    ("POST", "/staff/manage/<slug>/days/<day>/<what>"): ADMIN,
    ("GET", "/staff/manage/<slug>/exports"): ADMIN,
    ("POST", "/staff/manage/<slug>/exports"): ADMIN,
    ("POST", "/staff/manage/<slug>/exports/<int:number>"): ADMIN,
    ("GET", "/staff/manage/<slug>/exports/<int:number>/file"): ADMIN,
    ("GET", "/staff/manage/<slug>/exports/list"): ADMIN,
    ("GET", "/staff/manage/<slug>/gates"): ADMIN,
    ("POST", "/staff/manage/<slug>/gates"): ADMIN,
    ("GET", "/staff/manage/<slug>/gates/<int:number>/<what>"): ADMIN,
    ("POST", "/staff/manage/<slug>/gates/<int:number>/<what>"): ADMIN,
    ("GET", "/staff/manage/<slug>/report"): ADMIN,
    ("POST", "/staff/manage/<slug>/report"): ADMIN,
    ("POST", "/staff/manage/<slug>/report/now"): ADMIN,
    ("GET", "/staff/manage/<slug>/kinds"): ADMIN,
    ("GET", "/staff/manage/<slug>/look/pass.png"): ADMIN,
    **{
        (method, f"/staff/manage/<slug>/{page}"): ADMIN
        for method in ("GET", "POST")
        for page in (
            *("kinds/new", "kinds/<int:kind_id>", "kinds/<int:number>/<what>", "questions/new"),
            *("questions/<name>/change", "questions/<name>/retire", "scanners", "scanners/<int:number>/<what>"),
            *("test", "poster", "look", "settings/<part>"),
        )
    },
    ("GET", "/staff/manage/<slug>/questions"): ADMIN,
    **{("POST", f"/staff/manage/<slug>/questions/{what}"): ADMIN for what in ("needs", "<name>/move")},
    ("POST", "/staff/manage/<slug>/setup/<line>"): ADMIN,
    ("GET", "/staff/manage/<slug>/switch/<what>"): ADMIN,
    ("POST", "/staff/manage/<slug>/switch/<what>"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/imports"): ADMIN,
    ("POST", "/staff/manage/<slug>/visitors/imports"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/imports/<int:number>"): ADMIN,
    ("POST", "/staff/manage/<slug>/visitors/imports/<int:number>"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/imports/<int:number>/passes.pdf"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/imports/<int:number>/progress"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/imports/<int:number>/send"): ADMIN,
    ("GET", "/staff/manage/<slug>/texts"): ADMIN,
    ("POST", "/staff/manage/<slug>/texts/<name>"): ADMIN,
    ("GET", "/staff/manage/<slug>/volunteers"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers"): ADMIN,
    ("GET", "/staff/manage/<slug>/volunteers/invitations"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/invitations"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/invitations/<words>/end"): ADMIN,
    ("GET", "/staff/manage/<slug>/volunteers/list"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/list"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/requests/<int:request_id>"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/<int:staff_id>"): ADMIN,
    ("GET", "/staff/manage/<slug>/volunteers/<int:staff_id>/change"): ADMIN,
    ("POST", "/staff/manage/<slug>/volunteers/<int:staff_id>/change"): ADMIN,
    ("GET", "/staff/manage/<slug>/alerts"): ADMIN,
    ("POST", "/staff/manage/<slug>/alerts"): ADMIN,
    ("GET", "/staff/manage/<slug>/audit"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors"): ADMIN,
    ("POST", "/staff/manage/<slug>/visitors"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/<int:pass_id>"): ADMIN,
    ("POST", "/staff/manage/<slug>/visitors/<int:pass_id>/resend"): ADMIN,
    ("GET", "/staff/manage/<slug>/visitors/<int:pass_id>/revoke"): ADMIN,
    ("POST", "/staff/manage/<slug>/visitors/<int:pass_id>/revoke"): ADMIN,
    ("GET", "/staff/owners"): OWNER,
    ("POST", "/staff/owners"): OWNER,
    ("GET", "/staff/owners/<int:owner_id>/remove"): OWNER,
    ("POST", "/staff/owners/<int:owner_id>/remove"): OWNER,
    ("GET", "/staff/scan"): "anybody: the page says nothing of anybody, and must open without a network",
    ("GET", "/staff/scan-worker.js"): ANYBODY,
    ("GET", "/staff/scan.webmanifest"): ANYBODY,
    ("GET", "/staff/scan/state"): "anybody: who has neither a token nor a session is told that, and no more",
    ("POST", "/staff/scan/find"): SEARCHER,
    ("POST", "/staff/scan/undo"): SCANNER,
    ("POST", "/webhooks/twilio/fallback"): TWILIO,
    ("POST", "/webhooks/twilio/message"): TWILIO,
    ("POST", "/webhooks/twilio/status"): TWILIO,
}
"""Every door that a real service has, and whom it lets in. A new one is added here with its guard."""


def _sources(suffix: str = ".py") -> list[Path]:
    return [file for room in ROOMS for file in sorted((ROOT / room).rglob(f"*{suffix}"))]


def _functions(file: Path) -> Iterator[int]:
    """The length in lines of each function of a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("suffix", [".py", ".lua", ".js", ".css", ".html"])
def test_no_file_is_two_things(suffix: str) -> None:
    files = _sources(suffix) + (sorted((ROOT / "tests").rglob("*.py")) if suffix == ".py" else [])
    lines = {str(file.relative_to(ROOT)): _lines(file) for file in files}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def _lines(file: Path) -> int:
    return sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def test_functions_are_short() -> None:
    lengths = sorted(length for file in _sources() for length in _functions(file))
    assert statistics.median(lengths) <= 9
    assert lengths[len(lengths) * 9 // 10] <= 30


COMMITS = {
    # The turn's row is claimed, its effects performed and its answer kept in one transaction.
    ("turn.py", "claim"): ["_persist"],
    ("turn.py", "perform_all"): ["_persist"],
    ("turn.py", "complete"): ["_persist"],
    # The new state and the answer are kept, and the message taken off its list, by one script.
    ("dialogue.py", "commit"): ["_commit"],
}
"""Which functions of bot/conversation call what commits."""


def test_turn_and_dialogue_each_commit_in_one_place() -> None:
    assert {(name, called): _callers(name, called) for name, called in COMMITS} == COMMITS
    own = [str(file) for file in _sources() if file.match("bot/conversation/*") and ".commit()" in file.read_text()]
    assert own == [], "a session's own commit"


def _callers(name: str, called: str) -> list[str]:
    """The functions of a file of bot/conversation that call a function or method of this name, once for each call."""
    tree = ast.parse((ROOT / "bot" / "conversation" / name).read_text(encoding="utf-8"))
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and called == getattr(call.func, "attr", getattr(call.func, "id", ""))
    ]


def test_no_module_is_named_vaguely() -> None:
    assert [str(file) for file in _sources() if VAGUE.search(file.stem)] == []


def test_every_exception_to_the_checks_says_why() -> None:
    bare = re.compile(r"#\s*(noqa|type: ignore|pragma: no cover)(:?\s*[A-Z0-9, ]+|\[[^]]*\])?\s*$")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in (*_sources(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "deploy").rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_migrations_are_one_line() -> None:
    """Two that follow the same one, written side by side, would stop every release."""
    files = sorted((ROOT / "migrations/versions").glob("[0-9]*.py"))
    found = [re.findall(r'^(?:down_)?revision = "?(\w+)"?$', file.read_text(), re.MULTILINE) for file in files]
    revisions, before = [pair[0] for pair in found], [pair[1] for pair in found]
    assert len(set(revisions)) == len(set(before)) == len(files)
    assert len(set(revisions) - set(before)) == 1


def test_every_route_is_listed_with_its_guard(sqlite_url: str, redis_url: str) -> None:
    settings = Settings(
        database_url=sqlite_url,
        redis_url=redis_url,
        secret_key="of nobody, 5 tests",
        public_url="https://pass.example.org",
        twilio_account_sid="AC1",
        twilio_auth_token="token",
        twilio_whatsapp_from=("whatsapp:+15550000000",),
    )
    service = assemble(settings)
    app = create_app(service)
    found = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    service.close()
    assert found == set(ROUTES)


def test_requirements_are_pinned_and_agree() -> None:
    run, dev = (_pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def _pins(file: Path) -> dict[str, str]:
    """Versions by package and marker. A line that pins nothing fails."""
    entries = file.read_text().replace("\\\n", "").splitlines()
    lines = [line.partition("--hash")[0] for line in entries if line and not line.lstrip().startswith("#")]
    assert [line for line in lines if "==" not in line] == []
    return {line.partition("==")[0]: line.partition("==")[2].split(";")[0].strip() for line in lines}


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"^([a-z-]+):[^#\n]*## ", text, re.MULTILINE))
    assert {"help", "run", "test", "sure", "play", "assets", "lock"} <= named
