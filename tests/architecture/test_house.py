"""The house: what import-linter cannot see, because it is written as a string or is no import at all."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "broadbill"


def floors() -> dict[str, int]:
    """The number of each module's floor, from the contract that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "house")
    return {
        name: len(layers) - number
        for number, layer in enumerate(layers)
        for name in re.findall(r"\w+", layer)
    }


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("broadbill.")]


class TestForeignKeys:
    @pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
    def test_point_into_the_own_module_or_downwards(self, model):
        floor = floors()
        own = model._meta.app_label
        upwards = [
            f"{field.name} -> {field.related_model._meta.label}"
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey | models.ManyToManyField)
            and (label := field.related_model._meta.app_label) != own
            and floor.get(label, 0) >= floor[own]
        ]

        assert upwards == []


class TestEveryModule:
    @pytest.mark.parametrize(
        "folder",
        [path for path in SOURCE.iterdir() if (path / "__init__.py").exists()],
        ids=lambda path: path.name,
    )
    def test_says_in_a_readme_what_it_owns(self, folder):
        assert (folder / "README.md").exists()

    def test_has_a_floor(self):
        modules = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}

        assert modules - floors().keys() == set()


class TestSources:
    def test_leave_nothing_to_be_done_later(self):
        marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
        found = [
            f"{name}:{number}"
            for name in tracked("*.py", "*.html", "*.css", "*.js", "*.toml", "*.md", "Makefile", "scripts/*")
            for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
            if marks.search(line)
        ]

        assert found == []

    def test_name_no_schema_of_the_database(self):
        named = re.compile(r"\bpublic\.\w|\"public\"|'public'")
        found = [
            name
            for name in tracked("src/*.py", "src/*.sql")
            if named.search((ROOT / name).read_text(encoding="utf-8"))
        ]

        assert found == []

    def test_stay_short_enough_to_have_one_subject(self):
        long = {
            name: lines
            for name in tracked("src/*.py")
            if "/migrations/" not in name and (lines := len((ROOT / name).read_text().splitlines())) > 400
        }

        assert long == {}


class TestLockFiles:
    @pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
    def test_hold_a_hash_for_every_package_and_no_address(self, name):
        content = (ROOT / name).read_text()
        packages = [line for line in content.splitlines() if re.match(r"[a-z0-9]", line)]

        assert "://" not in content
        assert "--index" not in content
        assert [line for line in packages if not line.endswith("\\")] == []


def tracked(*patterns: str) -> list[str]:
    """Files under version control; in an unpacked archive without it, files that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    return [
        path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.rglob(Path(pattern).name)
    ]
