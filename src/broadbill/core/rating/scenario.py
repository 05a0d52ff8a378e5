"""Reading a whole scenario, and what its parts must agree on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broadbill.core.money import CURRENCIES, Currency, Money
from broadbill.core.rating.account import AccountTerms, as_zone
from broadbill.core.rating.errors import refuse
from broadbill.core.rating.events import (
    ChangePlan,
    ChangePrice,
    Credit,
    Event,
    Payment,
    Subscribe,
    Void,
    parse_event,
)
from broadbill.core.rating.history import History
from broadbill.core.rating.reading import Fields, as_day, as_decimal, as_flag, as_list, as_text
from broadbill.core.rating.rulebook import Rulebook, read_rulebook
from broadbill.core.rating.usage_record import parse_usage


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario read and checked: the whole history, the dates of the bill runs, the opening credit."""

    history: History
    bill: tuple[date, ...]
    opening_credit: Money


def parse_scenario(raw: object) -> Scenario:
    """Raises: ScenarioError naming the path of the first thing the contract does not allow."""
    fields = Fields(raw, "")
    currency = fields.need("currency", read_currency)
    timezone = fields.take("timezone", as_zone, "UTC")
    rulebook = read_rulebook(fields)
    account, opening = fields.take(
        "account",
        lambda r, p: _account(r, p, currency, timezone),
        (AccountTerms(currency, timezone), currency.zero),
    )
    found: Sequence[object] = fields.take("events", as_list, ())
    events = tuple(parse_event(i, item, timezone=timezone) for i, item in enumerate(found))
    records: Sequence[object] = fields.take("usage", as_list, ())
    usage = tuple(parse_usage(i, item, timezone=timezone) for i, item in enumerate(records))
    bill = fields.need("bill", _bill)
    fields.done()
    check_events(events, rulebook, currency)
    return Scenario(History(rulebook, account, events, usage), bill, opening)


def read_currency(raw: object, path: str) -> Currency:
    if not isinstance(raw, str) or raw not in CURRENCIES:
        refuse(
            path,
            f"{raw!r} is not an ISO 4217 currency code"
            if isinstance(raw, str)
            else "must be a currency code",
        )
    return CURRENCIES[raw]


def _account(raw: object, path: str, currency: Currency, timezone: str) -> tuple[AccountTerms, Money]:
    fields = Fields(raw, path)
    terms = AccountTerms(
        currency,
        timezone,
        country=fields.maybe("country", as_text),
        region=fields.maybe("region", as_text),
        tax_id=fields.maybe("tax_id", as_text),
        exempt=frozenset(fields.items("exempt", as_text)),
        reverse_charge=fields.take("reverse_charge", as_flag, False),
    )
    opening = _exact(
        fields.take("credit_balance", as_decimal, Decimal(0)), fields.at("credit_balance"), currency
    )
    fields.done()
    return terms, opening


def _exact(amount: Decimal, path: str, currency: Currency) -> Money:
    try:
        return currency.exact(amount)
    except ValueError:
        refuse(path, f"has more decimals than {currency.code} has")


def _bill(raw: object, path: str) -> tuple[date, ...]:
    days = tuple(as_day(item, f"{path}[{i}]") for i, item in enumerate(as_list(raw, path)))
    for i, (before, after) in enumerate(itertools.pairwise(days)):
        if after < before:
            refuse(f"{path}[{i + 1}]", "must not be before the date in front of it")
    return days


def check_events(events: Sequence[Event], rulebook: Rulebook, currency: Currency) -> None:
    """What one event alone cannot know: that the plans, charges, subscriptions and events it names exist.

    Raises: ScenarioError.
    """
    names = {event.ref: event.key for event in events if event.ref is not None}
    voided = {
        names.get(event.event) if isinstance(event.event, str) else event.event
        for event in events
        if isinstance(event, Void)
    }
    starts: dict[str, date] = {}
    refs: set[str] = set()
    codes = {code for plan in rulebook.plans.values() for code in plan.charges}
    for event in events:
        if isinstance(event, Subscribe):
            if event.id in starts and event.key not in voided:
                earlier = [
                    e for e in events if isinstance(e, Subscribe) and e.id == event.id and e.key < event.key
                ]
                if any(e.key not in voided for e in earlier):
                    refuse(f"events[{event.key}].id", f"{event.id!r} is subscribed already")
            starts[event.id] = min(starts.get(event.id, event.at), event.at)
    for event in events:
        _check_event(event, f"events[{event.key}]", rulebook, currency, starts, codes)
        if event.ref is not None:
            if event.ref in refs:
                refuse(f"events[{event.key}].ref", "is used by an earlier event")
            refs.add(event.ref)
        if isinstance(event, Void):
            target = names.get(event.event) if isinstance(event.event, str) else event.event
            if target is None or target >= event.key:
                refuse(f"events[{event.key}].event", "must name an earlier event")


def _check_event(
    event: Event, path: str, rulebook: Rulebook, currency: Currency, starts: dict[str, date], codes: set[str]
) -> None:
    name = getattr(event, "id", None)
    if name is not None and name not in starts:
        refuse(f"{path}.id", f"there is no subscription {name!r}")
    if name is not None and not isinstance(event, Credit) and event.at < starts[name]:
        refuse(f"{path}.at", f"is before the start of {name!r}")
    match event:
        case Subscribe() | ChangePlan() if event.plan not in rulebook.plans:
            refuse(f"{path}.plan", f"there is no plan {event.plan!r}")
        case ChangePrice() | Credit() if event.charge is not None and event.charge not in codes:
            refuse(f"{path}.charge", f"there is no charge {event.charge!r}")
        case Subscribe():
            for code, _ in event.sale.prices:
                if code not in codes:
                    refuse(f"{path}.price.{code}", f"there is no charge {code!r}")
        case Payment():
            _exact(event.amount, f"{path}.amount", currency)
        case _:
            pass
