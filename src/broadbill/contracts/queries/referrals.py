"""Who brought whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from broadbill.contracts.models import Referral


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """Two accounts by number and name. `rewarded_at` is None until the new one has paid an invoice."""

    id: int
    referrer: str
    referrer_name: str
    referred: str
    referred_name: str
    referred_on: date
    rewarded_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """`next_key` is what the next page comes before; None when there is none."""

    rows: tuple[ReferralRow, ...]
    first: bool
    next_key: int | None


def referral_page(*, promotion_id: int, before: int | None = None, size: int = 25) -> ReferralPage:
    """Some of the referrals of a promotion, latest first. One query."""
    rows = Referral.objects.filter(promotion_id=promotion_id).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    columns = ("id", "referrer__number", "referrer__name", "referred__number", "referred__name", "referred_on",
               "rewarded_at")  # fmt: skip
    found = [ReferralRow(*row) for row in rows.values_list(*columns)[: size + 1]]
    shown = tuple(found[:size])
    return ReferralPage(shown, before is None, shown[-1].id if len(found) > size else None)
