from broadbill.payments.models.bank import BankLine, BankStatement, Payer
from broadbill.payments.models.card import CardCharge, CardPolicy, Chargeback, SavedMethod, Webhook
from broadbill.payments.models.debit import Debit, DebitFile, DebitPolicy, DebitReport, Mandate
from broadbill.payments.models.line_dispute import LineDispute
from broadbill.payments.models.openitem import Allocation, OpenItem
from broadbill.payments.models.payment import Payment, Reversal
from broadbill.payments.models.proof import Finding, GatewayMovement, ProofAlarm
from broadbill.payments.models.refund import Refund
from broadbill.payments.models.refund_policy import RefundPolicy
from broadbill.payments.models.sandbox import (
    SandboxCharge,
    SandboxDispute,
    SandboxMethod,
    SandboxPayout,
    SandboxRefund,
)
from broadbill.payments.models.tax_relief import TaxRelief, TaxReliefPolicy
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
    "DebitPolicy",
    "DebitReport",
    "Finding",
    "GatewayMovement",
    "LineDispute",
    "Mandate",
    "OpenItem",
    "Payer",
    "Payment",
    "ProofAlarm",
    "Refund",
    "RefundPolicy",
    "Reversal",
    "SandboxCharge",
    "SandboxDispute",
    "SandboxMethod",
    "SandboxPayout",
    "SandboxRefund",
    "SavedMethod",
    "TaxRelief",
    "TaxReliefPolicy",
    "Webhook",
    "WriteOff",
]
