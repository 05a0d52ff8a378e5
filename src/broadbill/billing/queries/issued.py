"""Documents as they were issued, read back as values of the rating core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.core.rating import IssuedDocument, Line, TaxEntry

DOCUMENTS = """
SELECT id, account_id, number, kind, issued_on, currency, subtotal, total, due, corrects
FROM billing_document WHERE account_id = ANY(%s) ORDER BY account_id, id
"""

LINES = """
SELECT line.document_id, line.subscription_id, line.charge, line.kind, line.description, line.starts_on,
       line.ends_on, line.quantity, line.unit_amount, line.amount, line.tax_category, line.because, line.source
FROM billing_line AS line JOIN billing_document AS document ON document.id = line.document_id
WHERE document.account_id = ANY(%s) ORDER BY line.document_id, line.position
"""

TAXES = """
SELECT tax.document_id, tax.name, tax.category, tax.rate, tax.base, tax.amount
FROM billing_documenttax AS tax JOIN billing_document AS document ON document.id = tax.document_id
WHERE document.account_id = ANY(%s) ORDER BY tax.document_id, tax.position
"""


def issued_documents(account_ids: Sequence[int]) -> dict[int, tuple[IssuedDocument, ...]]:
    """Each account's documents in the order of issue. Three queries, none for no accounts."""
    if not account_ids:
        return {}
    ids = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, [ids])
        documents = cursor.fetchall()
        if not documents:
            return {}
        currencies = {row[0]: Currency.of(row[5]) for row in documents}
        lines: dict[int, list[Line]] = defaultdict(list)
        cursor.execute(LINES, [ids])
        for row in cursor:
            lines[row[0]].append(line_of(row[1:], currencies[row[0]]))
        taxes: dict[int, list[TaxEntry]] = defaultdict(list)
        cursor.execute(TAXES, [ids])
        for document_id, name, category, rate, base, amount in cursor:
            currency = currencies[document_id]
            taxes[document_id].append(
                TaxEntry(name, category, rate, Money(base, currency), Money(amount, currency))
            )
    issued: dict[int, list[IssuedDocument]] = defaultdict(list)
    for document_id, account_id, number, kind, issued_on, _code, subtotal, total, due, corrects in documents:
        currency = currencies[document_id]
        issued[account_id].append(
            IssuedDocument(
                number=number,
                type=kind,
                date=issued_on,
                lines=tuple(lines[document_id]),
                taxes=tuple(taxes[document_id]),
                subtotal=Money(subtotal, currency),
                total=Money(total, currency),
                due=Money(due, currency),
                corrects=tuple(corrects),
            )
        )
    return {account_id: tuple(known) for account_id, known in issued.items()}


def line_of(row: Sequence[object], currency: Currency) -> Line:
    """A line of the rating core from its columns, subscription first and source last."""
    (subscription_id, charge, kind, description, starts_on, ends_on, quantity, unit_amount, amount, tax_category,
     because, source) = row  # fmt: skip
    return Line(
        subscription=None if subscription_id is None else str(subscription_id),
        charge=charge,
        kind=kind,
        description=description,
        starts=starts_on,
        ends=ends_on,
        quantity=quantity,
        unit_amount=unit_amount,
        amount=Money(amount, currency),
        tax_category=tax_category,
        because=tuple(tuple(step) for step in because),
        source=source,
    )
