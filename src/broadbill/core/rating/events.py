"""The facts of an account's history: what happened, from when it holds, and when it became known.

A fact is stored as exactly the JSON of a scenario's event. `parse_event` reads one; the order of facts is
the order of their dates, then of their keys (the index in a scenario, the fact's number in a database).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.plans import Price
from broadbill.core.rating.policy import read_anchor_day
from broadbill.core.rating.pricing import parse_any
from broadbill.core.rating.reading import (
    Fields,
    as_choice,
    as_decimal,
    as_instant,
    as_list,
    as_local_day,
    as_not_negative,
    as_positive,
    as_text,
    as_whole,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Any fact: `at` is the day it holds from, `recorded` the day it became known."""

    key: int
    at: date
    recorded: date
    ref: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Sale:
    """What was sold. Compared by identity: subscriptions read as sold alike share one (`own_charges`)."""

    plan: str
    quantity: Decimal
    term_months: int | None
    prices: tuple[tuple[str, Price], ...]
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class Subscribe(Event):
    id: str
    sale: Sale

    @property
    def plan(self) -> str:
        return self.sale.plan


@dataclass(frozen=True, slots=True)
class ChangePlan(Event):
    id: str
    plan: str
    at_period_end: bool


@dataclass(frozen=True, slots=True)
class ChangeQuantity(Event):
    id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ChangePrice(Event):
    id: str
    charge: str
    model: Price


@dataclass(frozen=True, slots=True)
class ChangeAnchor(Event):
    id: str
    day: int | Literal["start"]


@dataclass(frozen=True, slots=True)
class Suspend(Event):
    id: str
    pauses: bool


@dataclass(frozen=True, slots=True)
class Resume(Event):
    id: str


@dataclass(frozen=True, slots=True)
class Cancel(Event):
    id: str
    at_period_end: bool


@dataclass(frozen=True, slots=True)
class Discount(Event):
    """Percent or amount off the lines of a subscription, or of the whole account while `id` is None."""

    id: str | None
    name: str
    percent: Decimal | None
    amount: Decimal | None
    charges: frozenset[str] | None
    periods: int | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Outage(Event):
    """Service was out from an instant to another: of a subscription, or of all while `id` is None."""

    id: str | None
    starts: datetime
    ends: datetime
    credit: OutageCredit


@dataclass(frozen=True, slots=True)
class OutageCredit:
    """What an outage gives back of each charge in `of`: so much a unit begun, or a step by its length."""

    of: tuple[str, ...]
    per: Literal["hour", "day"] | None
    multiple: Decimal
    min_minutes: Decimal
    max_units: int | None
    steps: tuple[tuple[Decimal, Decimal], ...]

    @staticmethod
    def parse(raw: object, path: str) -> OutageCredit:
        fields = Fields(raw, path)
        steps: tuple[tuple[Decimal, Decimal], ...] = ()
        per: Literal["hour", "day"] | None = None
        if "steps" in fields:
            steps = tuple(sorted(fields.items("steps", _outage_step)))
            if not steps:
                refuse(fields.at("steps"), "needs at least one step")
        else:
            per = (
                "hour"
                if fields.need("per", lambda r, p: as_choice(r, p, ("hour", "day"))) == "hour"
                else "day"
            )
        of = fields.need("of", as_list)
        credit = OutageCredit(
            of=tuple(as_text(code, f"{fields.at('of')}[{i}]") for i, code in enumerate(of)),
            per=per,
            multiple=fields.take("multiple", as_positive, Decimal(1)),
            min_minutes=fields.take("min_minutes", as_not_negative, Decimal(0)),
            max_units=fields.maybe("max_units", as_whole),
            steps=steps,
        )
        fields.done()
        return credit


def _outage_step(raw: object, path: str) -> tuple[Decimal, Decimal]:
    fields = Fields(raw, path)
    step = (fields.need("from_minutes", as_not_negative), fields.need("percent", as_percent))
    fields.done()
    return step


def as_percent(raw: object, path: str) -> Decimal:
    percent = as_positive(raw, path)
    if percent > 100:
        refuse(path, "must be at most 100")
    return percent


@dataclass(frozen=True, slots=True)
class Credit(Event):
    """A goodwill credit; with `id`, `charge` and `period` a correction of the line that holds that date."""

    amount: Decimal
    name: str
    tax: str | None
    id: str | None
    charge: str | None
    period: date | None


@dataclass(frozen=True, slots=True)
class ManualCharge(Event):
    amount: Decimal
    name: str
    tax: str


@dataclass(frozen=True, slots=True)
class Payment(Event):
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Void(Event):
    event: int | str


# The facts that change a subscription.
Changes = ChangePlan | ChangeQuantity | ChangePrice | ChangeAnchor | Suspend | Resume | Cancel
Head = tuple[int, date, date, str | None]


def parse_event(key: int, raw: object, *, timezone: str = "UTC", path: str | None = None) -> Event:
    """A fact read from its JSON.

    Args: `key` is unique among the account's facts; `timezone` decides the local date of instants.
    Raises: ScenarioError.
    """
    fields = Fields(raw, f"events[{key}]" if path is None else path)
    zone = ZoneInfo(timezone)
    at = fields.need("at", lambda r, p: as_local_day(r, p, zone))
    head = (
        key,
        at,
        fields.take("recorded", lambda r, p: as_local_day(r, p, zone), at),
        fields.maybe("ref", as_text),
    )
    do = fields.need("do", lambda r, p: as_choice(r, p, KINDS))
    event = READERS[do](fields, head)
    fields.done()
    return event


