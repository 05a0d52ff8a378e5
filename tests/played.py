"""Playing a scenario of the contract through the operations and the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from broadbill.accounts.domain.new_account import NewAccount
from broadbill.accounts.operations.open_accounts import open_account
from broadbill.billing.models import Document, DocumentTax, Line
from broadbill.billing.operations.run import RunRequest, bill
from broadbill.catalog.models import Plan
from broadbill.catalog.operations.plans import define_plan
from broadbill.catalog.operations.policy import set_policy
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.models import Subscription
from broadbill.contracts.operations.facts import record_facts
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
from broadbill.contracts.operations.terms import rebuild_terms
from broadbill.core.money import Currency, Money
from broadbill.payments.operations.opening import OpeningBalance, open_balances
from broadbill.payments.operations.record import NewPayment, record_payment, reverse_payment
from broadbill.tax.operations.rates import set_rate
from broadbill.usage.domain.new_record import NewRecord
from broadbill.usage.operations.record import record_usage

ACTOR = "test:scenario"
LONG_AGO = date(2000, 1, 1)


@dataclass
class Played:
    """A scenario as it stands in the database: names there to ids here."""

    account_id: int
    currency: Currency
    subscriptions: dict[str, int] = field(default_factory=dict)
    # A fact's number, or a payment's receipt number, by the index of the scenario's event.
    facts: dict[int, int] = field(default_factory=dict)
    payments: dict[int, str] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)


def play(scenario: Mapping[str, Any]) -> Played:
    """Record everything on the day it became known, and bill on every bill date."""
    played = _prepare(scenario)
    known: set[int] = set()
    events = list(enumerate(scenario.get("events", [])))
    for index, event in events:
        if "ref" in event:
            played.refs[event["ref"]] = index
    used = list(enumerate(scenario.get("usage", [])))
    for day in scenario["bill"]:
        fresh = [(i, e) for i, e in events if i not in known and _recorded(e) <= day]
        for index, event in fresh:
            _record(played, index, event)
            known.add(index)
        used = _use(played, used, day, scenario.get("timezone", "UTC"))
        _bill(played, date.fromisoformat(day))
    return played


def documents_of(played: Played) -> list[dict[str, Any]]:
    """The account's documents in the shape of `simulate`'s, so that both can be compared."""
    names = {subscription: name for name, subscription in played.subscriptions.items()}
    numbers = {}
    told = []
    for place, document in enumerate(
        Document.objects.filter(account_id=played.account_id).order_by("id"), start=1
    ):
        numbers[document.number] = place
        money = lambda minor: str(Money(minor, played.currency))  # noqa: E731
        told.append(
            {
                "type": document.kind,
                "date": document.issued_on.isoformat(),
                "corrects": sorted(numbers[number] for number in document.corrects),
                "lines": sorted(_line(line, names, money) for line in Line.objects.filter(document=document)),
                "subtotal": money(document.subtotal),
                "taxes": [
                    (tax.name, tax.category, tax.rate, money(tax.base), money(tax.amount))
                    for tax in DocumentTax.objects.filter(document=document).order_by("position")
                ],
                "total": money(document.total),
                "due": money(document.due),
            }
        )
    return told


def simulated(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The documents `simulate` printed, in the same shape."""
    return [
        {
            "type": document["type"],
            "date": document["date"],
            "corrects": sorted(document["corrects"]),
            "lines": sorted(
                (
                    line["subscription"] or "", line["charge"] or "", line["kind"], line["description"],
                    line["from"] or "", line["to"] or "", line["amount"],
                )
                for line in document["lines"]
            ),
            "subtotal": document["subtotal"],
            "taxes": [
                (tax["name"], tax["category"], Decimal(tax["rate"]), tax["base"], tax["amount"])
                for tax in document["taxes"]
            ],
            "total": document["total"],
            "due": document["due"],
        }
        for document in result["documents"]
    ]  # fmt: skip


def _line(line: Line, names: Mapping[int, str], money: Any) -> tuple[str, ...]:
    return (
        names[line.subscription_id] if line.subscription_id else "", line.charge or "", line.kind,
        line.description, line.starts_on.isoformat() if line.starts_on else "",
        line.ends_on.isoformat() if line.ends_on else "", money(line.amount),
    )  # fmt: skip


def _prepare(scenario: Mapping[str, Any]) -> Played:
    now = _noon(LONG_AGO)
    currency = Currency.of(scenario["currency"])
    set_policy(content=dict(scenario.get("policy", {})), now=now, actor=ACTOR)
    for code, plan in scenario["plans"].items():
        define_plan(
            code=code,
            name=plan.get("name", code),
            currency=currency.code,
            charges=_plain(plan["charges"]),
            allowance_pool=plan.get("allowance_pool", ""),
            now=now,
            actor=ACTOR,
        )
    # A tax comes after those it is charged on, whatever its place on documents.
    for position, rule in sorted(
        enumerate(scenario.get("taxes", [])), key=lambda item: len(item[1].get("on", ()))
    ):
        _tax(position, rule, now)
    account = scenario.get("account", {})
    account_id = open_account(
        account=NewAccount(
            number="A1",
            name="Amina Haddad",
            opened_on=LONG_AGO,
            currency=currency.code,
            timezone=scenario.get("timezone", "UTC"),
            country=account.get("country", ""),
            region=account.get("region", ""),
            tax_id=account.get("tax_id", ""),
            tax_exempt=tuple(account.get("exempt", ())),
            reverse_charge=account.get("reverse_charge", False),
        ),
        now=now,
        actor=ACTOR,
    )
    if credit := Decimal(account.get("credit_balance", "0")):
        balance = OpeningBalance(account_id=account_id, amount=-currency.exact(credit), as_of=LONG_AGO)
        open_balances(balances=[balance], now=now, actor=ACTOR)
    return Played(account_id, currency)


