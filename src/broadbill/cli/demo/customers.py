"""The invented customers of Lakeside Fibre. The same number of them is always the same people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from broadbill.cli.demo.calendar import Calendar, some_day
from broadbill.cli.demo.happenings import Customer, Habit, Payer, Service
from broadbill.cli.demo.people import (
    EXAMPLE_DOMAINS,
    LEGAL_FORMS,
    STREETS,
    TRADES,
    Address,
    Tongue,
    address_of,
    phone_of,
    plain,
    tax_id_of,
    tongue_of,
)

Choice = TypeVar("Choice")

FIRST_NUMBER = 10001
# A group of hotels is one parent account with one child for each house.
GROUP = ("Séisicht Hotels", "Hôtel du Lac", "Hôtel Beau-Rivage", "Pension Um Séi", "Auberge de la Digue")
GROUP_BEGINS = 4
# This customer's cheque comes back from the bank.
WRITES_BAD_CHEQUES = 2
ABROAD = (
    ("DE", "DE", Address("Simeonstraße 14", "54290", "Trier")),
    ("BE", "BE0", Address("Rue de Diekirch 31", "6700", "Arlon")),
    ("FR", "FR", Address("7, Rue de Luxembourg", "57100", "Thionville")),
)
HABITS = (
    (Habit.PROMPT, 62),
    (Habit.LATE, 16),
    (Habit.IN_PARTS, 7),
    (Habit.ROUNDS_UP, 5),
    (Habit.FORGETS, 10),
)
METHODS = (("transfer", 74), ("cash", 16), ("cheque", 10))
HOME_PLANS = (("fibre-100", 40), ("fibre-500", 40), ("fibre-1000", 20))
EXTRAS = ((), (), (), ("Wi-Fi router",), ("Wi-Fi router", "Mesh point"), ("Fixed IPv4 address",))


def customers(calendar: Calendar, count: int) -> Iterator[Customer]:
    """`count` customers in the order of their numbers; those of the group only when there is room for it."""
    taken: set[str] = set()
    for index in range(count):
        chance = Random(f"lakeside customer {index}")  # noqa: S311  # a story, not a secret
        in_group = index - GROUP_BEGINS if count >= 20 and 0 <= index - GROUP_BEGINS < len(GROUP) else None
        while True:
            customer = _customer(calendar, index, in_group, chance)
            if customer.name not in taken:
                break
        taken.add(customer.name)
        yield customer


def _customer(calendar: Calendar, index: int, in_group: int | None, chance: Random) -> Customer:
    is_business = in_group is not None or chance.random() < 0.22
    opened_on = _opened_on(calendar, chance, early=index < GROUP_BEGINS)
    if in_group is not None:
        opened_on = calendar.launch
    starts_on = opened_on + timedelta(days=chance.randint(2, 12))
    if opened_on < calendar.first_of(0):
        starts_on = min(starts_on, calendar.first_of(0))
    tongue = tongue_of(chance)
    given, family = chance.choice(tongue.given), chance.choice(tongue.family)
    address = address_of(chance)
    number = f"LF{FIRST_NUMBER + index}"
    payer = _payer(calendar, index, opened_on, chance)
    if is_business:
        return _business(
            number, index, in_group, (given, family), tongue, address, payer, opened_on, starts_on, chance
        )
    return Customer(
        number=number,
        name=f"{given} {family}",
        legal_name=f"{given} {family}",
        is_business=False,
        language=tongue.language,
        address=address,
        place="Home",
        email=f"{plain(given)}.{plain(family)}@{chance.choice(EXAMPLE_DOMAINS)}"
        if chance.random() < 0.88
        else "",
        phone=phone_of(chance),
        contact=f"{given} {family}",
        payer=payer,
        opened_on=opened_on,
        starts_on=starts_on,
        services=tuple(_home_services(chance)),
        term_months=chance.choice((None, 12, 12, 24, 24)),
        owed_before=_owed_before(calendar, opened_on, chance),
        notes="Prefers to be called after five." if chance.random() < 0.04 else "",
    )


def _business(
    number: str,
    index: int,
    in_group: int | None,
    person: tuple[str, str],
    tongue: Tongue,
    address: Address,
    payer: Payer,
    opened_on: date,
    starts_on: date,
    chance: Random,
) -> Customer:
    given, family = person
    pattern, trade = chance.choice(TRADES)
    name = GROUP[in_group] if in_group is not None else pattern.format(family=family)
    slug = "seisicht" if in_group is not None else f"{trade}-{plain(family)}"
    country, tax_id, reverse_charge = "LU", tax_id_of(chance), False
    if in_group is None and chance.random() < 0.06:
        country, prefix, address = chance.choice(ABROAD)
        tax_id, reverse_charge = f"{prefix}{chance.randrange(10**8, 10**9)}", True
    return Customer(
        number=number,
        name=name,
        legal_name=f"{name} {chance.choice(LEGAL_FORMS)}",
        is_business=True,
        language=tongue.language,
        address=address if in_group is None else Address(f"{index}, {STREETS[1]}", "L-9660", "Insenborn"),
        place="Shop" if in_group is None else "House",
        email=f"office{in_group or ''}@{slug}.example",
        phone=phone_of(chance),
        contact=f"{given} {family}",
        payer=payer,
        opened_on=opened_on,
        starts_on=starts_on,
        services=tuple(_business_services(chance)),
        term_months=chance.choice((12, 24, 36)),
        country=country,
        tax_id=tax_id,
        reverse_charge=reverse_charge,
        parent=f"LF{FIRST_NUMBER + GROUP_BEGINS}" if in_group else "",
        notes="The office pays for all four houses." if in_group == 0 else "",
    )


def _opened_on(calendar: Calendar, chance: Random, *, early: bool) -> date:
    if early or chance.random() < 0.45:
        return some_day(chance, calendar.launch, calendar.first_of(0))
    return some_day(chance, calendar.first_of(0), calendar.today - timedelta(days=2))


def _payer(calendar: Calendar, index: int, opened_on: date, chance: Random) -> Payer:
    """One in sixteen stops paying some day; about half of those come back."""
    if index == WRITES_BAD_CHEQUES:
        return Payer(
            habit=Habit.PROMPT, method="cheque", bad_cheque_in=calendar.first_of(max(0, calendar.months - 3))
        )
    habit = _weighted(chance, HABITS)
    method = _weighted(chance, METHODS)
    if chance.random() < 1 / 16:
        stops_on = some_day(chance, opened_on + timedelta(days=60), calendar.today + timedelta(days=60))
        returns_on = stops_on + timedelta(days=chance.randint(60, 95)) if chance.random() < 0.5 else None
        return Payer(habit=Habit.PROMPT, method=method, stops_on=stops_on, returns_on=returns_on)
    return Payer(habit=habit, method=method)


def _home_services(chance: Random) -> Iterator[Service]:
    plan = _weighted(chance, HOME_PLANS)
    agreed = {"access": {"type": "flat", "amount": "29.90"}} if chance.random() < 0.05 else {}
    yield Service(plan=plan, agreed=agreed, extras=chance.choice(EXTRAS))
    if chance.random() < 0.35:
        yield Service(plan="tv")
    if chance.random() < 0.3:
        yield Service(plan="phone")


def _business_services(chance: Random) -> Iterator[Service]:
    yield Service(
        plan="business-pro" if chance.random() < 0.3 else "business-fibre", extras=chance.choice(EXTRAS)
    )
    if chance.random() < 0.55:
        yield Service(plan="seats", quantity=chance.randint(2, 24))
    if chance.random() < 0.25:
        yield Service(plan="backup-link")
    if chance.random() < 0.4:
        yield Service(plan="domain")


def _owed_before(calendar: Calendar, opened_on: date, chance: Random) -> Decimal:
    """What some of the first customers brought along from the provider before; negative is in credit."""
    if opened_on >= calendar.first_of(0) or chance.random() > 0.06:
        return Decimal(0)
    return Decimal(chance.choice(("-12.50", "-34.90", "18.00", "69.80")))


def _weighted(chance: Random, choices: tuple[tuple[Choice, int], ...]) -> Choice:
    return chance.choices([choice for choice, _ in choices], weights=[weight for _, weight in choices])[0]
