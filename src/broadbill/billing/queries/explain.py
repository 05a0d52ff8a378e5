"""A document with the arithmetic of each line and the facts it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from broadbill.billing.domain.errors import DocumentUnknown
from broadbill.billing.models import Document, DocumentTax, Line
from broadbill.contracts.models import Fact
from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.core.rating import render_because


@dataclass(frozen=True, slots=True)
class FactRead:
    """A fact of the account's history, as it is told to a person."""

    number: int
    kind: str
    effective_on: date
    recorded_on: date
    recorded_by: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    position: int
    subscription: str | None
    charge: str | None
    kind: str
    description: str
    starts_on: date | None
    ends_on: date | None
    quantity: Decimal | None
    unit_amount: Decimal | None
    amount: Money
    tax_category: str | None
    because: tuple[str, ...]
    facts: tuple[FactRead, ...]

    @property
    def period(self) -> Period | None:
        """The days the line is for, where it is for some."""
        return Period(self.starts_on, self.ends_on) if self.starts_on and self.ends_on else None


@dataclass(frozen=True, slots=True)
class ExplainedTax:
    name: str
    category: str
    rate: Decimal
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class ExplainedDocument:
    id: int
    number: str
    kind: str
    account: str
    account_name: str
    issued_on: date
    due_on: date
    run: int
    rulebook: int
    subtotal: Money
    tax: Money
    total: Money
    due: Money
    balance_before: Money
    corrects: tuple[str, ...]
    lines: tuple[ExplainedLine, ...]
    taxes: tuple[ExplainedTax, ...]


def explain_document(number: str, *, translate: Callable[[str], str] = str) -> ExplainedDocument:
    """Everything that makes a document what it is, from what was stored when it was issued. Four queries.

    Raises: DocumentUnknown.
    """
    document = Document.objects.select_related("account", "run").filter(number=number).first()
    if document is None:
        raise DocumentUnknown(number=number)
    currency = Currency.of(document.currency)
    facts = list(
        Fact.objects.filter(account_id=document.account_id, number__lte=document.facts_seen).order_by(
            "number"
        )
    )
    lines = Line.objects.filter(document=document).select_related("subscription").order_by("position")
    taxes = DocumentTax.objects.filter(document=document).order_by("position")
    return ExplainedDocument(
        id=document.id,
        number=document.number,
        kind=document.kind,
        account=document.account.number,
        account_name=document.account.name,
        issued_on=document.issued_on,
        due_on=document.due_on,
        run=document.run_id,
        rulebook=document.run.rulebook_id,
        subtotal=Money(document.subtotal, currency),
        tax=Money(document.tax, currency),
        total=Money(document.total, currency),
        due=Money(document.due, currency),
        balance_before=Money(document.balance_before, currency),
        corrects=tuple(document.corrects),
        lines=tuple(_line(line, facts, currency, translate) for line in lines),
        taxes=tuple(
            ExplainedTax(
                tax.name, tax.category, tax.rate, Money(tax.base, currency), Money(tax.amount, currency)
            )
            for tax in taxes
        ),
    )


def _line(
    line: Line, facts: list[Fact], currency: Currency, translate: Callable[[str], str]
) -> ExplainedLine:
    return ExplainedLine(
        position=line.position,
        subscription=line.subscription.code if line.subscription else None,
        charge=line.charge,
        kind=line.kind,
        description=line.description,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=Money(line.amount, currency),
        tax_category=line.tax_category,
        because=tuple(render_because(tuple(step), translate) for step in line.because),
        facts=tuple(_read(fact) for fact in facts if _rests_on(line, fact)),
    )


def _rests_on(line: Line, fact: Fact) -> bool:
    """A line rests on the fact it was made from, and on its subscription's facts up to its last day."""
    if line.source == f"event:{fact.number}":
        return True
    if line.subscription_id is None or fact.subscription_id != line.subscription_id:
        return False
    return line.ends_on is None or fact.effective_on < line.ends_on


def _read(fact: Fact) -> FactRead:
    return FactRead(
        number=fact.number,
        kind=fact.kind,
        effective_on=fact.effective_on,
        recorded_on=fact.recorded_at.date(),
        recorded_by=fact.recorded_by,
        detail=fact.detail,
    )
