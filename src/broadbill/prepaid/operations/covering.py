"""Pausing what an account's credit does not cover, before any run bills it."""

from __future__ import annotations

from broadbill.billing.domain.reading import Reading
from broadbill.billing.operations.holding import Asked, Held
from broadbill.billing.queries.readings import read_accounts
from broadbill.contracts.operations.switching import Switch, suspend_many
from broadbill.contracts.queries.prepaid import prepaid_subscriptions
from broadbill.core.errors import DomainError
from broadbill.prepaid.domain.covering import WALLET_EMPTY, decide, is_covered
from broadbill.prepaid.domain.errors import WalletTooLow

ACTOR = "system:prepaid"


def pause_what_is_not_covered(asked: Asked) -> Held:
    """Record a pause for each prepaid subscription whose next period the account's credit does not cover.

    Accounts that would owe something even so, for a manual charge or a price corrected for the past, are held
    back: they wait for a top-up or a person. A fixed number of queries, whatever the number of accounts.
    """
    prepaid = prepaid_subscriptions(account_ids=asked.account_ids, on=asked.on)
    if not prepaid:
        return {}
    readings = read_accounts(
        account_ids=list(prepaid), rulebooks=[asked.rulebook], rulebook_ids=asked.rulebook_ids
    )
    uncovered = [reading.account_id for reading in readings if not _is_clear(reading, asked)]
    switches: list[Switch] = []
    held: dict[int, DomainError] = {}
    for reading in read_accounts(account_ids=uncovered, rulebooks=[asked.rulebook], rulebook_ids=()):
        account_id = reading.account_id
        # Corrections put right what is past: nothing of that can be paused.
        served = [service.id for service in prepaid[account_id] if service.is_served and not asked.dated]
        decision = decide(reading, served, rulebook=asked.rulebook, on=asked.on)
        switches += [Switch(account_id, pause.subscription_id, pause.on) for pause in decision.pauses]
        if decision.short:
            held[account_id] = WalletTooLow(
                account=reading.number, short=str(decision.short), currency=decision.short.currency.code
            )
    suspend_many(switches=switches, reason=WALLET_EMPTY, now=asked.now, actor=ACTOR)
    return held


def _is_clear(reading: Reading, asked: Asked) -> bool:
    """Whether the account may be billed as it is. One that rating refuses is listed by the run a moment later."""
    try:
        return is_covered(reading, rulebook=asked.rulebook, on=asked.on, dated=asked.dated)
    except DomainError:
        return True
