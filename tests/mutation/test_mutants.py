"""Mutants break one function in one place, for everyone who uses it, and the trial tells which tests notice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import FunctionType

import pytest

from broadbill.core.money import Currency, Rounding
from broadbill.core.rating import rounding
from broadbill.core.rating.cycles import monthly
from broadbill.core.rating.models.simple import Flat
from broadbill.core.rating.rounding import posted
from broadbill.core.rating.usage_record import UsageRecord, parse_usage
from mutation.mutants import Mutant, mutants_of
from mutation.report import score
from mutation.store import Store
from mutation.trial import Outcome
from tests.core.small_scenarios import record

CORE = Path("src/broadbill/core/rating")


def mutant(file: str, before: str, after: str) -> Mutant:
    change = f"- {before}\n+ {after}"
    return next(mutant for mutant in mutants_of(CORE / file) if mutant.change == change)


def mended(monkeypatch: pytest.MonkeyPatch, function: FunctionType) -> None:
    """After the test the function is whole again."""
    for part in ("__code__", "__defaults__", "__kwdefaults__"):
        monkeypatch.setattr(function, part, getattr(function, part))


class TestMutants:
    def test_differ_from_their_function_in_one_line(self):
        assert {one.change.count("\n") for one in mutants_of(CORE / "rounding.py")} == {1}

    def test_are_all_different(self):
        keys = [one.key for one in mutants_of(CORE / "rounding.py")]

        assert len(set(keys)) == len(keys)

    def test_know_the_lines_of_the_broken_statement(self):
        source = (CORE / "rounding.py").read_text().splitlines()
        broken = mutant("rounding.py", "sign = -1 if top < 0 else 1", "sign = -1 if top <= 0 else 1")

        assert [source[line - 1].strip() for line in broken.lines] == ["sign = -1 if top < 0 else 1"]

    def test_are_felt_by_who_imported_the_function_before(self, monkeypatch):
        mended(monkeypatch, rounding.rounded)

        mutant("rounding.py", "return sign * whole", "return sign / whole").apply()

        assert posted(Fraction(2), Currency("EUR", 2), Rounding.DOWN).minor == 1 / 200

    def test_break_methods_static_methods_properties_and_cached_functions_too(self):
        names = {
            one.name
            for file in ("policy.py", "cycles.py", "usage_record.py")
            for one in mutants_of(CORE / file)
        }

        assert {"Anchor.parse", "UsageRecord.amount", "Calendar.span", "monthly", "clamped"} <= names

    def test_of_a_property_are_felt(self, monkeypatch):
        mended(monkeypatch, vars(UsageRecord)["amount"].fget)
        before = "return Fraction(found) if found is not None else Fraction(0)"

        mutant("usage_record.py", before, before.replace("Fraction(0)", "Fraction(1)")).apply()

        assert parse_usage(0, record(quantity=None, value="5")).amount == 1

    def test_of_a_cached_function_are_felt_once_its_cache_is_empty(self, monkeypatch):
        mended(monkeypatch, monthly.__wrapped__)
        before = 'return Calendar(((date.min, Grid("month", 1, 0, day)),))'

        mutant("cycles.py", before, before.replace("1, 0", "2, 0")).apply()
        monthly.cache_clear()

        assert monthly(1).eras[0][1].step == 2
        monthly.cache_clear()

    def test_of_a_method_are_felt(self, monkeypatch):
        mended(monkeypatch, Flat.whole)
        before = "return Fraction(self.amount) * Fraction(quantity)"

        mutant("models/simple.py", before, before.replace("*", "/")).apply()

        assert Flat(Decimal(6)).whole(Decimal(2)) == 3


class TestStore:
    def test_remembers_the_last_outcome_of_each_mutant(self, tmp_path):
        one, other, untried = mutants_of(CORE / "rounding.py")[:3]
        store = Store(tmp_path / "results")
        store.keep(one, Outcome.SURVIVED)
        store.keep(other, Outcome.UNREACHED)
        store.keep(one, Outcome.KILLED)

        again = Store(tmp_path / "results")

        assert [again.outcome(found) for found in (one, other, untried)] == [
            Outcome.KILLED,
            Outcome.UNREACHED,
            None,
        ]

    def test_forgets_a_mutant_whose_function_has_changed(self, tmp_path):
        one = mutants_of(CORE / "rounding.py")[0]
        store = Store(tmp_path / "results")
        store.keep(one, Outcome.KILLED)

        assert store.outcome(replace(one, original=one.original + "\n    pass")) is None


def test_the_score_counts_what_was_tried():
    counts = {Outcome.KILLED: 9, Outcome.SURVIVED: 2, Outcome.UNREACHED: 1, None: 100}

    assert score(counts) == "75.0 %"  # 9 of 9 + 2 + 1
