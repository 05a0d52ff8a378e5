"""Bank statements as ISO 20022 camt.053, in any of its versions.

Source: ISO 20022 Bank-to-Customer Statement, camt.053.001.02 to .001.08; elements are told by their local names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.bank import BankLine, Statement, StatementRefused

OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)
# The last two name the batch of a file of direct debits that is booked in one sum.
REFERENCES = (
    "Refs/EndToEndId",
    "RmtInf/Strd/CdtrRefInf/Ref",
    "RmtInf/Ustrd",
    "Refs/PmtInfId",
    "NtryDtls/Btch/PmtInfId",
)


def read_camt053(content: bytes, file: str) -> list[Statement]:
    """Every statement of the file. Raises: StatementRefused."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise StatementRefused(file=file, reason=f"is not whole XML ({error})") from error
    found = [_statement(element, file) for element in root.iter() if _name(element) == "Stmt"]
    if not found:
        raise StatementRefused(file=file, reason="is XML but no camt.053 statement")
    return found


def _statement(element: Element, file: str) -> Statement:
    try:
        balances = {_text(each, "Tp/CdOrPrtry/Cd"): _signed(each) for each in _all(element, "Bal")}
        return Statement(
            iban=_text(element, "Acct/Id/IBAN") or _text(element, "Acct/Id/Othr/Id"),
            number=_text(element, "Id"),
            lines=[line for entry in _all(element, "Ntry") for line in _lines(entry)],
            opening=next((balances[code] for code in OPENING if code in balances), None),
            closing=next((balances[code] for code in CLOSING if code in balances), None),
        )
    except (InvalidOperation, ValueError, KeyError) as error:
        raise StatementRefused(
            file=file, reason=f"holds an amount or date that cannot be read ({error})"
        ) from error


def _lines(entry: Element) -> Iterator[BankLine]:
    """The booking, or its single payments where the bank lists them with amounts that add up to it."""
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) not in ("BOOK", ""):
        return
    whole = _signed(entry)
    booked_on = _day(entry, "BookgDt")
    details = _all(entry, "NtryDtls/TxDtls")
    amounts = [_detail_amount(detail, whole) for detail in details]
    known = [amount for amount in amounts if amount is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known[1:], known[0]) == whole:
        for number, (detail, amount) in enumerate(zip(details, known, strict=True), start=1):
            own = _text(detail, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef")
            yield _line(booked_on, amount, [detail], f"{own}/{number}" if own else "")
        return
    yield _line(booked_on, whole, [*details, entry], _text(entry, "AcctSvcrRef"))


def _line(booked_on: date, amount: Money, details: list[Element], bank_reference: str) -> BankLine:
    first = details[0]
    party, account = ("Dbtr", "DbtrAcct") if amount.minor >= 0 else ("Cdtr", "CdtrAcct")
    return BankLine(
        booked_on=booked_on,
        amount=amount,
        payer=_text(first, f"RltdPties/{party}/Nm") or _text(first, f"RltdPties/{party}/Pty/Nm"),
        payer_iban=_text(first, f"RltdPties/{account}/Id/IBAN"),
        references=tuple(text for detail in details for text in _references(detail)),
        bank_reference=bank_reference,
        return_code=_text(first, "RtrInf/Rsn/Cd"),
    )


def _references(detail: Element) -> Iterator[str]:
    for path in REFERENCES:
        for found in _all(detail, path):
            text = (found.text or "").strip()
            if text and text != "NOTPROVIDED":
                yield text


def _detail_amount(detail: Element, whole: Money) -> Money | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        for found in _all(detail, path):
            if found.get("Ccy") == whole.currency.code:
                amount = whole.currency.exact(Decimal(found.text or ""))
                return -amount if whole.minor < 0 else amount
    return None


def _signed(element: Element) -> Money:
    """`Amt` with the sign of `CdtDbtInd`, which already tells what a reversal does to the account."""
    amount = _all(element, "Amt")[0]
    money = Currency.of(amount.get("Ccy", "")).exact(Decimal((amount.text or "").strip()))
    return money if _text(element, "CdtDbtInd") == "CRDT" else -money


def _day(element: Element, path: str) -> date:
    return date.fromisoformat((_text(element, f"{path}/Dt") or _text(element, f"{path}/DtTm"))[:10])


def _text(element: Element, path: str) -> str:
    found = _all(element, path)
    return (found[0].text or "").strip() if found else ""


def _all(element: Element, path: str) -> list[Element]:
    """The elements at the end of a path of local names."""
    here = [element]
    for name in path.split("/"):
        here = [child for each in here for child in each if _name(child) == name]
    return here


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
