"""A dunning policy: what is done how many days after a debt fell due, and when it may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NoReturn

import holidays

from broadbill.core.errors import DomainError


class Act(StrEnum):
    """What a step does. RESTRICT leaves the walled garden open alone; AGENCY and WRITE_OFF are for a person to do."""

    REMINDER = "reminder"
    NOTICE = "notice"
    LATE_FEE = "late_fee"
    INTEREST = "interest"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    TERMINATE = "terminate"
    AGENCY = "agency"
    WRITE_OFF = "write_off"


LETTERS: Final = frozenset({Act.REMINDER, Act.NOTICE})
# What a customer feels at once: done on days on which somebody answers the telephone the next day too.
HARD: Final = frozenset({Act.RESTRICT, Act.SUSPEND, Act.TERMINATE})
# Ten years: a day beyond is a typing mistake.
MOST_DAYS: Final = 3650
USUAL: Final[Mapping[str, Any]] = {
    "minimum": "5.00",
    "steps": [
        {"day": 3, "do": "reminder"},
        {"day": 10, "do": "notice"},
        {"day": 21, "do": "suspend"},
        {"day": 60, "do": "agency"},
    ],
}


@dataclass(kw_only=True, eq=False)
class PolicyRefused(DomainError):
    """A dunning policy that cannot be followed."""

    code = "collections.policy_refused"
    message = "The dunning policy is refused: {where} {reason}."
    where: str
    reason: str


@dataclass(kw_only=True, eq=False)
class PolicyUnknown(DomainError):
    """A dunning policy that nobody set."""

    code = "collections.policy_unknown"
    message = "There is no dunning policy {policy}. Set it first."
    policy: str


@dataclass(frozen=True, slots=True)
class Step:
    """`day` days after the oldest debt fell due. `amount` is a fee in the account's currency, `percent` a year's.

    Interest may go by a `reference` rate and `points` above it instead of a `percent`; `recovery` is the compensation
    for each debt that bears interest for the first time, in the account's currency.
    """

    day: int
    act: Act
    amount: Decimal | None = None
    percent: Decimal | None = None
    reference: str = ""
    points: Decimal | None = None
    recovery: Decimal | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Nothing is done for less than `minimum`, in the account's currency. Weekdays count from Monday, 0."""

    steps: tuple[Step, ...]
    minimum: Decimal
    letters_on: frozenset[int] = frozenset(range(6))
    hard_on: frozenset[int] = frozenset(range(4))
    country: str = ""
    region: str = ""
    reconnection_fee: Decimal | None = None

    def works(self, act: Act, on: date) -> bool:
        """Whether such a step may be done on a day: not on holidays, nor on weekdays that are kept free of it."""
        if self.country and on in _holidays(self.country, self.region or None, on.year):
            return False
        if act in HARD:
            return on.weekday() in self.hard_on
        return act not in LETTERS or on.weekday() in self.letters_on


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a debt's dunning has come: steps done, and the day of the last of them."""

    done: int = 0
    last_on: date | None = None


def step_due(policy: Policy, *, since: date, progress: Progress, on: date) -> Step | None:
    """The next step when its day has come and it may be done today.

    Steps follow in order, and the time between two of them is never shortened: a customer whose reminder went late,
    because nobody ran collections for a week, has their service a week longer.
    """
    day = next_step_on(policy, since=since, progress=progress)
    if day is None or on < day:
        return None
    step = policy.steps[progress.done]
    return step if policy.works(step.act, on) else None


def next_step_on(policy: Policy, *, since: date, progress: Progress) -> date | None:
    """The first day on which the next step may come; None when there is none left."""
    if progress.done >= len(policy.steps):
        return None
    step = policy.steps[progress.done]
    day = since + timedelta(days=step.day)
    if progress.done and progress.last_on is not None:
        gap = step.day - policy.steps[progress.done - 1].day
        day = max(day, progress.last_on + timedelta(days=gap))
    return day


