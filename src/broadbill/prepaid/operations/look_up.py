"""What became of one voucher. Beside the operations because finding it takes the home's key."""

from __future__ import annotations

from dataclasses import dataclass

from broadbill.core.money import Currency
from broadbill.prepaid.domain.codes import fingerprint, read_code
from broadbill.prepaid.domain.errors import VoucherUnknown
from broadbill.prepaid.domain.worth import in_words
from broadbill.prepaid.models import Redemption, Voucher
from broadbill.prepaid.operations.generate import voucher_key


@dataclass(frozen=True, slots=True)
class VoucherRead:
    """`state` is unsold, sold, redeemed, used_up, blocked or expired; `details` say more in words."""

    voucher: str
    worth: str
    state: str
    details: tuple[str, ...]


def look_up(*, code: str) -> VoucherRead:
    """For staff: guesses are not counted. Raises: CodeMistyped, VoucherUnknown."""
    found = fingerprint(key=voucher_key(), code=read_code(code))
    voucher = Voucher.objects.select_related("batch", "sale").filter(fingerprint=found).first()
    if voucher is None:
        raise VoucherUnknown
    redemption = Redemption.objects.select_related("account", "payment").filter(voucher=voucher).first()
    worth = in_words(voucher.batch.kind, voucher.batch.worth, Currency.of(voucher.batch.currency))
    return VoucherRead(str(voucher), worth, _state(voucher, redemption), tuple(_details(voucher, redemption)))


def _state(voucher: Voucher, redemption: Redemption | None) -> str:
    if redemption is not None:
        return "redeemed"
    if voucher.blocked_at is not None or voucher.batch.blocked_at is not None:
        return "blocked"
    if voucher.expired_at is not None:
        return "expired"
    return "sold" if voucher.sale_id else "unsold"


def _details(voucher: Voucher, redemption: Redemption | None) -> list[str]:
    told = []
    if voucher.sale is not None:
        told.append(f"sold to {voucher.sale.sold_to} on {voucher.sale.sold_on} ({voucher.sale.number})")
    if redemption is not None:
        whom = f"account {redemption.account.number}" if redemption.account else redemption.device
        told.append(f"redeemed for {whom} at {redemption.redeemed_at.isoformat(timespec='seconds')}")
    return told