def _tax(position: int, rule: Mapping[str, Any], now: datetime) -> None:
    set_rate(
        name=rule["name"],
        category=rule["category"],
        percent=Decimal(rule["rate"]),
        valid_from=_day(rule.get("from")),
        valid_to=_day(rule.get("to")),
        region=rule.get("region", ""),
        inclusive=rule.get("inclusive", False),
        on_taxes=rule.get("on", ()),
        fixed_per_line=Decimal(rule["fixed_per_line"]) if "fixed_per_line" in rule else None,
        tax_point=rule.get("tax_point", ""),
        position=position,
        now=now,
        actor=ACTOR,
    )


def _record(played: Played, index: int, event: Mapping[str, Any]) -> None:
    now = _noon(date.fromisoformat(_recorded(event)))
    match event["do"]:
        case "payment":
            amount = played.currency.exact(Decimal(event["amount"]))
            payment = NewPayment(account_id=played.account_id, amount=amount, method="cash",
                                 received_on=_day(event["at"]), idempotency_key=f"event-{index}")  # fmt: skip
            played.payments[index] = record_payment(payment=payment, now=now, actor=ACTOR).number
        case "void" if _target(played, event) in played.payments:
            reverse_payment(number=played.payments[_target(played, event)], reason="recorded in error",
                            reversed_on=_day(event["at"]), now=now, actor=ACTOR)  # fmt: skip
        case "subscribe" if event["id"] not in played.subscriptions:
            played.subscriptions[event["id"]] = _subscribe(played, event, now)
            played.facts[index] = (
                Subscription.objects.get(pk=played.subscriptions[event["id"]]).facts.latest("number").number
            )
        case _:
            played.facts[index] = _fact(played, event, now)


def _subscribe(played: Played, event: Mapping[str, Any], now: datetime) -> int:
    new = NewSubscription(
        account_id=played.account_id,
        plan=Plan.objects.get(code=event["plan"]),
        starts_on=_day(event["at"]),
        quantity=Decimal(event.get("quantity", "1")),
        prices=event.get("price", {}),
        term_months=event.get("term_months"),
        pool=event.get("pool"),
    )
    return subscribe(subscription=new, now=now, actor=ACTOR)


def _fact(played: Played, event: Mapping[str, Any], now: datetime) -> int:
    detail = {key: value for key, value in event.items() if key not in {"do", "at", "id", "recorded", "ref"}}
    if event["do"] == "void":
        detail["event"] = played.facts[_target(played, event)]
    fact = NewFact(
        account_id=played.account_id,
        kind=event["do"],
        effective_on=_day(event["at"]),
        subscription_id=played.subscriptions[event["id"]] if "id" in event else None,
        detail=detail,
    )
    [number] = record_facts(facts=[fact], now=now, actor=ACTOR)
    rebuild_terms(account_id=played.account_id, now=now)
    return number


def _use(played: Played, used: list[tuple[int, Any]], day: str, timezone: str) -> list[tuple[int, Any]]:
    """Record the usage that is known by the day, and return what is not."""
    later = []
    for place, record in used:
        at = datetime.fromisoformat(record["at"])
        recorded = str(record.get("recorded", at.astimezone(ZoneInfo(timezone)).date()))[:10]
        if recorded > day:
            later.append((place, record))
        elif record["subscription"] in played.subscriptions:  # what belongs to nobody cannot be stored
            now = _noon(date.fromisoformat(recorded))
            record_usage(records=[_used(played, record)], now=now, actor=ACTOR)
    return later


def _used(played: Played, record: Mapping[str, Any]) -> NewRecord:
    number = lambda key: Decimal(str(record[key])) if key in record else None  # noqa: E731
    return NewRecord(
        account_id=played.account_id,
        subscription_id=played.subscriptions[record["subscription"]],
        meter=record["meter"],
        at=datetime.fromisoformat(record["at"]),
        quantity=number("quantity"),
        duration_seconds=number("duration_seconds"),
        to=record.get("to"),
        inward=number("in"),
        outward=number("out"),
        value=number("value"),
        source_id=str(record["id"]) if "id" in record else None,
    )


def _target(played: Played, event: Mapping[str, Any]) -> int:
    named = event["event"]
    return played.refs[named] if isinstance(named, str) else named


def _bill(played: Played, through: date) -> None:
    bill(request=RunRequest(through=through, actor=ACTOR), now=_noon(through))


def _recorded(event: Mapping[str, Any]) -> str:
    return str(event.get("recorded", event["at"]))[:10]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _day(text: str | None) -> Any:
    return date.fromisoformat(text[:10]) if text else None


def _plain(charges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Without decimals that JSON columns would turn into floats."""
    return json.loads(json.dumps(charges, default=str))
