"""The core computes with what it is handed: no clock, no randomness, no floating point."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "broadbill"
PURE = [*sorted((SOURCE / "core").rglob("*.py")), *sorted(SOURCE.glob("*/domain/**/*.py"))]
FORBIDDEN_MODULES = {
    "time",
    "random",
    "secrets",
    "uuid",
    "os",
    "socket",
    "subprocess",
    "threading",
    "asyncio",
}
CLOCKS = {"now", "today", "utcnow"}


def faults(tree: ast.AST) -> Iterator[str]:
    """Everything in a module that would make its result depend on more than its arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: the float {node.value}"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield f"line {node.lineno}: float"
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield f"line {node.lineno}: reads the clock with {node.attr}()"
        elif isinstance(node, ast.Import):
            yield from (
                f"line {node.lineno}: {name.name}" for name in node.names if name.name in FORBIDDEN_MODULES
            )
        elif isinstance(node, ast.ImportFrom) and node.module in FORBIDDEN_MODULES:
            yield f"line {node.lineno}: {node.module}"


class TestFaults:
    @pytest.mark.parametrize(
        "code",
        [
            "rate = 0.5",
            "float('1')",
            "date.today()",
            "datetime.now()",
            "import random",
            "from time import time",
        ],
    )
    def test_are_seen(self, code):
        assert len(list(faults(ast.parse(code)))) == 1


class TestCoreAndDomain:
    @pytest.mark.parametrize("path", PURE, ids=lambda path: path.relative_to(SOURCE).as_posix())
    def test_have_no_clock_no_chance_and_no_float(self, path):
        assert list(faults(ast.parse(path.read_text(encoding="utf-8")))) == []


class TestCore:
    def test_imports_the_standard_library_alone(self):
        import sys

        allowed = sys.stdlib_module_names | {"broadbill"}
        foreign = {
            name
            for path in (SOURCE / "core").rglob("*.py")
            for name in imported_packages(ast.parse(path.read_text(encoding="utf-8")))
        } - allowed

        assert foreign == set()


def imported_packages(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
