"""Imports go one way, in the order that ARCHITECTURE.md gives; late imports count, too."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

ORDER = [
    *("defaults", "errors", "progress", "safe_text", "files", "strict_json", "statements"),
    *("strict_model", "corpus", "models", "library", "results", "comparison", "export"),
    *("batch", "evaluate"),
    *(
        "review",
        "watch",
        "deletion",
        "translation",
        "facade",
        "collections",
        "serve",
        "ui",
        "cli",
        "__main__",
    ),
]
"""Packages and modules of `compare`; each imports only earlier ones."""

DOORS = {
    ("results.result", "comparison"),
    ("results.result", "export"),
    ("results.positions", "export"),
    ("comparison.positions", "export"),
}
"""A module, and a later package that methods of its classes import when they are called."""


def modules() -> dict[str, Path]:
    paths = sorted((ROOT / "compare").rglob("*.py"))
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in names.items()}


MODULES = modules()


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the modules of the program that a file imports, and whether it does so when loaded.

    Imports for type checks alone never run.
    """

    def walk(node: ast.AST, loaded: bool) -> Iterator[tuple[str, bool]]:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in MODULES else node.module), loaded
        if isinstance(node, ast.Import):
            yield from ((alias.name, loaded) for alias in node.names)
        is_later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, loaded and not is_later)

    for name, loaded in walk(ast.parse(path.read_text("utf-8")), True):
        if name in MODULES and name != "compare":
            yield name, loaded


IMPORTS = {name: list(imports(path)) for name, path in MODULES.items() if name != "compare"}


def part(module: str) -> str:
    return module.split(".")[1]


def is_door(module: str, imported: str) -> bool:
    return (module.removeprefix("compare."), part(imported)) in DOORS


@pytest.mark.parametrize("module", IMPORTS)
def test_a_module_imports_only_from_what_comes_before(module: str) -> None:
    for imported, loaded in IMPORTS[module]:
        if is_door(module, imported):
            assert not loaded, f"{module} imports {imported} before it is needed"
        else:
            assert ORDER.index(part(imported)) <= ORDER.index(part(module)), imported


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = defaultdict(set)
    for module, found in IMPORTS.items():
        graph[module] = {name for name, _ in found if not is_door(module, name)} - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_every_door_is_used() -> None:
    used = {
        (module.removeprefix("compare."), part(imported))
        for module, found in IMPORTS.items()
        for imported, _ in found
    }
    assert used >= DOORS


def test_the_order_is_the_one_that_the_architecture_gives() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("Imports go one way: ")[2]
    told_order = told.partition(". A package")[0]
    names = [name.strip().strip("`").removesuffix(".py") for name in told_order.split("←")]
    known = ORDER[ORDER.index("statements") : ORDER.index("cli") + 1]
    assert names == [name for name in known if name != "strict_model"]
