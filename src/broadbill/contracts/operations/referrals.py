"""Bringing new customers: written down when it is told, rewarded when the new one has paid an invoice.

Paid, not issued: whoever never pays earns nobody a credit. The reward is a job of its own, because it touches two
accounts, and a bill run or a batch of payments holds the locks of others at that moment.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from procrastinate.contrib.django import app

from broadbill.accounts.models import Account
from broadbill.accounts.operations.lock import lock_accounts, refuse_closed
from broadbill.catalog.domain.promotion import Promotion
from broadbill.catalog.operations.uses import count_use
from broadbill.catalog.queries.promotions import PromotionRead, promotion_coded, referral_promotion
from broadbill.contracts.domain.fact import NewFact
from broadbill.contracts.domain.promotion_errors import (
    AccountRefersItself,
    AlreadyReferred,
    ReferredCameFirst,
)
from broadbill.contracts.domain.taking import refuse_currency, refuse_more_than_limit
from broadbill.contracts.models import Referral
from broadbill.contracts.operations.facts import record_facts
from broadbill.core.money import Currency
from broadbill.kernel.operations.events import NewEvent, record_events

REWARD_TASK = "contracts.reward_referral"
ACTOR = "system:referrals"


@transaction.atomic
def refer(*, promotion: str, referrer_id: int, referred_id: int, on: date, now: datetime, actor: str) -> int:
    """Write down that one account brought another, and return the referral's id.

    Raises: PromotionUnknown, PromotionKindDiffers, PromotionNotOpen, PromotionEnded, PromotionPaused, PromotionUsedUp,
    PromotionInOtherCurrency, AccountUnknown, AccountClosed, AccountRefersItself, AlreadyReferred, ReferredCameFirst,
    AlreadyTaken where the referrer has brought as many as one may.
    """
    accounts = lock_accounts([referrer_id, referred_id])
    referrer, referred = accounts[referrer_id], accounts[referred_id]
    found = referral_promotion(promotion)
    found.terms.refuse_day(on)
    for account in (referrer, referred):
        refuse_closed(account, on=on)
        refuse_currency(found.terms, account.number, account.profile.currency)
    _refuse_unbrought(referrer, referred)
    brought = Referral.objects.filter(referrer=referrer, promotion_id=found.id).count()
    refuse_more_than_limit(found.terms, referrer.number, brought)
    count_use(promotion_id=found.id)
    referral = Referral.objects.create(
        promotion_id=found.id,
        referrer=referrer,
        referred=referred,
        referred_on=on,
        recorded_at=now,
        recorded_by=actor,
    )
    _record("referral.made", referral, found.terms, actor, now)
    return referral.id


def reward_referrals_later(*, account_ids: Collection[int]) -> None:
    """Have those rewarded who brought these accounts, in the transaction in which these paid an invoice."""
    waiting = Referral.objects.filter(referred_id__any=account_ids, rewarded_at=None) if account_ids else ()
    for referral in waiting:
        app.configure_task(REWARD_TASK).defer(referral_id=referral.id)


@transaction.atomic
def reward_referral(*, referral_id: int, on: date, now: datetime) -> None:
    """Give both sides their credits, once."""
    referral = Referral.objects.select_related("promotion").get(pk=referral_id)
    lock_accounts([referral.referrer_id, referral.referred_id])
    referral.refresh_from_db(fields=["rewarded_at"])
    if referral.rewarded_at:
        return
    promotion = promotion_coded(referral.promotion.code)
    sides = {"referrer": referral.referrer_id, "referred": referral.referred_id}
    given = {side: account for side, account in sides.items() if side in promotion.terms.benefit}
    facts = [_credit(promotion, side, account_id, on) for side, account_id in given.items()]
    numbers = record_facts(facts=facts, now=now, actor=ACTOR)
    for side, number in zip(given, numbers, strict=True):
        setattr(referral, f"{side}_fact", number)
    referral.rewarded_at = now
    referral.save(update_fields=["rewarded_at", "referrer_fact", "referred_fact"])
    _record("referral.rewarded", referral, promotion.terms, ACTOR, now)


def _refuse_unbrought(referrer: Account, referred: Account) -> None:
    if referrer.id == referred.id:
        raise AccountRefersItself(account=referrer.number)
    earlier = Referral.objects.select_related("referrer").filter(referred=referred).first()
    if earlier:
        raise AlreadyReferred(account=referred.number, referrer=earlier.referrer.number)
    if referred.opened_on < referrer.opened_on:
        raise ReferredCameFirst(account=referred.number, referrer=referrer.number)


def _credit(promotion: PromotionRead, side: str, account_id: int, on: date) -> NewFact:
    terms = promotion.terms
    amount = Currency.of(terms.currency).exact(Decimal(terms.benefit[side]))
    detail = {"amount": str(amount), "name": terms.name}
    return NewFact(account_id=account_id, kind="credit", effective_on=on, detail=detail)


def _record(verb: str, referral: Referral, promotion: Promotion, actor: str, now: datetime) -> None:
    """One event on each side's page, each naming the other."""
    sides = {"referrer": referral.referrer, "referred": referral.referred}
    record_events(
        NewEvent(
            actor=actor,
            verb=verb,
            object_type="referral",
            object_id=str(referral.id),
            occurred_at=now,
            account_id=account.id,
            data={
                "promotion": promotion.code,
                "side": side,
                **{name: each.number for name, each in sides.items()},
            },
        )
        for side, account in sides.items()
    )
