"""What a printed billing document says: plain frozen values, told by whoever bills.

A sheet carries figures, never computes them: what billing posted is what is printed. Money is
`core.money.Money`; periods are half-open and printed with their last day; a `tax rate` is a percentage (19
means 19 %).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from broadbill.core.money import Money
from broadbill.core.period import Period


class DocumentType(StrEnum):
    """What the document is in law."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class PageSize(StrEnum):
    """The paper it is printed on."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who issues the document. `logo` is the bytes of an SVG or PNG file; `brand_hue` is in degrees."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    register: str = ""
    contact: tuple[str, ...] = ()
    logo: bytes | None = None
    iban: str = ""
    bic: str = ""
    bank_name: str = ""
    brand_hue: int = 262


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who is billed, as the envelope's window shows it."""

    name: str
    account_number: str
    address: tuple[str, ...] = ()
    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as posted.

    `unit_amount` keeps the full precision of the price in major units; None prints no quantity and price
    (a credit, a one-off adjustment). `note` is the short arithmetic ("23 of 30 days"). Consecutive lines of
    the same `section` (a service location, a subscription) stand under one heading.
    """

    description: str
    amount: Money
    quantity: Decimal | None = None
    unit: str = ""
    unit_amount: Decimal | None = None
    period: Period | None = None
    note: str = ""
    section: str = ""

    def with_sign_turned(self) -> Line:
        """The same line with its price and amount negated; what was charged is credited."""
        price = None if self.unit_amount is None else -self.unit_amount
        return replace(self, amount=-self.amount, unit_amount=price)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """The tax of one category and rate over the whole document. `rate` None prints a dash (exempt, reverse
    charge).
    """

    name: str
    base: Money
    amount: Money
    rate: Decimal | None = None


class SettlementKind(StrEnum):
    """How an amount due was reduced."""

    PAYMENT = "payment"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What already reduces the amount due, in the document's language or, if given, in its own words."""

    amount: Money
    kind: SettlementKind = SettlementKind.PAYMENT
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole document, ready to print.

    `language` is a BCP 47 tag (`de`, `de-AT`); figures follow it even where labels fall back to English.
    `reference` is the structured payment reference (ISO 11649 RF), without spaces.
    `collection_notice` says that we collect the money ourselves; the slip then shows it and no transfer code,
    so that nobody pays twice.
    """

    type: DocumentType
    number: str
    issued_on: date
    language: str
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    subtotal: Money
    total: Money
    amount_due: Money
    taxes: tuple[TaxRow, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    due_on: date | None = None
    service_period: Period | None = None
    prices_include_tax: bool = False
    corrects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reference: str = ""
    collection_notice: str = ""
    page_size: PageSize = PageSize.A4

    @property
    def asks_for_payment(self) -> bool:
        """An invoice that still has something due and that nobody collects by itself."""
        return self.type is DocumentType.INVOICE and self.amount_due.minor > 0 and not self.collection_notice

    def as_credited(self) -> Sheet:
        """A credit note with its amounts the way readers know them: what is credited is positive.

        Books and billing post credits as negative amounts; a sheet may come with either sign and means the same.
        """
        if self.type is not DocumentType.CREDIT_NOTE or self.total.minor >= 0:
            return self
        return replace(
            self,
            lines=tuple(line.with_sign_turned() for line in self.lines),
            subtotal=-self.subtotal,
            taxes=tuple(replace(tax, base=-tax.base, amount=-tax.amount) for tax in self.taxes),
            total=-self.total,
        )

    @property
    def barcode_text(self) -> str:
        """What the till scans: the payment reference where money is asked for, else the document's number."""
        return self.reference if self.reference and self.asks_for_payment else self.number
