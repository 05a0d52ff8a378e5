"""Vouchers for tests, made, sold and redeemed through the operations."""

from __future__ import annotations

from itertools import count
from typing import Any

from broadbill.prepaid.domain.worth import Kind
from broadbill.prepaid.models import Batch, Sale
from broadbill.prepaid.operations.generate import NewBatch, generate
from broadbill.prepaid.operations.redeem import Redeemed, redeem
from broadbill.prepaid.operations.sell_vouchers import NewSale, sell_vouchers
from broadbill.prepaid.operations.sheet import codes_of
from tests.world import ACTOR, at, euro, on

_keys = count(1)
HOUR = 3600


def a_batch(
    kind: str = "money", worth: int = 1000, price: str = "10.00", size: int = 3, **terms: Any
) -> Batch:
    """Three vouchers of 10.00 in the wallet."""
    new = NewBatch(kind=Kind(kind), worth=worth, price=euro(price), count=size, **terms)
    return generate(batch=new, now=at("2026-04-01"), actor=ACTOR)


def sold(batch: Batch, size: int | None = None, day: str = "2026-04-01", **terms: Any) -> Sale:
    terms = {"method": "cash", "sold_to": "Kiosk", "idempotency_key": f"sale-{next(_keys)}", **terms}
    if "codes" not in terms:
        terms["count"] = batch.count if size is None else size
    return sell_vouchers(sale=NewSale(batch_id=batch.id, sold_on=on(day), **terms), now=at(day), actor=ACTOR)


def codes(batch: Batch) -> list[str]:
    return [code for _, code in codes_of(batch)]


def use(code: str, day: str = "2026-04-02", *, source: str = "desk", **whose: Any) -> Redeemed:
    return redeem(code=code, source=source, now=at(day), actor=ACTOR, **whose)
