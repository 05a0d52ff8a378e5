from broadbill.payments.models.bank import BankLine, BankStatement, Payer
from broadbill.payments.models.card import CardCharge, CardPolicy, Chargeback, SavedMethod, Webhook
from broadbill.payments.models.debit import Debit, DebitFile, Mandate
from broadbill.payments.models.line_dispute import LineDispute
from broadbill.payments.models.openitem import Allocation, OpenItem
from broadbill.payments.models.payment import Payment, Reversal
from broadbill.payments.models.refund import Refund
from broadbill.payments.models.sandbox import SandboxCharge, SandboxDispute, SandboxMethod, SandboxRefund
from broadbill.payments.models.write_off import WriteOff

__all__ = [
    "Allocation",
    "BankLine",
    "BankStatement",
    "CardCharge",
    "CardPolicy",
    "Chargeback",
    "Debit",
    "DebitFile",
    "LineDispute",
    "Mandate",
    "OpenItem",
    "Payer",
    "Payment",
    "Refund",
    "Reversal",
    "SandboxCharge",
    "SandboxDispute",
    "SandboxMethod",
    "SandboxRefund",
    "SavedMethod",
    "Webhook",
    "WriteOff",
]