def parse_policy(raw: object) -> Policy:
    """A policy from its JSON (docs/guides/collections.md), whatever that is. Raises: PolicyRefused."""
    if not isinstance(raw, Mapping):
        _refuse("it", "must be an object with steps")
    known = {"minimum", "steps", "letters_on", "hard_on", "country", "region", "reconnection_fee"}
    if unknown := sorted(set(raw) - known):
        _refuse(unknown[0], "is not known")
    asked = raw.get("steps")
    if not isinstance(asked, Sequence) or isinstance(asked, str) or not asked:
        _refuse("steps", "are missing: give a list of them")
    steps = tuple(_step(place, step) for place, step in enumerate(asked))
    for place in range(1, len(steps)):
        if steps[place].day < steps[place - 1].day:
            _refuse(f"steps[{place}].day", "comes before the step before it")
    country, region = str(raw.get("country", "")), str(raw.get("region", ""))
    if country:
        try:
            _holidays(country, region or None, 2026)
        except NotImplementedError:
            _refuse("country", f"{country} {region}".strip() + " has no known holidays")
    return Policy(
        steps=steps,
        minimum=_amount("minimum", raw.get("minimum", "0")),
        letters_on=_weekdays("letters_on", raw.get("letters_on", [0, 1, 2, 3, 4, 5])),
        hard_on=_weekdays("hard_on", raw.get("hard_on", [0, 1, 2, 3])),
        country=country,
        region=region,
        reconnection_fee=_amount("reconnection_fee", raw["reconnection_fee"])
        if "reconnection_fee" in raw
        else None,
    )


def _step(place: int, raw: object) -> Step:
    where = f"steps[{place}]"
    if not isinstance(raw, Mapping):
        _refuse(where, "must be an object with day and do")
    if unknown := sorted(
        set(raw) - {"day", "do", "amount", "percent", "reference", "points", "recovery", "name"}
    ):
        _refuse(f"{where}.{unknown[0]}", "is not known")
    day, do = raw.get("day"), raw.get("do")
    if not isinstance(day, int) or isinstance(day, bool) or not 1 <= day <= MOST_DAYS:
        _refuse(f"{where}.day", f"must be a number of days from 1 to {MOST_DAYS}")
    if not isinstance(do, str) or do not in set(Act):
        _refuse(f"{where}.do", f"must be one of {', '.join(Act)}")
    act = Act(do)
    step = Step(
        day=day,
        act=act,
        amount=_amount(f"{where}.amount", raw["amount"]) if "amount" in raw else None,
        percent=_amount(f"{where}.percent", raw["percent"]) if "percent" in raw else None,
        reference=str(raw.get("reference", "")),
        points=_amount(f"{where}.points", raw["points"]) if "points" in raw else None,
        recovery=_amount(f"{where}.recovery", raw["recovery"]) if "recovery" in raw else None,
        name=str(raw.get("name", "")),
    )
    if (act is Act.LATE_FEE) != (step.amount is not None):
        _refuse(f"{where}.amount", "belongs to a late fee, and only there")
    if (act is Act.INTEREST) != (step.percent is not None or step.reference != ""):
        _refuse(f"{where}.percent", "belongs to interest, and only there, or a reference rate in its place")
    if step.percent is not None and step.reference:
        _refuse(f"{where}.reference", "stands in the place of a percent: give one of them")
    if step.points is not None and not step.reference:
        _refuse(f"{where}.points", "are added to a reference rate, which is missing")
    if step.recovery is not None and act is not Act.INTEREST:
        _refuse(f"{where}.recovery", "belongs to interest, and only there")
    return step


def _amount(where: str, raw: object) -> Decimal:
    try:
        amount = Decimal(str(raw))
    except InvalidOperation:
        _refuse(where, "must be a decimal such as 5.00")
    if not amount.is_finite() or amount < 0:
        _refuse(where, "must not be negative")
    return amount


def _weekdays(where: str, raw: object) -> frozenset[int]:
    if not isinstance(raw, list) or not raw or not all(type(day) is int and day in range(7) for day in raw):
        _refuse(where, "must be weekdays from 0, Monday, to 6")
    return frozenset(raw)


def _refuse(where: str, reason: str) -> NoReturn:
    raise PolicyRefused(where=where, reason=reason)


@lru_cache(maxsize=64)
def _holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    """Raises: NotImplementedError for a country or region that the library does not know."""
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))
