"""What becomes of a wallet when money comes, or is taken back: service resumes or stops at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from broadbill.accounts.models import Account
from broadbill.billing.domain.reading import Reading
from broadbill.billing.models import AccountState
from broadbill.billing.operations.rulebook import current_rulebook
from broadbill.billing.operations.run import bill_at_once
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.contracts.operations.switching import Switch, resume_many, suspend_many
from broadbill.contracts.queries.prepaid import prepaid_subscriptions
from broadbill.core.errors import DomainError
from broadbill.core.rating import Rulebook
from broadbill.ledger.queries.balances import receivable_balances
from broadbill.prepaid.domain.covering import WALLET_EMPTY, resumable
from broadbill.prepaid.models import Depletion
from broadbill.prepaid.operations.covering import ACTOR
from broadbill.prepaid.queries.prepaid_accounts import PausedSubscription, paused_by_wallet


def follow_payments(*, received: Mapping[int, date], now: datetime, actor: str) -> None:
    """Resume what the money covers and bill it, in the transaction that took the money.

    `received` has the day on which the money of each account came; the caller holds the accounts' locks. Service
    resumes on the account's own today: for days that have passed without service nobody pays.
    """
    days = _business_days(received, now)
    paused = paused_by_wallet(list(days))
    in_service = prepaid_subscriptions(account_ids=list(days), on=max(days.values()))
    prepaid = sorted({*paused, *in_service})
    Depletion.objects.filter(account__in=prepaid, ended_at=None).update(ended_at=now)
    if paused:
        days |= {
            account_id: max(days[account_id], *(pause.since for pause in mine))
            for account_id, mine in paused.items()
        }
        resume_many(switches=_covered(paused, days, now), now=now, actor=ACTOR)
    _bill({account_id: days[account_id] for account_id in prepaid}, now, actor)


def _covered(
    paused: Mapping[int, Sequence[PausedSubscription]], days: Mapping[int, date], now: datetime
) -> list[Switch]:
    """The paused services that each account's credit covers from its day on."""
    rulebook = parsed_rulebook(current_rulebook(now=now).id)
    return [
        Switch(reading.account_id, subscription_id, days[reading.account_id])
        for reading in read_accounts(account_ids=sorted(paused), rulebooks=[rulebook], rulebook_ids=())
        for subscription_id in _resumable(
            reading, paused[reading.account_id], rulebook, days[reading.account_id]
        )
    ]


def _resumable(
    reading: Reading, paused: Sequence[PausedSubscription], rulebook: Rulebook, on: date
) -> list[int]:
    """Nothing for an account that rating refuses: its money is taken all the same, and the bill run lists it."""
    try:
        return list(resumable(reading, [pause.id for pause in paused], rulebook=rulebook, on=on))
    except DomainError:
        return []


def follow_reversal(*, account_id: int, reversed_on: date, now: datetime, actor: str) -> None:
    """Stop prepaid service whose money did not hold. What was billed of the days to come is credited."""
    [(_, day)] = _business_days({account_id: reversed_on}, now).items()
    prepaid = prepaid_subscriptions(account_ids=[account_id], on=day).get(account_id, [])
    if not prepaid or receivable_balances([account_id]).get(account_id, 0) <= 0:
        return
    served = [Switch(account_id, service.id, day) for service in prepaid if service.is_served]
    suspend_many(switches=served, reason=WALLET_EMPTY, now=now, actor=ACTOR)
    _bill({account_id: day}, now, actor)


def _business_days(days: Mapping[int, date], now: datetime) -> dict[int, date]:
    """Each account's own today, or the day told if that is still to come."""
    zones = Account.objects.filter(pk__any=list(days)).values_list("id", "profile__timezone")
    return {
        account_id: max(days[account_id], now.astimezone(ZoneInfo(zone)).date()) for account_id, zone in zones
    }


def _bill(days: Mapping[int, date], now: datetime, actor: str) -> None:
    """Bill the accounts, each through its day, or through the later one it was billed through already."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for account_id, day in _not_before_the_last_bill(days):
        by_day[day].append(account_id)
    for day, account_ids in sorted(by_day.items()):
        bill_at_once(account_ids=account_ids, through=day, now=now, actor=actor)


def _not_before_the_last_bill(days: Mapping[int, date]) -> Iterable[tuple[int, date]]:
    states: Sequence[tuple[int, date]] = list(
        AccountState.objects.filter(account__in=list(days)).values_list("account_id", "billed_through")
    )
    billed = dict(states)
    return [(account_id, max(day, billed.get(account_id, day))) for account_id, day in sorted(days.items())]
