"""Bank bookings as a plain table: for banks without a standard file, or a list typed by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO

from broadbill.core.money import Currency, UnknownCurrency
from broadbill.payments.domain.bank import BankLine, Statement, StatementRefused

REQUIRED = ("date", "amount", "currency")
OPTIONAL = ("payer", "iban", "reference", "id")
WRONG_ROWS_TOLD = 20


def read_statement_csv(content: bytes, file: str) -> list[Statement]:
    """One statement of all rows. The first row names the columns: date, amount, currency; payer, iban, reference, id.

    Raises: StatementRefused, with every wrong row by its line.
    """
    try:
        rows = csv.DictReader(StringIO(content.decode("utf-8-sig")), strict=True)
        heads = [head.strip().lower() for head in rows.fieldnames or ()]
        rows.fieldnames = heads
        missing = [name for name in REQUIRED if name not in heads]
        if missing:
            reason = f"is no bank file that is known here: its first row names no column {', '.join(missing)}"
            raise StatementRefused(file=file, reason=reason)
        lines, wrong = [], []
        for row in rows:
            try:
                lines.append(_line(row))
            except (ValueError, InvalidOperation, UnknownCurrency, TypeError) as error:
                wrong.append(f"line {rows.line_num}: {error}")
    except (UnicodeDecodeError, csv.Error) as error:
        raise StatementRefused(file=file, reason=f"is no table in UTF-8 ({error})") from error
    if wrong:
        more = f"; and {len(wrong) - WRONG_ROWS_TOLD} more" if len(wrong) > WRONG_ROWS_TOLD else ""
        raise StatementRefused(file=file, reason="; ".join(wrong[:WRONG_ROWS_TOLD]) + more)
    return [Statement(iban="", number=file, lines=lines)]


def _line(row: Mapping[str, str]) -> BankLine:
    told = {name: (row.get(name) or "").strip() for name in (*REQUIRED, *OPTIONAL)}
    try:
        amount = Decimal(told["amount"])
    except InvalidOperation:
        raise ValueError(f"{told['amount']!r} is not an amount such as 12.50") from None
    return BankLine(
        booked_on=date.fromisoformat(told["date"]),
        amount=Currency.of(told["currency"]).exact(amount),
        payer=told["payer"],
        payer_iban=told["iban"].replace(" ", ""),
        references=(told["reference"],) if told["reference"] else (),
        bank_reference=told["id"],
    )
