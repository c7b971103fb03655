"""What documents and comments refer to is there: headings, files, settings, the version."""

import ast
import re
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from admin_cli.__main__ import NOUNS
from bot import __version__
from flows.shapes.scans import RESULTS
from tests.paths import ROOT
from tests.tracked import tracked

TEXTS = ("*.py", "*.js", "*.lua", "*.css", "*.html", "*.md", "*.toml", "Makefile", ".env.example", "bin/*")
"""Where people read of other documents."""
REFERENCE = re.compile(r"([\w./-]*\b[\w-]+\.md)(?:#([\w%-]+))?|\]\(#([\w%-]+)\)")
"""A document with or without one of its headings; in Markdown also a heading of the same document."""
ELSEWHERE = re.compile(
    r"\b(contract|field notes),? (and )?\(?(sections? )?\d|\(issue\b|\bissue:|\bissue #?\d|\bdesign\.md\b",
    re.IGNORECASE,
)
"""How texts refer to documents that are not in the repository."""


@cache
def headings(file: Path) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#{1,6} +(.+?)\s*$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


def references() -> Iterator[tuple[str, Path, str]]:
    """Where a text refers to a document, that document, and the heading, if it names one."""
    for file in tracked(*TEXTS):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for name, anchor, own in REFERENCE.findall(line):
                if "://" not in name and not name.startswith("//"):
                    yield f"{file.relative_to(ROOT)}:{number}", named_by(file, name), anchor or own


def named_by(file: Path, name: str) -> Path:
    """The document of this name: beside the one that names it, else from the root of the repository."""
    if not name:
        return file
    beside = file.parent / name
    return beside if file.suffix == ".md" and beside.exists() else ROOT / name


def test_every_reference_names_a_document_and_a_heading_of_it() -> None:
    broken = [
        f"{place}: {document.name}#{anchor}"
        for place, document, anchor in references()
        if not document.is_file() or (anchor and anchor not in headings(document))
    ]
    assert broken == []


def test_nothing_refers_to_a_document_that_is_not_here() -> None:
    own = Path(__file__)
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in tracked(*TEXTS)
        if file != own
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if ELSEWHERE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_elsewhere"),
    [
        ("(contract, section 6)", True),
        ("as the contract (section 5) says", True),
        ("Field notes, 1.3", True),
        ("pause for ten (issue): far more", True),
        ("docs/contract.md#http", False),
        ("no issue, no worries", False),
    ],
)
def test_a_reference_to_elsewhere_is_known(text: str, is_elsewhere: bool) -> None:
    assert bool(ELSEWHERE.search(text)) is is_elsewhere


def test_no_comment_begins_with_the_same() -> None:
    """It says what the caller gets, not what another sentence has said."""
    begins = re.compile(r'\s*("""|#|//|--|/\*)\s*The same\b')
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked("*.py", "*.js", "*.lua", "*.css")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if begins.match(line)
    ]
    assert found == []


