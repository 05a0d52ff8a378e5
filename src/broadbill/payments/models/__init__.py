from broadbill.payments.models.openitem import Allocation, OpenItem
from broadbill.payments.models.payment import Payment, Reversal

__all__ = ["Allocation", "OpenItem", "Payment", "Reversal"]