def _subscribe(fields: Fields, head: Head) -> Subscribe:
    name = fields.need("id", as_text)
    sale = Sale(
        fields.need("plan", as_text),
        fields.take("quantity", as_not_negative, Decimal(1)),
        fields.maybe("term_months", lambda r, p: as_whole(r, p, most=1200)),
        fields.take("price", read_prices, ()),
        fields.maybe("pool", as_text),
    )
    return Subscribe(*head, name, sale)


def _change_plan(fields: Fields, head: Head) -> ChangePlan:
    return ChangePlan(
        *head,
        fields.need("id", as_text),
        fields.need("plan", as_text),
        fields.choice("when", WHEN) == "period_end",
    )


def _change_quantity(fields: Fields, head: Head) -> ChangeQuantity:
    return ChangeQuantity(*head, fields.need("id", as_text), fields.need("quantity", as_not_negative))


def _change_price(fields: Fields, head: Head) -> ChangePrice:
    return ChangePrice(
        *head, fields.need("id", as_text), fields.need("charge", as_text), fields.need("model", parse_any)
    )


def _change_anchor(fields: Fields, head: Head) -> ChangeAnchor:
    return ChangeAnchor(*head, fields.need("id", as_text), fields.need("day", read_anchor_day))


def _suspend(fields: Fields, head: Head) -> Suspend:
    fields.maybe("reason", as_text)  # for people; nothing is rated by it
    return Suspend(
        *head, fields.need("id", as_text), fields.choice("billing", ("pause", "continue")) == "pause"
    )


def _resume(fields: Fields, head: Head) -> Resume:
    event = Resume(*head, fields.need("id", as_text))
    fields.choice("billing", ("pause", "continue"))
    return event


def _cancel(fields: Fields, head: Head) -> Cancel:
    return Cancel(*head, fields.need("id", as_text), fields.choice("when", WHEN) == "period_end")


def _credit(fields: Fields, head: Head) -> Credit:
    credit = Credit(
        *head,
        fields.need("amount", as_positive),
        fields.take("name", as_text, "Credit"),
        fields.maybe("tax", as_text),
        fields.maybe("id", as_text),
        fields.maybe("charge", as_text),
        fields.maybe("period", lambda r, p: as_local_day(r, p, ZoneInfo("UTC"))),
    )
    named = [credit.id, credit.charge, credit.period]
    if any(part is not None for part in named) and None in named:
        missing = ("id", "charge", "period")[named.index(None)]
        refuse(fields.at(missing), "is required to credit a line: id, charge and period go together")
    return credit


def _discount(fields: Fields, head: Head) -> Discount:
    discount = Discount(
        *head,
        fields.maybe("id", as_text),
        fields.take("name", as_text, "Discount"),
        fields.maybe("percent", as_percent),
        fields.maybe("amount", as_positive),
        frozenset(fields.items("charges", as_text)) if "charges" in fields else None,
        fields.maybe("periods", lambda r, p: as_whole(r, p, least=1)),
        fields.maybe("until", lambda r, p: as_local_day(r, p, ZoneInfo("UTC"))),
    )
    if (discount.percent is None) == (discount.amount is None):
        refuse(fields.at("percent"), "needs either percent or amount")
    return discount


def _outage(fields: Fields, head: Head) -> Outage:
    outage = Outage(
        *head,
        fields.maybe("id", as_text),
        fields.need("from", as_instant),
        fields.need("to", as_instant),
        fields.need("credit", OutageCredit.parse),
    )
    if outage.ends <= outage.starts:
        refuse(fields.at("to"), "must be after from")
    return outage


def _charge(fields: Fields, head: Head) -> ManualCharge:
    return ManualCharge(
        *head,
        fields.need("amount", as_decimal),
        fields.take("name", as_text, "Charge"),
        fields.take("tax", as_text, "standard"),
    )


def _payment(fields: Fields, head: Head) -> Payment:
    return Payment(*head, fields.need("amount", as_decimal))


def _void(fields: Fields, head: Head) -> Void:
    return Void(*head, fields.need("event", read_event_name))


WHEN: Final = ("now", "period_end")
READERS: Final[dict[str, Callable[[Fields, Head], Event]]] = {
    "subscribe": _subscribe,
    "change_plan": _change_plan,
    "change_quantity": _change_quantity,
    "change_price": _change_price,
    "change_anchor": _change_anchor,
    "suspend": _suspend,
    "resume": _resume,
    "cancel": _cancel,
    "credit": _credit,
    "charge": _charge,
    "payment": _payment,
    "discount": _discount,
    "outage": _outage,
    "void": _void,
}
KINDS: Final = tuple(READERS)


def read_prices(raw: object, path: str) -> tuple[tuple[str, Price], ...]:
    if not isinstance(raw, Mapping):
        refuse(path, "must be an object of charge codes and models")
    return tuple((str(code), parse_any(model, f"{path}.{code}")) for code, model in raw.items())


def read_event_name(raw: object, path: str) -> int | str:
    return as_text(raw, path) if isinstance(raw, str) else as_whole(raw, path)


def living(events: Iterable[Event]) -> tuple[Event, ...]:
    """The facts that stand: without the voided ones and the voids; a voided void no longer counts."""
    found = tuple(events)
    voids = [event for event in found if isinstance(event, Void)]
    if not voids:
        return found
    gone: set[int] = set()
    by_name: dict[int | str, int] = {event.key: event.key for event in found}
    by_name.update({event.ref: event.key for event in found if event.ref is not None})
    # A void names an earlier fact, so the latest void is judged first and cannot be voided itself any more.
    for void in sorted(voids, key=lambda event: event.key, reverse=True):
        if void.key not in gone and void.event in by_name:
            gone.add(by_name[void.event])
    return tuple(event for event in found if event.key not in gone and not isinstance(event, Void))
