"""The sizes this code keeps to (CONTRIBUTING.md): short functions, modules that fit one look, each saying what it is."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [ROOT / "app.py", *sorted(path for top in ("chalicelib", "infra") for path in (ROOT / top).rglob("*.py"))]
LONGEST_FUNCTION, USUAL_FUNCTION, NINE_OF_TEN = 60, 10, 30
LONGEST_MODULE, LONGEST_ENTRANCE = 250, 7
DECLARATIONS = {"chalicelib/tables.py"}  # one model after the other, nothing to follow


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a module with its number of lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_are_short() -> None:
    sizes = [size for path in MODULES for _, size in functions(path)]
    assert [name for path in MODULES for name, size in functions(path) if size > LONGEST_FUNCTION] == []
    assert statistics.median(sizes) <= USUAL_FUNCTION
    assert statistics.quantiles(sizes, n=10)[-1] <= NINE_OF_TEN


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_one_look_and_says_what_it_is(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE or str(path.relative_to(ROOT)) in DECLARATIONS
    assert not source.strip() or ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_function_says_what_it_returns(path: Path) -> None:
    """Nested ones and the views of routes included."""
    found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [(node.name, node.lineno) for node in found if node.returns is None] == []


def test_the_application_is_only_entrances() -> None:
    """Every function of ``app.py`` hands over to a package in a few lines."""
    assert [name for name, size in functions(ROOT / "app.py") if size > LONGEST_ENTRANCE] == []
