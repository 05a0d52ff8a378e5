from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.errors import DomainError


@dataclass(kw_only=True, eq=False)
class DocumentUnknown(DomainError):
    """No document has this number."""

    code = "billing.document_unknown"
    message = "There is no document {number}. Numbers look like 2026-000123 or CN-2026-000004."
    number: str
