from broadbill.prepaid.models.batch import Batch, Sale
from broadbill.prepaid.models.depletion import Depletion
from broadbill.prepaid.models.entitlement import Entitlement, Use
from broadbill.prepaid.models.voucher import Redemption, Voucher, WrongCode

__all__ = ["Batch", "Depletion", "Entitlement", "Redemption", "Sale", "Use", "Voucher", "WrongCode"]
