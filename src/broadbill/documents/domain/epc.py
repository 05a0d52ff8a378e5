"""The EPC QR code of a SEPA credit transfer (European Payments Council EPC069-12, version 002)."""

from __future__ import annotations

from broadbill.documents.domain.sheet import Sheet

MOST_MINOR = 99_999_999_999  # 999,999,999.99 EUR
NAME_CHARACTERS = 70
NAME_OCTETS = 180  # leaves room for every other field at its longest within the 331 octets of the whole
REFERENCE_CHARACTERS = 35
UTF_8 = "1"


def epc_payload(sheet: Sheet) -> str | None:
    """The lines of the code, or None where it does not apply: not EUR, no IBAN, nothing due, collected by us.

    The structured reference is used when it is an ISO 11649 one, else the document's number as free text.
    """
    applies = (
        sheet.asks_for_payment
        and sheet.amount_due.currency.code == "EUR"
        and sheet.amount_due.minor <= MOST_MINOR
        and sheet.seller.iban
    )
    if not applies:
        return None
    structured = sheet.reference if sheet.reference.startswith("RF") else ""
    lines = (
        "BCD",
        "002",
        UTF_8,
        "SCT",
        compact(sheet.seller.bic),
        shortened(sheet.seller.name),
        compact(sheet.seller.iban),
        f"EUR{sheet.amount_due}",
        "",
        structured[:REFERENCE_CHARACTERS],
        "" if structured else sheet.number[:REFERENCE_CHARACTERS],
    )
    return "\n".join(lines).rstrip("\n")


def shortened(name: str) -> str:
    """The name within the code's limits, cut between characters."""
    octets = name[:NAME_CHARACTERS].encode()[:NAME_OCTETS]
    return octets.decode(errors="ignore").strip()


def compact(code: str) -> str:
    """An IBAN, BIC or reference without the spaces people write into it."""
    return "".join(code.split()).upper()
