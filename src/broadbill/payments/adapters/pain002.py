"""The bank's status report of a file of collections, ISO 20022 pain.002, in any of its versions.

Source: ISO 20022 Customer Payment Status Report, pain.002.001.03 to .001.10 (message elements OrgnlGrpInfAndSts,
OrgnlPmtInfAndSts, TxInfAndSts); status codes: ExternalPaymentGroupStatus1Code; elements are told by their local names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from broadbill.payments.adapters.camt import all_of, name_of, text_of
from broadbill.payments.domain.debit_errors import ReportRefused
from broadbill.payments.domain.debit_reports import FileStatus, Rejected

REJECTED = "RJCT"
ABOUT = "pain.008"


def looks_like_pain002(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def read_pain002(content: bytes, file: str) -> FileStatus:
    """What the report says of one file of collections. Raises: ReportRefused."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ReportRefused(file=file, reason=f"is not whole XML ({error})") from error
    report = next((each for each in root.iter() if name_of(each) == "CstmrPmtStsRpt"), None)
    if report is None:
        raise ReportRefused(file=file, reason="is XML but no pain.002 status report")
    about = text_of(report, "OrgnlGrpInfAndSts/OrgnlMsgNmId")
    if not about.startswith(ABOUT):
        raise ReportRefused(
            file=file, reason=f"is about {about or 'no message'}, not about collections ({ABOUT})"
        )
    try:
        return _status(report, file)
    except (InvalidOperation, ValueError) as error:
        raise ReportRefused(
            file=file, reason=f"holds a number or date that cannot be read ({error})"
        ) from error


def _status(report: Element, file: str) -> FileStatus:
    group = all_of(report, "OrgnlGrpInfAndSts")[0]
    count, total = text_of(group, "OrgnlNbOfTxs"), text_of(group, "OrgnlCtrlSum")
    batches = all_of(report, "OrgnlPmtInfAndSts")
    rejections = []
    if text_of(group, "GrpSts") == REJECTED:
        rejections.append(Rejected("", "", _code(group), None))
    for batch in batches:
        name = text_of(batch, "OrgnlPmtInfId")
        singles = [each for each in all_of(batch, "TxInfAndSts") if text_of(each, "TxSts") == REJECTED]
        _check_count(batch, len(singles), file)
        rejections += _singles(name, singles)
        if text_of(batch, "PmtInfSts") == REJECTED:
            rejections.append(Rejected(name, "", _code(batch), None))
    return FileStatus(
        message_id=text_of(group, "OrgnlMsgId"),
        status=text_of(group, "GrpSts"),
        batch_statuses=tuple(text_of(batch, "PmtInfSts") for batch in batches),
        count=int(count) if count else None,
        total=Decimal(total) if total else None,
        rejected=tuple(rejections),
        on=date.fromisoformat(text_of(report, "GrpHdr/CreDtTm")[:10]),
    )


def _singles(batch: str, found: list[Element]) -> Iterator[Rejected]:
    for each in found:
        amount = text_of(each, "OrgnlTxRef/Amt/InstdAmt")
        yield Rejected(
            batch, text_of(each, "OrgnlEndToEndId"), _code(each), Decimal(amount) if amount else None
        )


def _check_count(batch: Element, rejected: int, file: str) -> None:
    """Where the bank says how many of a batch it rejected, so many are listed."""
    for counted in all_of(batch, "NbOfTxsPerSts"):
        said = text_of(counted, "DtldNbOfTxs")
        if (
            text_of(counted, "DtldSts") == REJECTED
            and text_of(batch, "PmtInfSts") != REJECTED
            and int(said) != rejected
        ):
            raise ReportRefused(
                file=file, reason=f"lists {rejected} rejected collections where it says {said}"
            )


def _code(element: Element) -> str:
    """The reason, which banks give as a code of ISO or in their own words."""
    return text_of(element, "StsRsnInf/Rsn/Cd") or text_of(element, "StsRsnInf/Rsn/Prtry")
