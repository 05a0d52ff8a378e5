"""Sheets that the tests print: a small cast, changed by the test that needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from broadbill.core.money import Currency, Money
from broadbill.core.period import Period
from broadbill.documents.domain.sheet import (
    Buyer,
    DocumentType,
    Line,
    Seller,
    Settlement,
    SettlementKind,
    Sheet,
    TaxRow,
)

EUR = Currency.of("EUR")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 186 40"><rect width="40" height="40" rx="9"
fill="#1f57d6"/><path d="M8 17c4-6 8-6 12 0s8 6 12 0M8 26c4-6 8-6 12 0s8 6 12 0" fill="none" stroke="#fff"
stroke-width="3" stroke-linecap="round"/></svg>"""

LAKESIDE = Seller(
    name="Lakeside Fibre GmbH",
    address=("Hafenstrasse 12", "78462 Konstanz"),
    tax_id="DE123456789",
    register="Amtsgericht Freiburg HRB 700123",
    contact=("help@lakeside.example", "+49 7531 555 0100"),
    logo=LOGO,
    iban="DE89 3704 0044 0532 0130 00",
    bic="COBADEFFXXX",
    bank_name="Commerzbank",
)
AMINA = Buyer(
    name="Amina Haddad",
    account_number="C-100417",
    address=("Seestrasse 4, 2. OG", "78464 Konstanz", "Deutschland"),
)


def eur(text: str) -> Money:
    return EUR.exact(Decimal(text))


def invoice(**changes: Any) -> Sheet:
    """An invoice of 52.44 net, 62.40 with 19 % tax, due on 19 November 2026."""
    sheet = Sheet(
        type=DocumentType.INVOICE,
        number="2026-004512",
        issued_on=date(2026, 11, 5),
        due_on=date(2026, 11, 19),
        language="de-DE",
        seller=LAKESIDE,
        buyer=AMINA,
        service_period=NOVEMBER,
        lines=(
            Line(
                description="Glasfaser 500",
                amount=eur("37.73"),
                quantity=Decimal(1),
                unit_amount=Decimal("37.73"),
                period=NOVEMBER,
            ),
            Line(
                description="Feste IPv4-Adresse",
                amount=eur("8.40"),
                quantity=Decimal(2),
                unit_amount=Decimal("4.20"),
                period=NOVEMBER,
            ),
            Line(
                description="Router-Miete",
                amount=eur("6.31"),
                quantity=Decimal(1),
                unit_amount=Decimal("8.60"),
                period=Period(date(2026, 11, 9), date(2026, 12, 1)),
                note="22 von 30 Tagen: 8,60 × 22/30",
            ),
        ),
        subtotal=eur("52.44"),
        taxes=(TaxRow(name="USt", rate=Decimal(19), base=eur("52.44"), amount=eur("9.96")),),
        total=eur("62.40"),
        amount_due=eur("62.40"),
        reference="RF712348231",
    )
    return replace(sheet, **changes)


def credit_note(**changes: Any) -> Sheet:
    """A credit note of 15.00 net, 17.85 with tax, that corrects two invoices."""
    sheet = invoice(
        type=DocumentType.CREDIT_NOTE,
        number="GS-2026-00031",
        due_on=None,
        lines=(
            Line(
                description="Ausfall vom 3. bis 11. November",
                amount=eur("15.00"),
                period=Period(date(2026, 11, 3), date(2026, 11, 12)),
                note="9 von 30 Tagen: 50,00 × 9/30",
            ),
        ),
        subtotal=eur("15.00"),
        taxes=(TaxRow(name="USt", rate=Decimal(19), base=eur("15.00"), amount=eur("2.85")),),
        total=eur("17.85"),
        amount_due=eur("0.00"),
        reference="",
        corrects=("2026-004512", "2026-003977"),
    )
    return replace(sheet, **changes)


def settled(sheet: Sheet) -> Sheet:
    """The same invoice, paid in full."""
    payment = Settlement(kind=SettlementKind.PAYMENT, amount=sheet.total)
    return replace(sheet, settlements=(payment,), amount_due=Money(0, sheet.total.currency))
