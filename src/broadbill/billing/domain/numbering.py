"""How series of numbers are named: one a year for each kind of thing that is numbered."""

from __future__ import annotations

from datetime import date
from typing import Final

PREFIXES: Final = {
    "invoice": "",
    "credit_note": "CN-",
    "payment": "R-",
    "refund": "RFD-",
    "voucher_sale": "V-",
}
OF_DOCUMENTS: Final = ("invoice", "credit_note")


def series_key(kind: str, day: date) -> str:
    """Series are yearly: `2026`, `CN-2026`, `R-2026`, `RFD-2026`, `V-2026`."""
    return f"{PREFIXES[kind]}{day.year}"


def holds_documents(key: str) -> bool:
    """Whether a series numbers invoices or credit notes; receipts are looked after by those who give them."""
    return any(key.removeprefix(PREFIXES[kind]).isdigit() for kind in OF_DOCUMENTS)
