"""Printing a batch of vouchers. Their codes are made again from the home's key: they are kept nowhere."""

from __future__ import annotations

from datetime import datetime

from broadbill.accounts.queries.provider import current_provider
from broadbill.core.money import Currency, Money
from broadbill.documents.domain.cards import Card, CardSheet
from broadbill.documents.domain.wording import Wording
from broadbill.documents.operations.render_cards import render_cards
from broadbill.kernel.operations.events import record_event
from broadbill.prepaid.domain.codes import code_of, fingerprint, in_groups
from broadbill.prepaid.domain.errors import VoucherKeyDiffers
from broadbill.prepaid.models import Batch, Voucher
from broadbill.prepaid.operations.generate import voucher_key

# CLDR units, largest first, with what one of them is in seconds or octets.
DURATIONS = (("duration-day", 86_400), ("duration-hour", 3600), ("duration-minute", 60))
SIZES = (("digital-terabyte", 10**12), ("digital-gigabyte", 10**9), ("digital-megabyte", 10**6))


def codes_of(batch: Batch) -> list[tuple[int, str]]:
    """Serial number and code of each voucher that is not blocked, in order.

    Raises: VoucherKeyDiffers when the home's key is not the one the batch was made with.
    """
    key, salt = voucher_key(), bytes(batch.salt)
    found = []
    rows = Voucher.objects.filter(batch=batch, blocked_at=None).order_by("serial")
    for serial, stored in rows.values_list("serial", "fingerprint"):
        code = code_of(key=key, salt=salt, serial=serial)
        if fingerprint(key=key, code=code) != bytes(stored):
            raise VoucherKeyDiffers(batch=str(batch))
        found.append((serial, code))
    return found


def print_sheet(*, batch: Batch, now: datetime, actor: str, link: str = "") -> bytes:
    """The PDF of the batch's cards, and an event that says who printed it.

    A QR code holds `link` followed by the code, such as a sign-in page of the hotspot; without a link the code alone.
    Raises: VoucherKeyDiffers, DocumentNotPrintable.
    """
    provider = current_provider()
    wording = Wording.of(provider.language)
    sheet = CardSheet(
        title=str(batch),
        language=wording.language,
        seller=provider.name,
        logo=provider.logo,
        brand_hue=provider.brand_hue,
        cards=tuple(_card(batch, serial, code, wording, link) for serial, code in codes_of(batch)),
    )
    printed = render_cards(sheet)
    record_event(
        actor=actor,
        verb="voucher_batch.printed",
        object_type="voucher_batch",
        object_id=batch.id,
        occurred_at=now,
        data={"cards": len(sheet.cards)},
    )
    return printed


def _card(batch: Batch, serial: int, code: str, wording: Wording, link: str) -> Card:
    until = batch.valid_until
    return Card(
        worth=_worth(batch, wording),
        kind=wording[f"voucher_{batch.kind}"],
        code=in_groups(code),
        scanned=f"{link}{in_groups(code)}",
        notes=(
            wording.say("voucher_valid_until", date=wording.long_date(until)) if until else "",
            wording.say("voucher_number", number=f"{batch}/{serial}"),
        ),
    )


def _worth(batch: Batch, wording: Wording) -> str:
    if batch.kind == Batch.Kind.MONEY:
        return wording.money(Money(batch.worth, Currency.of(batch.currency)))
    units = SIZES if batch.kind == Batch.Kind.DATA else DURATIONS
    unit, size = next((each for each in units if batch.worth % each[1] == 0), units[-1])
    return wording.measure(batch.worth // size, unit)
