"""Selling a plan for a fixed time, paid from the wallet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.billing.domain.proposing import propose_for
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import bill_at_once
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.catalog.queries.plans import plan_coded, plans_content
from broadbill.contracts.operations.changes import cancel
from broadbill.contracts.operations.subscribe import NewSubscription, subscribe
from broadbill.core.money import Money
from broadbill.core.period import Period
from broadbill.core.rating import Proposal
from broadbill.network.operations.windows import let_in_between
from broadbill.prepaid.domain.covering import shortfall
from broadbill.prepaid.domain.errors import NotAPass, WalletTooLow
from broadbill.prepaid.domain.passes import days_around, days_of_pass


@dataclass(frozen=True, slots=True)
class SoldPass:
    """The subscription that was begun and ended at once, and what it took from the wallet.

    `until` is the instant at which a pass of hours ends, in the account's zone; None of one of days.
    """

    subscription_id: int
    holds: Period
    price: Money
    until: datetime | None = None


@transaction.atomic
def sell_pass(*, account_id: int, plan: str, on: date | None, now: datetime, actor: str) -> SoldPass:
    """Begin a pass today, end it when its days or hours are over, and bill it; all of it or nothing.

    `on` None is the account's own day at `now`; hours run from `now` on, so they begin on no other day.
    Raises: NotAPass, WalletTooLow, PlanUnknown, PlanRetired, CurrencyDiffers, AccountUnknown.
    """
    account = lock_account(account_id)
    sold = plan_coded(plan)
    if not sold.prepaid:
        raise NotAPass(plan=plan, reason="it is not prepaid")
    zone, until = ZoneInfo(account.profile.timezone), None
    on = on or now.astimezone(zone).date()
    if sold.pass_hours is None:
        holds = Period(on, on + timedelta(days=days_of_pass(plan, _charges(plan))))
    else:
        holds, until = days_around(starts_at=now, hours=sold.pass_hours, zone=zone)
        if holds.starts != on:
            raise NotAPass(plan=plan, reason=f"hours begin at once, which is {holds.starts} for this account")
    new = NewSubscription(account_id=account_id, plan=sold, starts_on=holds.starts)
    subscription_id = subscribe(subscription=new, now=now, actor=actor)
    cancel(subscription_id=subscription_id, on=holds.ends, now=now, actor=actor)
    if until is not None:
        let_in_between(subscription_id=subscription_id, starts_at=now, ends_at=until)
    price = _price(account_id, subscription_id, plan, holds, now)
    bill_at_once(account_ids=[account_id], through=on, now=now, actor=actor)
    return SoldPass(subscription_id, holds, price, until and until.astimezone(zone))


def _charges(plan: str) -> list[Mapping[str, Any]]:
    charges: list[Mapping[str, Any]] = plans_content([plan])[plan]["charges"]
    return charges


def _price(account_id: int, subscription_id: int, plan: str, holds: Period, now: datetime) -> Money:
    """What the account is billed now, the pass with it. Raises: WalletTooLow, NotAPass."""
    rulebook = parsed_rulebook(current_rulebook(now=now).id)
    [reading] = read_accounts(account_ids=[account_id], rulebooks=[rulebook], rulebook_ids=())
    proposal = propose_for(reading, rulebook=rulebook, on=holds.starts)
    later = propose_for(reading, rulebook=rulebook, on=holds.ends)
    if _net(proposal, subscription_id) != _net(later, subscription_id):
        raise NotAPass(plan=plan, reason="by the billing policy a part of it falls due later")
    if short := shortfall(reading, proposal):
        raise WalletTooLow(account=reading.number, short=str(short), currency=short.currency.code)
    return sum((document.total for document in proposal.documents), start=reading.terms.currency.zero)


def _net(proposal: Proposal, subscription_id: int) -> int:
    """Minor units of the subscription's lines."""
    return sum(
        line.amount.minor
        for document in proposal.documents
        for line in document.lines
        if line.subscription == str(subscription_id)
    )
