from broadbill.billing.models.document import Document, DocumentTax, Line
from broadbill.billing.models.draft import DraftException, LeftOut, RunDraft
from broadbill.billing.models.rulebook import Rulebook
from broadbill.billing.models.run import AccountState, BillRun, Chunk, RunIssue
from broadbill.billing.models.series import Series

__all__ = [
    "AccountState",
    "BillRun",
    "Chunk",
    "Document",
    "DocumentTax",
    "DraftException",
    "LeftOut",
    "Line",
    "Rulebook",
    "RunDraft",
    "RunIssue",
    "Series",
]
