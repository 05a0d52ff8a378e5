"""The facts of an account's history: what happened, from when it holds, and when it became known.

A fact is stored as exactly the JSON of a scenario's event. `parse_event` reads one; the order of facts is
the order of their dates, then of their keys (the index in a scenario, the fact's number in a database).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from broadbill.core.rating.errors import refuse
from broadbill.core.rating.models import parse_model
from broadbill.core.rating.models.base import Model
from broadbill.core.rating.policy import read_anchor_day
from broadbill.core.rating.reading import Fields, as_choice, as_decimal, as_local_day, as_text, as_whole


@dataclass(frozen=True, slots=True)
class Event:
    """Any fact: `at` is the day it holds from, `recorded` the day it became known."""

    key: int
    at: date
    recorded: date
    ref: str | None


@dataclass(frozen=True, slots=True)
class Subscribe(Event):
    id: str
    plan: str
    quantity: Decimal
    term_months: int | None
    prices: tuple[tuple[str, Model], ...]


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
    model: Model


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
    if do not in READERS:
        refuse(fields.at("do"), f"{do} is not supported yet")
    event = READERS[do](fields, head)
    fields.done()
    return event


def _subscribe(fields: Fields, head: Head) -> Subscribe:
    if "pool" in fields:
        refuse(fields.at("pool"), "is not supported yet")
    return Subscribe(
        *head,
        fields.need("id", as_text),
        fields.need("plan", as_text),
        fields.take("quantity", as_quantity, Decimal(1)),
        fields.maybe("term_months", lambda r, p: as_whole(r, p, most=1200)),
        fields.take("price", read_prices, ()),
    )


def _change_plan(fields: Fields, head: Head) -> ChangePlan:
    return ChangePlan(
        *head,
        fields.need("id", as_text),
        fields.need("plan", as_text),
        fields.choice("when", WHEN) == "period_end",
    )


def _change_quantity(fields: Fields, head: Head) -> ChangeQuantity:
    return ChangeQuantity(*head, fields.need("id", as_text), fields.need("quantity", as_quantity))


def _change_price(fields: Fields, head: Head) -> ChangePrice:
    return ChangePrice(
        *head, fields.need("id", as_text), fields.need("charge", as_text), fields.need("model", parse_model)
    )


def _change_anchor(fields: Fields, head: Head) -> ChangeAnchor:
    return ChangeAnchor(*head, fields.need("id", as_text), fields.need("day", read_anchor_day))


def _suspend(fields: Fields, head: Head) -> Suspend:
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
    "void": _void,
}
KINDS: Final = (*READERS, "discount", "outage")


def as_quantity(raw: object, path: str) -> Decimal:
    quantity = as_decimal(raw, path)
    if quantity < 0:
        refuse(path, "must not be negative")
    return quantity


def as_positive(raw: object, path: str) -> Decimal:
    amount = as_decimal(raw, path)
    if amount <= 0:
        refuse(path, "must be greater than 0")
    return amount


def read_prices(raw: object, path: str) -> tuple[tuple[str, Model], ...]:
    if not isinstance(raw, Mapping):
        refuse(path, "must be an object of charge codes and models")
    return tuple((str(code), parse_model(model, f"{path}.{code}")) for code, model in raw.items())


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
