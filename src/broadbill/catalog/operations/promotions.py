"""Making promotions, pausing and ending them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from broadbill.catalog.domain.errors import ChargeUnknown
from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.domain.promotion_errors import PromotionCodeTaken, PromotionUnknown
from broadbill.catalog.models import Charge, Plan
from broadbill.catalog.models import Promotion as PromotionRow
from broadbill.catalog.queries.plans import plan_coded
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def define_promotion(*, promotion: Promotion, now: datetime, actor: str) -> int:
    """Make a promotion and return its id.

    Raises: PromotionIsInvalid, PromotionCodeTaken, PlanUnknown, ChargeUnknown where none of its plans has a charge
    that it names, UnknownCurrency.
    """
    promotion.check()
    if PromotionRow.objects.filter(code=promotion.code).exists():
        raise PromotionCodeTaken(promotion=promotion.code)
    plans = [plan_coded(code) for code in sorted(promotion.plans)]
    _refuse_unknown_charges(promotion, plans)
    row = PromotionRow.objects.create(
        code=promotion.code,
        name=promotion.name,
        kind=promotion.kind,
        benefit=dict(promotion.benefit),
        currency=promotion.currency,
        starts_on=promotion.starts_on,
        ends_on=promotion.ends_on,
        new_customers_only=promotion.new_customers_only,
        limit=promotion.limit,
        limit_per_account=promotion.limit_per_account,
        is_exclusive=promotion.is_exclusive,
        recorded_at=now,
    )
    row.plans.set(plans)
    _record("promotion.defined", promotion.code, {"benefit": dict(promotion.benefit)}, now, actor)
    return row.id


@transaction.atomic
def end_promotion(*, promotion: str, ends_on: date, now: datetime, actor: str) -> None:
    """Let nobody take it from the day on; who took it keeps it. Raises: PromotionUnknown."""
    row = _locked(promotion)
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    _record("promotion.ended", promotion, {"ends_on": ends_on.isoformat()}, now, actor)


@transaction.atomic
def pause_promotion(*, promotion: str, now: datetime, actor: str) -> None:
    """Let nobody take it for now; who took it keeps it. Raises: PromotionUnknown."""
    _pause(promotion, "promotion.paused", now, actor, paused=True)


@transaction.atomic
def go_on_with_promotion(*, promotion: str, now: datetime, actor: str) -> None:
    """Let a paused promotion be taken again, until it ends. Raises: PromotionUnknown."""
    _pause(promotion, "promotion.went_on", now, actor, paused=False)


def _pause(promotion: str, verb: str, now: datetime, actor: str, *, paused: bool) -> None:
    row = _locked(promotion)
    if row.is_paused == paused:
        return
    row.is_paused = paused
    row.save(update_fields=["is_paused"])
    _record(verb, promotion, {}, now, actor)


def _locked(promotion: str) -> PromotionRow:
    """Raises: PromotionUnknown."""
    row = PromotionRow.objects.select_for_update().filter(code=promotion).first()
    if row is None:
        raise PromotionUnknown(promotion=promotion)
    return row


def _refuse_unknown_charges(promotion: Promotion, plans: list[Plan]) -> None:
    if not plans or not promotion.charges:
        return
    known = set(Charge.objects.filter(plan__in=plans).values_list("code", flat=True))
    for charge in promotion.charges:
        if charge not in known:
            raise ChargeUnknown(plan=", ".join(plan.code for plan in plans), charge=charge)


def _record(verb: str, code: str, data: dict[str, Any], now: datetime, actor: str) -> None:
    record_event(actor=actor, verb=verb, object_type="promotion", object_id=code, occurred_at=now, data=data)