DOTTED = re.compile(r"(?<![\w./-])((?:bot|flows|webhooks|admin_cli)(?:\.\w+)+)")
"""A module of the code, with or without something in it."""
NAMED_FILE = re.compile(r"(?<![\w./<-])((?:[\w-]+/)*[\w-]+\.(?:py|lua|js))\b")
"""A file of the code, with its path or by its name alone."""


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def comments(file: Path) -> list[tuple[int, str]]:
    """The comments and docstrings of a source, with their line numbers."""
    source = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return [(n, line) for n, line in enumerate(source.splitlines(), 1) if re.match(r"\s*(//|--|/?\*)", line)]
    found = [
        (node.lineno, node.value.value)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return [*found, *((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)]


def is_there(dotted: str) -> bool:
    """Whether there is this module, and what is named of it stands in it."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                source = file.read_text(encoding="utf-8")
                return all(re.search(rf"\b{name}\b", source) for name in parts[length:])
    return False


def test_comments_and_documents_name_modules_and_files_that_exist() -> None:
    files = tracked("*.py", "*.js", "*.lua")
    paths = {str(file.relative_to(ROOT)) for file in files}
    names = {file.name for file in files}
    said = [(file, *one) for file in files for one in comments(file)]
    said += [
        (file, 0, file.read_text(encoding="utf-8")) for file in tracked("README.md", "CONTRIBUTING.md", "docs/*.md")
    ]
    gone = [
        f"{file.relative_to(ROOT)}:{number}: {name}"
        for file, number, text in said
        for name in (
            *(dotted for dotted in DOTTED.findall(text) if not is_there(dotted)),
            *(path for path in NAMED_FILE.findall(text) if path not in (paths if "/" in path else names)),
        )
    ]
    assert gone == []


CONSTANT = re.compile(r"\b[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b")
RAISED = re.compile(r"\bRaises? ([A-Z]\w+)")
NOT_OURS = frozenset(("LC_MESSAGES",))
"""gettext's name of a folder."""


def test_comments_name_constants_and_exceptions_that_exist() -> None:
    files = tracked("*.py")
    known = {*NOT_OURS, *re.findall(r"[A-Z_\d]+", (ROOT / ".env.example").read_text(encoding="utf-8"))}
    for file in files:
        known.update(names(file))
    gone = [
        f"{file.relative_to(ROOT)}:{number}: {name}"
        for file in files
        if not file.is_relative_to(ROOT / "tests")
        for number, text in comments(file)
        for name in (*CONSTANT.findall(text), *RAISED.findall(text))
        if name not in known
    ]
    assert gone == []


def names(file: Path) -> Iterator[str]:
    """Every name that the code of a module uses or gives, and the texts that are one word, such as a setting's."""
    for node in ast.walk(parsed(file)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(name)) if name.isidentifier():
                yield name


def contract(heading: str) -> str:
    """A section of the contract."""
    text = (ROOT / "docs/contract.md").read_text(encoding="utf-8")
    _, _, section = text.partition(f"\n## {heading}\n")
    return section.partition("\n## ")[0]


def test_the_contract_names_all_nouns() -> None:
    (groups,) = re.findall(r"has the groups (.*?)\. Every", contract("The command line"), re.DOTALL)
    assert re.findall(r"`(\w+)`", groups) == sorted(NOUNS)


def test_the_contract_names_all_results_in_their_order() -> None:
    section = contract("Check-in results")
    assert set(
        re.findall(r"^\| `(\w+)` \| [^|]*\|$", section.partition("The first that holds")[2], re.MULTILINE)
    ) == set(RESULTS)
    (order,) = re.findall(r"The first that holds is the result: (.*?)\.", section, re.DOTALL)
    assert tuple(order.replace("\n", " ").split(", ")) == RESULTS[: len(order.split(","))]


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "bot.__version__"}


def test_the_newest_release_of_the_changelog_is_the_version() -> None:
    """What is not released yet stands above all numbers."""
    releases = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert releases[:1] in ([], [__version__])


def test_the_list_of_documents_has_every_page_once() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs/README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(file.name for file in (ROOT / "docs").glob("*.md") if file.name != "README.md")


MAX_PICTURES_BYTES, MAX_README_LINES = 400_000, 150


def test_readme_is_short_and_its_pictures_are_there_and_small() -> None:
    """`make pictures README=1` makes them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < MAX_README_LINES
    wanted = {ROOT / path for path in re.findall(r"docs/pictures/[\w-]+\.\w+", text)}
    assert {file.stem for file in wanted} == {"chat", "pass", "gate", "dashboard"}
    assert set((ROOT / "docs/pictures").iterdir()) == wanted
    assert sum(file.stat().st_size for file in wanted) < MAX_PICTURES_BYTES


def test_links_in_documents_lead_somewhere() -> None:
    broken = []
    for file in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
            if "://" not in target and not (file.parent / target).exists():
                broken.append(f"{file.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert [file.name for file in sorted((ROOT / "docs/adr").glob("0*.md")) if file.name not in index] == []


def test_paths_that_documents_name_exist() -> None:
    """A file that moves takes its mention along."""
    missing = []
    for file in tracked("README.md", "CONTRIBUTING.md", "docs/*.md"):
        for path in re.findall(
            r"`((?:bot|flows|webhooks|admin_cli|tests|migrations|docs)/[\w./-]*)`", file.read_text()
        ):
            if not (ROOT / path).exists():
                missing.append(f"{file.relative_to(ROOT)}: {path}")
    assert missing == []
