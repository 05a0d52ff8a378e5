"""Bank statements as SWIFT MT940, read by the library mt-940."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import mt940
from stdnum import iban as ibans

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.bank import BankLine, Statement, StatementRefused

STATEMENT_BEGINS = re.compile(r"(?m)^(?=:20:)")
LONGEST_IBAN = 34
SHORTEST_IBAN = 15
TEXTS = ("end_to_end_reference", "purpose", "additional_purpose", "customer_reference", "extra_details")


def read_mt940(content: bytes, file: str) -> list[Statement]:
    """Every statement of the file. Raises: StatementRefused."""
    text = _decoded(content)
    blocks = [
        block for block in STATEMENT_BEGINS.split(text.replace("\r\n", "\n")) if block.startswith(":20:")
    ]
    if not blocks:
        raise StatementRefused(file=file, reason="holds no MT940 statement")
    return [_statement(block, file) for block in blocks]


def _statement(block: str, file: str) -> Statement:
    try:
        read = mt940.parse(block)
        told = read.data
        opening = told.get("final_opening_balance") or told["intermediate_opening_balance"]
        closing = told.get("final_closing_balance") or told["intermediate_closing_balance"]
        lines = [_line(each.data) for each in read if "amount" in each.data]
    except KeyError as error:
        reason = f"is cut off: a statement without {str(error).strip(chr(39)).replace('_', ' ')}"
        raise StatementRefused(file=file, reason=reason) from error
    except (RuntimeError, ValueError, ArithmeticError) as error:
        raise StatementRefused(file=file, reason=f"cannot be read ({error})") from error
    number, sequence = told.get("statement_number", ""), told.get("sequence_number", "")
    return Statement(
        iban=str(told["account_identification"]),
        number=f"{number}/{sequence}".strip("/"),
        lines=lines,
        opening=_money(opening.amount),
        closing=_money(closing.amount),
    )


def _line(told: dict[str, Any]) -> BankLine:
    iban, payer = _payer(str(told.get("applicant_name") or ""))
    return BankLine(
        booked_on=told.get("entry_date") or told["date"],
        amount=_money(told["amount"]),
        payer=payer,
        payer_iban=str(told.get("gvc_applicant_iban") or iban),
        references=tuple(_texts(told)),
        bank_reference=str(told.get("bank_reference") or ""),
        fee=_fee(told),
    )


def _fee(told: dict[str, Any]) -> int:
    """COAM of German banks: what they took for a return, e.g. EUR3,00."""
    amount = _money(told["amount"])
    found = re.search(r"\d+(?:,\d+)?", str(told.get("compensation_amount") or ""))
    if found is None or amount.minor >= 0:
        return 0
    return amount.currency.exact(Decimal(found[0].replace(",", "."))).minor


def _texts(told: dict[str, Any]) -> Iterator[str]:
    if not told.get("purpose") and told.get("transaction_details"):
        yield " ".join(str(told["transaction_details"]).split())
    for key in TEXTS:
        text = str(told.get(key) or "").strip()
        if text and text not in ("NONREF", "NOTPROVIDED"):
            yield text


def _payer(text: str) -> tuple[str, str]:
    """German banks write the payer's account before the name without a mark between: the longest valid IBAN is it."""
    for length in range(min(LONGEST_IBAN, len(text)), SHORTEST_IBAN - 1, -1):
        if ibans.is_valid(text[:length]):
            return text[:length], text[length:].strip()
    return "", text.strip()


def _money(amount: Any) -> Money:
    return Currency.of(amount.currency).exact(amount.amount)


def _decoded(content: bytes) -> str:
    """SWIFT's own characters are ASCII; banks send UTF-8 or, of old, Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
