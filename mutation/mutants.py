"""Mutants: copies of one function with one thing broken, as mutmut's operators break it.

mutmut makes the mutants but does not run them: its own run collects the tests again for every mutant, passes over
functions with decorators and has no answer to results that a cache still holds from the unbroken function.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace

# mutmut skips decorated functions. Ours are safe to break: only what is decorated is replaced.
DECORATOR = re.compile(r"^ +@(?:property|staticmethod)$|^ *@lru_cache\(.*\)$", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Mutant:
    """One function with one thing broken. `lines` are the lines of the broken statement."""

    path: Path
    name: str
    lines: range
    original: str
    broken: str

    @cached_property
    def key(self) -> str:
        """Stays the same as long as the function does."""
        parts = (self.path.as_posix(), self.name, self.original, self.broken)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]

    @property
    def change(self) -> str:
        """What was broken, as the lines before and after."""
        before, after = self.original.splitlines(), self.broken.splitlines()
        changed = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
        return "\n".join(f"{line[0]} {line[1:].strip()}" for line in changed if not line.startswith("@@"))

    def apply(self) -> None:
        """Break the function in this process. Whoever imported it already gets the broken one too."""
        module = sys.modules[".".join(self.path.with_suffix("").parts[1:]).removesuffix(".__init__")]
        names: dict[str, Any] = dict(vars(module))
        code = f"from __future__ import annotations\nif True:\n{_indented(self.broken)}"
        exec(compile(code, str(self.path), "exec"), names)  # noqa: S102  # our own function, broken
        broken: FunctionType = names[self.name.rpartition(".")[2]]
        function = _function(module, self.name)
        function.__code__ = broken.__code__
        function.__defaults__ = broken.__defaults__
        function.__kwdefaults__ = broken.__kwdefaults__


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of the functions and methods of a file; tables and declarations are left as they are."""
    source = DECORATOR.sub("", path.read_text(encoding="utf-8"))
    module, mutations, _, _ = create_mutations(str(path), source)
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    names = {function: name for name, function in _functions(module)}
    whole = {function: module.code_for_node(function) for function in names}
    statements = _statements(source)
    made: dict[str, Mutant] = {}
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if function not in names:
            continue
        place = positions.get(mutation.original_node) or positions[function]
        mutant = Mutant(
            path=path,
            name=names[function],
            lines=statements[place.start.line],
            original=whole[function],
            broken=_broken(module, function, mutation),
        )
        made[mutant.key] = mutant
    return list(made.values())


def _functions(module: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    for node in module.body:
        if isinstance(node, cst.FunctionDef):
            yield node.name.value, node
        elif isinstance(node, cst.ClassDef) and isinstance(node.body, cst.IndentedBlock):
            for method in node.body.body:
                if isinstance(method, cst.FunctionDef):
                    yield f"{node.name.value}.{method.name.value}", method


def _broken(module: cst.Module, function: cst.FunctionDef, mutation: Mutation) -> str:
    broken = deep_replace(function, mutation.original_node, mutation.mutated_node)
    assert isinstance(broken, cst.FunctionDef)
    return module.code_for_node(broken)


def _statements(source: str) -> dict[int, range]:
    """For each line the lines of its statement: a compound one's head alone, a function's head with its body."""
    found: dict[int, range] = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        body: Sequence[ast.stmt] = getattr(node, "body", ())
        head = body[0].lineno - 1 if body and not isinstance(node, ast.FunctionDef) else last
        lines = range(node.lineno, max(head, node.lineno) + 1)
        found.update(dict.fromkeys(lines, lines))
    return found


def _indented(code: str) -> str:
    """A method stands indented already; a function of the module does not."""
    code = code.lstrip("\n")
    return code if code.startswith(" ") else "".join(f" {line}" for line in code.splitlines(keepends=True))


def _function(module: Any, name: str) -> FunctionType:
    *classes, own = name.split(".")
    owner = module
    for step in classes:
        owner = getattr(owner, step)
    found = vars(owner)[own]
    for wrapper in ("fget", "__func__", "__wrapped__"):
        found = getattr(found, wrapper, found)
    assert isinstance(found, FunctionType), name
    return found
