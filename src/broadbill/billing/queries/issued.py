"""Documents as they were issued, read back as values of the rating core."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from broadbill.billing.domain.content import LINE_COLUMNS, because_steps
from broadbill.core.money import Currency, Money
from broadbill.core.rating import IssuedDocument, Line

DOCUMENTS = """
SELECT id, account_id, number, issued_on, currency
FROM billing_document WHERE account_id = ANY(%s) ORDER BY account_id, id
"""

LINES = f"""
SELECT line.document_id, {", ".join(f"line.{column}" for column in LINE_COLUMNS)}
FROM billing_line AS line JOIN billing_document AS document ON document.id = line.document_id
WHERE document.account_id = ANY(%s) ORDER BY line.document_id, line.position
"""


def issued_documents(account_ids: Sequence[int]) -> dict[int, tuple[IssuedDocument, ...]]:
    """Each account's documents in the order of issue. Two queries, none for no accounts."""
    if not account_ids:
        return {}
    ids = list(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, [ids])
        documents = cursor.fetchall()
        if not documents:
            return {}
        currencies = {row[0]: Currency.of(row[4]) for row in documents}
        lines: dict[int, list[Line]] = defaultdict(list)
        cursor.execute(LINES, [ids])
        for row in cursor:
            lines[row[0]].append(line_of(row[1:], currencies[row[0]]))
    issued: dict[int, list[IssuedDocument]] = defaultdict(list)
    for document_id, account_id, number, issued_on, _ in documents:
        issued[account_id].append(
            IssuedDocument(number=number, date=issued_on, lines=tuple(lines[document_id]))
        )
    return {account_id: tuple(known) for account_id, known in issued.items()}


def line_of(row: Sequence[Any], currency: Currency) -> Line:
    """A line of the rating core from its columns, in the order of LINE_COLUMNS."""
    (subscription_id, charge, kind, description, starts_on, ends_on, quantity, unit_amount, amount, priced,
     tax_category, because, source, period_starts_on, period_ends_on, price) = row  # fmt: skip
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
        priced=Money(priced, currency),
        tax_category=tax_category,
        because=because_steps(because),
        source=source,
        period_starts=period_starts_on,
        period_ends=period_ends_on,
        price=price,
    )
