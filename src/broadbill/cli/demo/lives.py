"""What happens to a customer after the sale: changes of mind, moves, troubles, farewells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from broadbill.cli.demo.calendar import Calendar, some_day
from broadbill.cli.demo.happenings import (
    AccountClosed,
    AccountOpened,
    ArrearsPaid,
    Cancelled,
    ChargeAdded,
    CreditGiven,
    Customer,
    Happening,
    Moved,
    PlanChanged,
    QuantityChanged,
    Resumed,
    ServiceAdded,
    Suspended,
)
from broadbill.cli.demo.people import address_of

UPGRADES = {"fibre-100": "fibre-500", "fibre-500": "fibre-1000", "business-fibre": "business-pro"}
DOWNGRADES = {"fibre-1000": "fibre-500", "fibre-500": "fibre-100", "business-pro": "business-fibre"}
TURNS = (("none", 50), ("upgrade", 18), ("downgrade", 9), ("pause", 8), ("leave", 15))
SUSPENDED_AFTER_DAYS = 50
GIVEN_UP_AFTER_DAYS = 100
SETTLING_IN_DAYS = 25
GOODWILL = (
    "Goodwill: late technician",
    "Goodwill: slow evenings in the old building",
    "Thank you for your patience",
)
CHARGES = (("Technician's visit", "65.00"), ("Router not returned", "79.00"), ("Moving the socket", "48.00"))


def life_of(customer: Customer, calendar: Calendar) -> Iterator[Happening]:
    """Everything that happens to a customer, also what would happen after today."""
    chance = Random(f"lakeside life {customer.number}")  # noqa: S311  # a story, not a secret
    yield AccountOpened(recorded_on=customer.opened_on, customer=customer)
    if customer.payer.stops_on is not None:
        yield from _troubles(customer)
        return
    settled_on = customer.starts_on + timedelta(days=SETTLING_IN_DAYS)
    if settled_on >= calendar.today:
        return
    turn = chance.choices([name for name, _ in TURNS], weights=[weight for _, weight in TURNS])[0]
    leaves_on = calendar.today
    if turn == "leave":
        leaves_on = some_day(chance, settled_on + timedelta(days=40), calendar.today)
        yield from _farewell(customer, leaves_on, chance)
    elif turn == "pause":
        yield from _pause(customer, some_day(chance, settled_on, calendar.today), chance)
    elif turn != "none":
        changes = UPGRADES if turn == "upgrade" else DOWNGRADES
        yield from _change_of_plan(customer, changes, some_day(chance, settled_on, calendar.today), chance)
    yield from _quantities(customer, settled_on, leaves_on, chance)
    yield from _odds_and_ends(customer, settled_on, leaves_on, chance)
    if turn != "leave":
        yield from _one_more_service(customer, settled_on, leaves_on, chance)


def _change_of_plan(
    customer: Customer, changes: dict[str, str], on: date, chance: Random
) -> Iterator[Happening]:
    """Two in five are written down days or weeks after they held."""
    plan = changes.get(customer.services[0].plan)
    if plan is not None:
        late = chance.randint(6, 40) if chance.random() < 0.4 else 0
        yield PlanChanged(
            recorded_on=on + timedelta(days=late), account=customer.number, service="S1", plan=plan, on=on
        )


def _pause(customer: Customer, on: date, chance: Random) -> Iterator[Happening]:
    back_on = on + timedelta(days=chance.randint(14, 45))
    yield Suspended(recorded_on=on, account=customer.number, service="S1", on=on)
    yield Resumed(recorded_on=back_on, account=customer.number, service="S1", on=back_on)


def _farewell(customer: Customer, on: date, chance: Random) -> Iterator[Happening]:
    """Half tell it in time, the others some weeks after they have moved out."""
    recorded_on = on + timedelta(days=chance.choice((-12, -5, 0, 9, 18, 27)))
    yield from _all_cancelled(customer, on, recorded_on)


def _troubles(customer: Customer) -> Iterator[Happening]:
    """No payment: suspended, then either all is paid and service resumes, or it ends."""
    stops_on, returns_on = customer.payer.stops_on, customer.payer.returns_on
    assert stops_on is not None
    suspended_on = max(stops_on, customer.starts_on) + timedelta(days=SUSPENDED_AFTER_DAYS)
    account, codes = customer.number, _codes(customer)
    for code in codes:
        yield Suspended(recorded_on=suspended_on, by="clerk", account=account, service=code, on=suspended_on)
    if returns_on is not None:
        back_on = max(returns_on, suspended_on + timedelta(days=1))
        yield ArrearsPaid(recorded_on=back_on, by="clerk", account=account, method=customer.payer.method)
        for code in codes:
            yield Resumed(recorded_on=back_on, by="clerk", account=account, service=code, on=back_on)
        return
    ends_on = suspended_on + timedelta(days=GIVEN_UP_AFTER_DAYS - SUSPENDED_AFTER_DAYS)
    yield from _all_cancelled(customer, ends_on, ends_on)


def _all_cancelled(customer: Customer, on: date, recorded_on: date) -> Iterator[Happening]:
    for code in _codes(customer):
        yield Cancelled(recorded_on=recorded_on, account=customer.number, service=code, on=on)
    closed_on = max(on, recorded_on)
    yield AccountClosed(recorded_on=closed_on, account=customer.number, on=closed_on)


def _quantities(customer: Customer, starts: date, ends: date, chance: Random) -> Iterator[Happening]:
    """A telephone system grows and shrinks with the business."""
    for code, service in zip(_codes(customer), customer.services, strict=True):
        quantity, day = service.quantity, starts
        while service.plan == "seats" and (day := day + timedelta(days=chance.randint(30, 150))) < ends:
            quantity = max(1, quantity + chance.choice((-2, -1, 1, 2, 3)))
            yield QuantityChanged(
                recorded_on=day, account=customer.number, service=code, quantity=quantity, on=day
            )


def _odds_and_ends(customer: Customer, starts: date, ends: date, chance: Random) -> Iterator[Happening]:
    tax = "business" if customer.is_business else "home"
    if chance.random() < 0.1:
        amount, name = Decimal(chance.choice(("5.00", "10.00", "15.00"))), chance.choice(GOODWILL)
        day = some_day(chance, starts, ends)
        yield CreditGiven(recorded_on=day, account=customer.number, amount=amount, name=name, tax=tax)
    if chance.random() < 0.08:
        name, price = chance.choice(CHARGES)
        day = some_day(chance, starts, ends)
        yield ChargeAdded(recorded_on=day, account=customer.number, amount=Decimal(price), name=name, tax=tax)
    if chance.random() < 0.04:
        yield Moved(
            recorded_on=some_day(chance, starts, ends), account=customer.number, address=address_of(chance)
        )


def _one_more_service(customer: Customer, starts: date, ends: date, chance: Random) -> Iterator[Happening]:
    wanted = [plan for plan in ("tv", "phone") if plan not in {service.plan for service in customer.services}]
    if not customer.is_business and ends - starts > timedelta(days=60) and wanted and chance.random() < 0.2:
        day = some_day(chance, starts, ends - timedelta(days=30))
        yield ServiceAdded(
            recorded_on=day, account=customer.number, plan=wanted[0], starts_on=day + timedelta(days=3)
        )


def _codes(customer: Customer) -> list[str]:
    """The codes of the services bought first: S1, S2 and so on."""
    return [f"S{number}" for number in range(1, len(customer.services) + 1)]
