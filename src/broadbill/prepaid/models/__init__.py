from broadbill.prepaid.models.batch import Batch, Sale
from broadbill.prepaid.models.depletion import Depletion
from broadbill.prepaid.models.voucher import Redemption, Voucher, WrongCode

__all__ = ["Batch", "Depletion", "Redemption", "Sale", "Voucher", "WrongCode"]
