"""The table of incidents is true: every incident is in it, and every test it names exists."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent
ROW = re.compile(r"\| ([^|]*) \| [^|]* \| `(\w+\.py)`: `(\w+)` \| [^|]+ \|")
NUMBERS = re.compile(r"[RI]\d+")


def known() -> tuple[list[str], dict[str, list[str]]]:
    read = tomllib.loads((FOLDER / "incidents.toml").read_text(encoding="utf-8"))
    return read["held"], read["later"]


def parts() -> tuple[str, str]:
    """The table of tests, and that of what comes later."""
    tests, later = (FOLDER / "README.md").read_text(encoding="utf-8").split("## Later")
    return tests, later


def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_incident_that_is_held_has_a_row() -> None:
    held, _ = known()
    table = [number for row in ROW.findall(parts()[0]) for number in NUMBERS.findall(row[0])]

    assert sorted(set(table)) == sorted(held)


def test_every_row_names_a_test_that_exists() -> None:
    rows = ROW.findall(parts()[0])
    missing = [(file, test) for _, file, test in rows if test not in functions_of(FOLDER / file)]

    assert missing == []
    assert len(rows) == len([line for line in parts()[0].splitlines() if line.startswith("| ")]) - 1


def test_every_test_of_an_incident_has_a_row() -> None:
    named = {(file, test) for _, file, test in ROW.findall(parts()[0])}
    there = {
        (file.name, test)
        for file in FOLDER.glob("test_*.py")
        if file.name != Path(__file__).name
        for test in functions_of(file)
    }

    assert there == named


def test_what_comes_later_is_named_with_what_it_waits_for() -> None:
    held, later = known()
    told = {
        row.split("|")[1].strip(): NUMBERS.findall(row)
        for row in parts()[1].splitlines()
        if NUMBERS.search(row)
    }

    assert told == later
    everything = [*held, *(number for numbers in later.values() for number in numbers)]
    assert len(everything) == len(set(everything))


def test_no_incident_of_the_collection_is_left_out() -> None:
    """R is numbered 1, 2, 3, 5, 7 … 53, and 44; the threads I1 to I98, without 35, 42 and 46."""
    held, later = known()

    published = {f"R{n}" for n in (*range(1, 54, 2), 2, 44)}
    threads = {f"I{n}" for n in range(1, 99)} - {"I35", "I42", "I46"}
    assert {*held, *(number for numbers in later.values() for number in numbers)} == published | threads
