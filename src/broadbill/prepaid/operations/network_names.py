"""Letting sold vouchers sign in on the network: each has a grant there, under a name that hides its code."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from broadbill.accounts.queries.provider import current_provider
from broadbill.network.domain.naming import hidden_name
from broadbill.network.operations.grants import NewGrant, add_grants
from broadbill.prepaid.domain.codes import code_of
from broadbill.prepaid.models import Batch, Redemption, Voucher
from broadbill.prepaid.operations.generate import voucher_key

GIVEN = """
UPDATE prepaid_voucher AS voucher SET grant_id = fresh.given
FROM unnest(%s::bigint[], %s::bigint[]) AS fresh(voucher, given) WHERE voucher.id = fresh.voucher
"""
AT_ONCE = 5000


def network_key() -> str:
    """What FreeRADIUS is given to hide codes by. Of the home's key, which makes codes, it tells nothing."""
    return hmac.new(str(settings.VOUCHER_KEY).encode(), b"network", sha256).hexdigest()


def grant_sold(vouchers: Sequence[Voucher], batch: Batch) -> None:
    """Inside the caller's transaction, for vouchers of one batch that are sold and have no grant. Money has none."""
    if batch.kind == Batch.Kind.MONEY:
        return
    ids = add_grants(_grants(vouchers, batch))
    with connection.cursor() as cursor:
        cursor.execute(GIVEN, [[voucher.id for voucher in vouchers], ids])


@transaction.atomic
def grant_sold_before(*, limit: int = AT_ONCE) -> int:
    """Vouchers that were sold before the network knew any, some at a time; return how many."""
    rows = Voucher.objects.select_for_update(of=("self",), skip_locked=True).exclude(
        batch__kind=Batch.Kind.MONEY
    )
    without = rows.filter(sale__isnull=False, grant=None, expired_at=None).select_related("batch")
    by_batch: dict[int, list[Voucher]] = {}
    for voucher in without.order_by("id")[:limit]:
        by_batch.setdefault(voucher.batch_id, []).append(voucher)
    for vouchers in by_batch.values():
        grant_sold(vouchers, vouchers[0].batch)
    return sum(map(len, by_batch.values()))


def _grants(vouchers: Sequence[Voucher], batch: Batch) -> list[NewGrant]:
    key, name_key, salt = voucher_key(), network_key(), bytes(batch.salt)
    redeemed = dict(
        Redemption.objects.filter(voucher__in=[voucher.id for voucher in vouchers]).values_list(
            "voucher", "redeemed_at"
        )
    )
    return [
        NewGrant(
            username=hidden_name(key=name_key, code=code_of(key=key, salt=salt, serial=voucher.serial)),
            profile=batch.profile,
            plan_id=batch.plan_id,
            seconds=batch.worth if batch.kind == Batch.Kind.TIME else None,
            octets=batch.worth if batch.kind == Batch.Kind.DATA else None,
            period_seconds=batch.worth if batch.kind == Batch.Kind.PERIOD else None,
            start_before=_day_after_the_last(batch),
            started_at=redeemed.get(voucher.id),
            blocked_at=voucher.blocked_at or batch.blocked_at,
        )
        for voucher in vouchers
    ]


def _day_after_the_last(batch: Batch) -> datetime | None:
    """The instant at which it begins, in the provider's zone."""
    if batch.valid_until is None:
        return None
    return datetime.combine(
        batch.valid_until + timedelta(days=1), time(), ZoneInfo(current_provider().timezone)
    )
