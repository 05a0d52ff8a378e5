from broadbill.ledger.models.chart import LedgerAccount
from broadbill.ledger.models.journal import JournalEntry, Posting

__all__ = ["JournalEntry", "LedgerAccount", "Posting"]
