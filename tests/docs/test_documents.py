"""The documents point at what exists and name every command."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from broadbill.cli.main import COMMANDS

TOP = Path(__file__).parents[2]
PAGES = [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "src").rglob("README.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_names_every_command() -> None:
    readme = (TOP / "README.md").read_text(encoding="utf-8")

    assert [command.name for command in COMMANDS if f"`{command.name}`" not in readme] == []


def test_every_module_has_a_readme() -> None:
    modules = [path.parent for path in (TOP / "src" / "broadbill").glob("*/__init__.py")]

    assert [module.name for module in modules if not (module / "README.md").exists()] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = Counter(path.name[:4] for path in (TOP / "docs" / "decisions").glob("[0-9]*.md"))

    assert [number for number, decisions in numbers.items() if decisions > 1] == []


def test_pictures_are_small() -> None:
    pictures = list((TOP / "docs" / "pictures").glob("*.png"))

    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 300_000] == []


def test_the_benchmarks_say_whether_make_bench_runs_them() -> None:
    runnable = {
        f"benchmarks.{path.stem}"
        for path in (TOP / "benchmarks").glob("*.py")
        if not path.stem.startswith("__") and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    page = (TOP / "docs" / "reference" / "benchmarks.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `python -m (benchmarks[.\w]*)` \|.*\| (yes|no)\b", page, re.MULTILINE))
    rule = (TOP / "Makefile").read_text(encoding="utf-8").partition("\nbench:")[2].partition("\n\n")[0]
    made = set(re.findall(r"python -m (benchmarks[.\w]*)", rule))

    assert {name for name, answer in told.items() if answer == "yes"} == made
    assert set(told) == {"benchmarks", *runnable}
