"""No cent is made or lost: what was billed is the price over the time of service, however it came about.

Source: docs/algorithms/conservation.md. The integral here is a second reckoning, day by day, that shares no code with
the engine: calendar months, and what each day is worth.
"""

from __future__ import annotations

import os
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadbill.core.rating import simulate

COUNT = int(os.environ.get("PROPERTY_EXAMPLES", "100"))
EXAMPLES = settings(max_examples=COUNT, deadline=None, derandomize=True)

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 20)
ZONE = "Europe/Vienna"
DIGITS = {"JPY": 0, "EUR": 2, "KWD": 3}
PRICES = {"a": Decimal("29.99"), "b": Decimal(61), "c": Decimal("0.07"), "d": Decimal("100.005")}


class Day(NamedTuple):
    """What a subscription is on a day; `stretch` counts up where one price ends and another begins."""

    day: date
    plan: str
    quantity: int
    stretch: int


def service(actions: dict[date, tuple[str, Any]], start: date, end: date) -> list[Day]:
    """The days of service, pauses left out."""
    plan, quantity, active, stretch = "a", 1, True, 0
    days = []
    moment = start
    while moment < end:
        kind, value = actions.get(moment, ("", None))
        if kind == "change_plan" and value != plan:
            plan, stretch = value, stretch + 1
        elif kind == "change_quantity" and value != quantity:
            quantity, stretch = value, stretch + 1
        elif kind == "suspend" and active:
            active = False
        elif kind == "resume" and not active:
            active, stretch = True, stretch + 1
        if active:
            days.append(Day(moment, plan, quantity, stretch))
        moment += ONE_DAY
    return days


def worth(proration: str, day: date) -> tuple[int, int]:
    """A day's length and that of its month, in the measure of the policy."""
    month_days = monthrange(day.year, day.month)[1]
    match proration:
        case "day":
            return 1, month_days
        case "month30":
            last = day.day == month_days
            return (31 if last else min(day.day + 1, 30)) - min(day.day, 30), 30
        case _:
            first = day.replace(day=1)
            return midnights(day, day + ONE_DAY), midnights(first, first + timedelta(days=month_days))


def midnights(starts: date, ends: date) -> int:
    """Seconds between two local midnights."""
    a, b = (datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC) for d in (starts, ends))
    return int((b - a).total_seconds())


def integral(days: list[Day], proration: str) -> list[Fraction]:
    """The exact price over the time of each stretch within a month."""

    def place(day: Day) -> tuple[int, int]:
        return day.day.month, day.stretch

    found = []
    for _, group in groupby(days, key=place):
        exact = Fraction(0)
        for day in group:
            part, whole = worth(proration, day.day)
            exact += Fraction(PRICES[day.plan]) * day.quantity * part / whole
        found.append(exact)
    return found


def rounded(exact: Fraction, rounding: str) -> int:
    """To a whole number; amounts here are never negative."""
    whole, rest = divmod(exact.numerator, exact.denominator)
    twice = 2 * rest - exact.denominator
    if rounding == "down" or twice < 0 or (twice == 0 and rounding == "half_even" and whole % 2 == 0):
        return whole
    return whole + 1


def scenario(actions: dict[date, tuple[str, Any]], start: date, end: date, **parts: Any) -> dict[str, Any]:
    plans = {
        code: {
            "charges": [
                {
                    "code": "access",
                    "type": "recurring",
                    "period": "month",
                    "model": {"type": "per_unit", "unit_amount": str(price)},
                }
            ]
        }
        for code, price in PRICES.items()
    }
    keys = {"change_plan": "plan", "change_quantity": "quantity"}
    events = [{"do": "subscribe", "id": "s", "plan": "a", "at": start.isoformat()}]
    for day, (kind, value) in sorted(actions.items()):
        told = {"do": kind, "id": "s", "at": day.isoformat()}
        events.append({**told, keys[kind]: str(value)} if kind in keys else told)
    events.append({"do": "cancel", "id": "s", "at": end.isoformat()})
    return {"plans": plans, "events": events, "timezone": ZONE, **parts}


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[date, tuple[str, Any]], date, date, dict[str, int]]:
    """Changes by day, the first and last day of service, and how many days late each change is recorded."""
    start = FIRST + timedelta(days=draw(st.integers(0, 40)))
    end = start + timedelta(days=draw(st.integers(1, 120)))
    action = st.one_of(
        st.tuples(st.just("change_plan"), st.sampled_from(sorted(PRICES))),
        st.tuples(st.just("change_quantity"), st.integers(0, 4)),
        st.tuples(st.sampled_from(["suspend", "resume"]), st.none()),
    )
    offsets = st.integers(1, max((end - start).days - 1, 1))
    chosen = draw(st.dictionaries(offsets, action, max_size=7))
    actions = {start + timedelta(days=offset): what for offset, what in chosen.items()}
    actions = {day: what for day, what in actions.items() if day < end}
    late = {day.isoformat(): draw(st.integers(0, 60)) for day in [*actions, end]}
    return actions, start, end, late


