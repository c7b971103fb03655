"""`python -m tests.house`: the shape of the code in figures. The limits that tests keep are in tests.test_house."""

import ast
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median

from tests.paths import ROOT

ROOMS = ("admin_cli", "bot", "flows", "webhooks")
BARE_NAMES = frozenset({"MOST", "LONGEST", "PATIENCE", "KEPT", "SAID"})
"""Constants that do not say what they bound, how long they wait or what they hold."""
NOUNS = frozenset({"understanding", "typesetting"})
"""Words in -ing that are names of things and not of acts."""


@cache
def modules(rooms: Sequence[str] = ROOMS) -> Mapping[str, ast.Module]:
    """Every module of the product, or of other folders, by its path, parsed."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *rooms], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = sorted(path for path in listed.stdout.split() if path.endswith(".py") and (ROOT / path).is_file())
    return {path: ast.parse((ROOT / path).read_text("utf-8")) for path in paths}


def folder_sizes() -> Mapping[str, int]:
    """Modules in each folder, `__init__` among them."""
    return Counter(str(Path(path).parent) for path in modules())


def bare_ing() -> Sequence[str]:
    """Modules whose whole name is one word in -ing."""
    stems = {path: Path(path).stem for path in modules()}
    return [path for path, stem in stems.items() if stem.endswith("ing") and "_" not in stem and stem not in NOUNS]


def bare_constants() -> Sequence[str]:
    """Where a constant of a module carries a name of BARE_NAMES."""
    return [f"{path}: {name}" for path, tree in modules().items() for name in _assigned(tree) if name in BARE_NAMES]


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


def fixtures() -> Mapping[str, Sequence[str]]:
    """What tests may ask for by name, with the modules that define it."""
    where = defaultdict[str, list[str]](list)
    for path, tree in modules(("tests",)).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(_is_fixture(one) for one in node.decorator_list):
                where[node.name].append(path)
    return where


def _is_fixture(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0] == "pytest.fixture"


def shared_class_names() -> Mapping[str, Sequence[str]]:
    """Names that classes of more than one module carry, with these modules."""
    where = defaultdict[str, list[str]](list)
    for path, tree in modules().items():
        for name in {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}:
            where[name].append(path)
    return {name: paths for name, paths in where.items() if len(paths) > 1}


def statements() -> int:
    """Statements of the syntax tree, without docstrings and imports: more folders mean more lines of imports."""
    return sum(
        isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom) and not _is_docstring(node)
        for tree in modules().values()
        for node in ast.walk(tree)
    )


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def function_lengths() -> Sequence[int]:
    """Lines of each function, its docstring not counted."""
    found = (node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return sorted(_lines(node) for node in found)


def _lines(node: ast.FunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def file_lengths() -> Sequence[int]:
    """Lines that are not empty, of each module."""
    return sorted(
        sum(bool(line.strip()) for line in (ROOT / path).read_text("utf-8").splitlines()) for path in modules()
    )


def report() -> str:
    """The figures, a line each."""
    sizes, functions, files = folder_sizes(), function_lengths(), file_lengths()
    largest, number = max(sizes.items(), key=lambda pair: pair[1])
    small = sum(size <= 12 for size in sizes.values())
    lines = {
        "modules": f"{len(modules())} in {len(sizes)} folders",
        "largest folder": f"{number} modules ({largest}); {small} folders of 12 or fewer",
        "modules named by a bare -ing": f"{len(bare_ing())} ({len(bare_ing()) / len(modules()):.1%})",
        "constants that do not say what they bound": str(len(bare_constants())),
        "class names in two modules, in more": f"{sum(len(at) == 2 for at in shared_class_names().values())}, "
        f"{sum(len(at) > 2 for at in shared_class_names().values())}",
        "statements, imports apart": f"{statements():,}",
        "lines of a function": f"median {median(functions):.0f}, 90 % at most {functions[len(functions) * 9 // 10]}",
        "lines of a file": f"median {median(files):.0f}, longest {files[-1]}",
    }
    return "\n".join(f"{name:45} {value}" for name, value in lines.items())


if __name__ == "__main__":
    print(report())
