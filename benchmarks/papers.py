"""PDFs, timed in one process, as every worker makes them."""

from __future__ import annotations

import time
from typing import Any

from broadbill.billing.models import Document
from broadbill.billing.queries.sheets import sheets_of
from broadbill.documents.operations.render import render_pdf

DOCUMENTS = 300
WARM_UP = 10


def measure() -> dict[str, Any]:
    """PDFs a second of one process; the first few, which load the fonts, are left out."""
    sheets = sheets_of(Document.objects.order_by("id")[: DOCUMENTS + WARM_UP])
    for sheet in sheets[:WARM_UP]:
        render_pdf(sheet)
    rest = sheets[WARM_UP:]
    began, used = time.monotonic(), time.process_time()
    octets = sum(len(render_pdf(sheet)) for sheet in rest)
    seconds, processor = time.monotonic() - began, time.process_time() - used
    return {
        "documents": len(rest),
        "per_second": len(rest) / seconds,
        "per_core_second": len(rest) / processor,
        "kilobytes_each": octets / len(rest) / 1000,
    }