@given(
    histories(),
    st.sampled_from(["day", "second", "month30"]),
    st.sampled_from(["half_up", "half_even", "down"]),
    st.sampled_from(sorted(DIGITS)),
    st.sampled_from(["inline", "credit_note"]),
    st.integers(1, 40),
)
@EXAMPLES
def test_what_is_billed_is_the_price_over_the_time_of_service(
    history: Any, proration: str, rounding: str, currency: str, corrections: str, every: int
) -> None:
    """A stretch is its exact integral, rounded once; the sum is within half a minor unit a stretch (one for `down`)."""
    actions, start, end, late = history
    told = scenario(
        actions,
        start,
        end,
        currency=currency,
        policy={"proration": proration, "rounding": rounding, "corrections": corrections},
        bill=[(FIRST + timedelta(days=n)).isoformat() for n in range(0, 400, every)],
    )
    for event in told["events"][1:]:
        recorded = date.fromisoformat(event["at"]) + timedelta(days=late[event["at"]])
        event["recorded"] = recorded.isoformat()
    told["bill"].append("2027-12-31")

    billed = sum(
        Decimal(line["amount"]) for document in simulate(told)["documents"] for line in document["lines"]
    )

    minor = 10 ** DIGITS[currency]
    exact = [amount * minor for amount in integral(service(actions, start, end), proration)]
    assert billed * minor == sum(rounded(amount, rounding) for amount in exact)
    beyond = Fraction(billed) * minor - sum(exact)
    if rounding == "down":
        assert -len(exact) <= beyond <= 0
    else:
        assert abs(beyond) <= Fraction(len(exact), 2)


