"""Bank statements as ISO 20022 camt.053, and notifications of bookings as camt.054, in any of their versions.

Source: ISO 20022 Bank-to-Customer Statement, camt.053.001.02 to .001.08, and Debit Credit Notification, camt.054.001.02
to .001.08; elements are told by their local names.
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

KINDS = ("Stmt", "Ntfctn")
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


def read_camt(content: bytes, file: str) -> list[Statement]:
    """Every statement or notification of the file. Raises: StatementRefused."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise StatementRefused(file=file, reason=f"is not whole XML ({error})") from error
    found = [_statement(element, file) for element in root.iter() if name_of(element) in KINDS]
    if not found:
        raise StatementRefused(
            file=file, reason="is XML but no camt.053 statement and no camt.054 notification"
        )
    return found


def _statement(element: Element, file: str) -> Statement:
    try:
        entries = all_of(element, "Ntry")
        _check_summary(element, entries, file)
        balances = {text_of(each, "Tp/CdOrPrtry/Cd"): _signed(each) for each in all_of(element, "Bal")}
        return Statement(
            iban=text_of(element, "Acct/Id/IBAN") or text_of(element, "Acct/Id/Othr/Id"),
            number=text_of(element, "Id"),
            lines=[line for entry in entries for line in _lines(entry)],
            opening=next((balances[code] for code in OPENING if code in balances), None),
            closing=next((balances[code] for code in CLOSING if code in balances), None),
            is_notification=name_of(element) == "Ntfctn",
        )
    except (InvalidOperation, ValueError, KeyError) as error:
        raise StatementRefused(
            file=file, reason=f"holds an amount or date that cannot be read ({error})"
        ) from error


def _check_summary(element: Element, entries: list[Element], file: str) -> None:
    """Where the bank says how many bookings there are and of what sum, that holds; notifications have no balance."""
    for path, sign in (("TtlNtries", ""), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
        counted = [each for each in entries if sign in ("", text_of(each, "CdtDbtInd"))]
        said = text_of(element, f"TxsSummry/{path}/NbOfNtries")
        if said and int(said) != len(counted):
            raise StatementRefused(
                file=file, reason=f"holds {len(counted)} bookings ({path}) where it says {said}"
            )
        total = text_of(element, f"TxsSummry/{path}/Sum")
        found = sum((Decimal(text_of(each, "Amt")) for each in counted), Decimal(0))
        if total and Decimal(total) != found:
            raise StatementRefused(
                file=file, reason=f"holds bookings of {found} ({path}) where it says {total}"
            )


def _lines(entry: Element) -> Iterator[BankLine]:
    """The booking, or its single payments where the bank lists them with amounts that add up to it."""
    if (text_of(entry, "Sts/Cd") or text_of(entry, "Sts")) not in ("BOOK", ""):
        return
    whole = _signed(entry)
    booked_on = _day(entry, "BookgDt")
    details = all_of(entry, "NtryDtls/TxDtls")
    fees = [_fee(detail, whole) for detail in details]
    amounts = [_detail_amount(detail, whole) for detail in details]
    if None not in amounts and sum((each for each in amounts if each), Money(0, whole.currency)) != whole:
        # What the bank took for returns is in the sum and not in the amounts of the single ones.
        amounts = [
            each and each - Money(fee, whole.currency) for each, fee in zip(amounts, fees, strict=True)
        ]
    known = [amount for amount in amounts if amount is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known[1:], known[0]) == whole:
        for number, (detail, amount) in enumerate(zip(details, known, strict=True), start=1):
            own = text_of(detail, "Refs/AcctSvcrRef") or text_of(entry, "AcctSvcrRef")
            reference = f"{own}/{number}" if own else ""
            yield _line(booked_on, amount, [detail], reference, text_of(entry, "AcctSvcrRef"))
        return
    own = text_of(entry, "AcctSvcrRef")
    yield _line(booked_on, whole, [*details, entry], own, own)


def _line(
    booked_on: date, amount: Money, details: list[Element], bank_reference: str, entry: str
) -> BankLine:
    first = details[0]
    party, account = ("Dbtr", "DbtrAcct") if amount.minor >= 0 else ("Cdtr", "CdtrAcct")
    return BankLine(
        booked_on=booked_on,
        amount=amount,
        payer=text_of(first, f"RltdPties/{party}/Nm") or text_of(first, f"RltdPties/{party}/Pty/Nm"),
        payer_iban=text_of(first, f"RltdPties/{account}/Id/IBAN"),
        references=tuple(text for detail in details for text in _references(detail)),
        bank_reference=bank_reference,
        entry=entry,
        return_code=text_of(first, "RtrInf/Rsn/Cd"),
        fee=next((fee for detail in details if (fee := _fee(detail, amount))), 0),
    )


def _references(detail: Element) -> Iterator[str]:
    for path in REFERENCES:
        for found in all_of(detail, path):
            text = (found.text or "").strip()
            if text and text != "NOTPROVIDED":
                yield text


def _detail_amount(detail: Element, whole: Money) -> Money | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        for found in all_of(detail, path):
            if found.get("Ccy") == whole.currency.code:
                amount = whole.currency.exact(Decimal(found.text or ""))
                return -amount if whole.minor < 0 else amount
    return None


def _fee(detail: Element, whole: Money) -> int:
    """What the bank took for a return: the charges it lists, else what the sum is more than what was asked for."""
    if whole.minor >= 0:
        return 0
    listed = [
        charge
        for path in ("Chrgs/Rcrd/Amt", "Chrgs/Amt", "Chrgs/TtlChrgsAndTaxAmt")
        for charge in all_of(detail, path)
        if charge.get("Ccy") == whole.currency.code
    ]
    if listed:
        first = str(listed[0].tag)
        return sum(
            whole.currency.exact(Decimal(charge.text or "")).minor
            for charge in listed
            if str(charge.tag) == first
        )
    asked = next(iter(all_of(detail, "AmtDtls/InstdAmt/Amt")), None)
    if asked is None or asked.get("Ccy") != whole.currency.code or not all_of(detail, "RtrInf"):
        return 0
    return max(0, -whole.minor - whole.currency.exact(Decimal(asked.text or "")).minor)


def _signed(element: Element) -> Money:
    """`Amt` with the sign of `CdtDbtInd`, which already tells what a reversal does to the account."""
    amount = all_of(element, "Amt")[0]
    money = Currency.of(amount.get("Ccy", "")).exact(Decimal((amount.text or "").strip()))
    return money if text_of(element, "CdtDbtInd") == "CRDT" else -money


def _day(element: Element, path: str) -> date:
    return date.fromisoformat((text_of(element, f"{path}/Dt") or text_of(element, f"{path}/DtTm"))[:10])


def text_of(element: Element, path: str) -> str:
    found = all_of(element, path)
    return (found[0].text or "").strip() if found else ""


def all_of(element: Element, path: str) -> list[Element]:
    """The elements at the end of a path of local names."""
    here = [element]
    for name in path.split("/"):
        here = [child for each in here for child in each if name_of(child) == name]
    return here


def name_of(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
