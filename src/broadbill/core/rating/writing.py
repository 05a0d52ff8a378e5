"""Documents as the scenario contract prints them: JSON with decimals as strings."""

from __future__ import annotations

from typing import Any

from broadbill.core.rating.because import render_because
from broadbill.core.rating.lines import Document, DocumentName, Line, TaxEntry
from broadbill.core.rating.rounding import plain


def document_json(document: Document, number: DocumentName) -> dict[str, Any]:
    return {
        "number": number,
        "type": document.type,
        "date": document.date.isoformat(),
        "corrects": list(document.corrects),
        "lines": [line_json(line) for line in document.lines],
        "subtotal": str(document.subtotal),
        "taxes": [tax_json(tax) for tax in document.taxes],
        "total": str(document.total),
        "due": str(document.due),
    }


def line_json(line: Line) -> dict[str, Any]:
    digits = line.amount.currency.digits
    return {
        "subscription": line.subscription,
        "charge": line.charge,
        "kind": line.kind,
        "description": line.description,
        "from": line.starts.isoformat() if line.starts is not None else None,
        "to": line.ends.isoformat() if line.ends is not None else None,
        "quantity": plain(line.quantity) if line.quantity is not None else None,
        "unit_amount": plain(line.unit_amount, digits) if line.unit_amount is not None else None,
        "amount": str(line.amount),
        "tax_category": line.tax_category,
        "because": [render_because(step) for step in line.because],
    }


def tax_json(tax: TaxEntry) -> dict[str, Any]:
    return {
        "name": tax.name,
        "category": tax.category,
        "rate": plain(tax.rate),
        "base": str(tax.base),
        "amount": str(tax.amount),
    }
