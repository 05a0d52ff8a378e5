from broadbill.payments.models.bank import BankLine, BankStatement, Payer
from broadbill.payments.models.debit import Debit, DebitFile, Mandate
from broadbill.payments.models.openitem import Allocation, OpenItem
from broadbill.payments.models.payment import Payment, Reversal
from broadbill.payments.models.refund import Refund

__all__ = [
    "Allocation",
    "BankLine",
    "BankStatement",
    "Debit",
    "DebitFile",
    "Mandate",
    "OpenItem",
    "Payer",
    "Payment",
    "Refund",
    "Reversal",
]
