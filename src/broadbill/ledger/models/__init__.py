from broadbill.ledger.models.chart import LedgerAccount
from broadbill.ledger.models.closing import Closing
from broadbill.ledger.models.journal import JournalEntry, Posting
from broadbill.ledger.models.turnover import Turnover

__all__ = ["Closing", "JournalEntry", "LedgerAccount", "Posting", "Turnover"]