@given(st.integers(1, 12), st.sampled_from(sorted(PRICES)), st.sampled_from(["day", "second", "month30"]))
@EXAMPLES
def test_whole_periods_cost_the_price_and_nothing_is_rounded_away(
    months: int, plan: str, proration: str
) -> None:
    """A year of any price is twelve times what one month posts."""
    end = date(2026 + months // 12, months % 12 + 1, 1)
    told = scenario({}, FIRST, end, currency="KWD", policy={"proration": proration}, bill=["2027-12-31"])
    told["events"][0]["plan"] = plan

    billed = sum(Decimal(document["total"]) for document in simulate(told)["documents"])

    assert billed == months * PRICES[plan]


class Part(NamedTuple):
    """A credit of a line: which, how much in cents, how many days after the invoice."""

    line: int
    cents: int
    days: int


@st.composite
def splits(draw: st.DrawFn) -> tuple[list[int], list[Part]]:
    """Lines in cents, and parts in any order that together are the lines."""
    cents = draw(st.lists(st.integers(1, 20_000), min_size=1, max_size=4))
    parts = []
    for line, whole in enumerate(cents):
        cuts = sorted(draw(st.sets(st.integers(1, whole), max_size=3)) | {0, whole})
        for a, b in pairwise(cuts):
            parts.append(Part(line, b - a, draw(st.integers(1, 20))))
    return cents, draw(st.permutations(parts))


def credited(
    cents: list[int], parts: list[Part], taxes: list[dict[str, Any]], **policy: str
) -> list[dict[str, Any]]:
    """The invoice of some lines, then a document for each day on which parts are credited."""
    money = lambda amount: f"{amount // 100}.{amount % 100:02d}"  # noqa: E731
    charge = {"code": "x", "type": "recurring", "period": "year"}
    plans = {
        f"p{i}": {"charges": [{**charge, "model": {"type": "flat", "amount": money(amount)}}]}
        for i, amount in enumerate(cents)
    }
    day = lambda n: (FIRST + timedelta(days=n)).isoformat()  # noqa: E731
    events: list[dict[str, Any]] = [
        {"do": "subscribe", "id": f"s{i}", "plan": f"p{i}", "at": day(0)} for i in range(len(cents))
    ]
    events += [
        {"do": "credit", "id": f"s{part.line}", "charge": "x", "period": day(0), "amount": money(part.cents),
         "at": day(part.days)}
        for part in parts
    ]  # fmt: skip
    found: list[dict[str, Any]] = simulate(
        {"currency": "EUR", "plans": plans, "events": events, "taxes": taxes, "policy": policy,
         "bill": [day(0), *(day(n) for n in range(1, 21))]}
    )["documents"]  # fmt: skip
    return found


def sums(documents: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Net, tax and total in cents."""
    net = sum(int(Decimal(document["subtotal"]) * 100) for document in documents)
    total = sum(int(Decimal(document["total"]) * 100) for document in documents)
    return net, total - net, total


RATES = st.sampled_from(["5", "7.7", "19", "20", "9.975", "25.5"])


def vat(rate: str, **keys: Any) -> list[dict[str, Any]]:
    return [{"name": "VAT", "category": "standard", "rate": rate, **keys}]


@given(splits(), RATES)
@EXAMPLES
def test_credits_split_any_way_give_back_the_prices_with_the_tax_inside(split: Any, rate: str) -> None:
    """To the cent: the part that completes a line gives back what the others left of its net and tax."""
    documents = credited(*split, vat(rate, inclusive=True))

    assert sums(documents) == (0, 0, 0)


@given(splits(), RATES, st.sampled_from(["document", "line"]))
@EXAMPLES
def test_credits_split_any_way_give_back_the_nets(split: Any, rate: str, rounding: str) -> None:
    """Nets to the cent. Taxes within half a cent for each time that one was rounded."""
    documents = credited(*split, vat(rate), tax_rounding=rounding)

    net, tax, _ = sums(documents)
    assert net == 0
    lines = sum(len(document["lines"]) for document in documents)
    assert abs(tax) <= (len(documents) if rounding == "document" else lines) / 2


@given(splits(), RATES)
@EXAMPLES
def test_whole_lines_credited_in_any_order_give_back_everything_where_tax_is_rounded_by_line(
    split: Any, rate: str
) -> None:
    cents, parts = split
    days = {part.line: part.days for part in parts}
    whole = [Part(line, cents[line], day) for line, day in days.items()]

    assert sums(credited(cents, whole, vat(rate), tax_rounding="line")) == (0, 0, 0)


@given(splits(), RATES, st.sampled_from(["document", "line"]), st.booleans())
@EXAMPLES
def test_an_invoice_credited_whole_at_once_is_given_back_to_the_cent(
    split: Any, rate: str, rounding: str, inclusive: bool
) -> None:
    cents, _ = split
    whole = [Part(line, amount, 5) for line, amount in enumerate(cents)]

    documents = credited(cents, whole, vat(rate, inclusive=inclusive), tax_rounding=rounding)

    assert sums(documents) == (0, 0, 0)
    assert [document["type"] for document in documents] == ["invoice", "credit_note"]


@pytest.mark.parametrize("inclusive", [True, False])
def test_corrections_one_after_another_end_where_one_would(inclusive: bool) -> None:
    """The price of a year is corrected again and again, at last to what it was: nets, prices and, where the tax is

    inside, taxes telescope, because each correction is owed less billed.
    """
    prices = ["99.99", "33.34", "66.67", "12.01", "99.99"]
    plan = {
        "code": "x",
        "type": "recurring",
        "period": "year",
        "model": {"type": "flat", "amount": prices[0]},
    }
    events: list[dict[str, Any]] = [{"do": "subscribe", "id": "s", "plan": "a", "at": "2026-01-01"}]
    events += [
        {"do": "change_price", "id": "s", "charge": "x", "model": {"type": "flat", "amount": price},
         "at": "2026-01-01", "recorded": f"2026-01-{2 + n:02d}"}
        for n, price in enumerate(prices[1:])
    ]  # fmt: skip
    bills = [f"2026-01-{1 + n:02d}" for n in range(len(prices))]

    documents = simulate(
        {"currency": "EUR", "plans": {"a": {"charges": [plan]}}, "events": events, "bill": bills,
         "taxes": vat("19", inclusive=inclusive)}
    )["documents"]  # fmt: skip

    assert len(documents) == len(prices)
    last = sums(documents)
    # 99.99 net; or 99.99 ÷ 1.19 = 84.0252… → 84.03.
    assert last[0] == (8403 if inclusive else 9999)
    if inclusive:
        assert last == sums(documents[:1])
    else:
        # 19 % of 99.99 = 18.9981 → 19.00, rounded five times in all.
        assert abs(last[1] - 1900) <= len(documents) / 2
