"""Charging saved methods by themselves for what falls due, and trying again after a decline."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from django.db import connection, transaction

from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.kernel.operations.installation import installation_name
from broadbill.payments.domain.autopay import may_try
from broadbill.payments.domain.gateway import DECLINES
from broadbill.payments.models import CardCharge, CardPolicy
from broadbill.payments.operations.card_charges import NewCharge, charge_card
from broadbill.payments.queries.card_policy import CardPolicyRead, card_policy

logger = logging.getLogger(__name__)
ACTOR = "system:autopay"
# Gateways answer within a second or two and let a provider ask some dozens of times a second (Stripe: 100).
AT_ONCE: Final = 8
FINAL = [decline for decline, may_be_asked_again in DECLINES.items() if not may_be_asked_again]

# Accounts with a method that is charged by itself, of which something is due: what, since when, and the days on which a
# charge was declined since then. What is in credit is set off first. A method that was declined for good since then is
# left alone until another is saved or the debt is paid otherwise.
DUE = """
SELECT method.account_id, method.id, owed.currency, least(owed.due, owed.balance)::bigint, owed.since,
       coalesce((SELECT array_agg(DISTINCT (charge.asked_at AT TIME ZONE %(zone)s)::date)
                 FROM payments_cardcharge AS charge
                 WHERE charge.account_id = method.account_id AND charge.state = 'declined' AND charge.off_session
                   AND (charge.asked_at AT TIME ZONE %(zone)s)::date >= owed.since), '{}')
FROM payments_savedmethod AS method
JOIN LATERAL (
    SELECT profile.currency, coalesce(sum(item.open) FILTER (WHERE item.open > 0 AND item.due_on <= %(on)s), 0) AS due,
           coalesce(sum(item.open), 0) AS balance, min(item.due_on) FILTER (WHERE item.open > 0) AS since
    FROM accounts_account AS account
    JOIN accounts_profile AS profile ON profile.id = account.profile_id
    LEFT JOIN payments_openitem AS item ON item.account_id = account.id AND item.open <> 0
    WHERE account.id = method.account_id
    GROUP BY profile.currency
) AS owed ON owed.due > 0 AND owed.balance > 0
WHERE method.autopay AND method.state = 'active'
  AND NOT EXISTS (SELECT FROM payments_cardcharge AS other WHERE other.account_id = method.account_id
                  AND other.state IN ('asked', 'challenge', 'pending'))
  AND NOT EXISTS (SELECT FROM payments_cardcharge AS final
                  WHERE final.account_id = method.account_id AND final.method_id = method.id AND final.off_session
                    AND final.state = 'declined' AND final.decline = ANY(%(final)s)
                    AND (final.asked_at AT TIME ZONE %(zone)s)::date >= owed.since)
  AND NOT EXISTS (SELECT FROM payments_debit AS debit WHERE debit.account_id = method.account_id
                  AND debit.state IN ('planned', 'asked'))
ORDER BY method.account_id
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a pass asked for, by outcome; `refused` were not asked for at all."""

    succeeded: int = 0
    declined: int = 0
    under_way: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    account_id: int
    method_id: int
    currency: str
    minor: int
    since: date
    declined_on: Sequence[date]


def charge_what_is_due(*, on: date, now: datetime, zone: str, at_once: int = 1) -> Tally:
    """Charge every account that pays by itself for what is due by `on`. One try an account and day, whoever asks.

    `at_once` accounts at the same time, for the time goes by waiting for the gateway: each with a connection of its
    own, so not inside a transaction. An account has one charge whatever its neighbours do: its key is kept before.
    """
    policy, installation = card_policy(), installation_name()
    due = [one for one in _due(on, zone) if _may_try(one, policy, on)]
    charge = partial(_charge_each, on=on, now=now, installation=installation)
    if at_once <= 1 or len(due) <= 1:
        states = charge(due)
    else:
        shares = [due[first::at_once] for first in range(min(at_once, len(due)))]
        with ThreadPoolExecutor(len(shares), "autopay") as threads:
            states = [state for share in threads.map(partial(_in_thread, charge), shares) for state in share]
    return Tally(
        succeeded=states.count("succeeded"),
        declined=states.count("declined"),
        under_way=sum(state in CardCharge.UNDER_WAY for state in states),
        refused=states.count(""),
    )


def _in_thread(charge: Callable[[Sequence[_Due]], list[str]], share: Sequence[_Due]) -> list[str]:
    try:
        return charge(share)
    finally:
        connection.close()


def _charge_each(due: Sequence[_Due], *, on: date, now: datetime, installation: str) -> list[str]:
    return [_charge(one, on, now, installation) for one in due]


def _charge(due: _Due, on: date, now: datetime, installation: str) -> str:
    """The state of the charge, empty where it was refused."""
    charge = NewCharge(
        account_id=due.account_id,
        method_id=due.method_id,
        amount=Money(due.minor, Currency.of(due.currency)),
        # Two Broadbills may share an account at a gateway, which knows requests by their keys alone.
        key=f"autopay-{installation}-{due.account_id}-{on}",
        description="Autopay",
        off_session=True,
    )
    try:
        return str(charge_card(charge=charge, now=now, actor=ACTOR).state)
    except DomainError as error:
        logger.warning("account %s was not charged: %s", due.account_id, error)
        return ""


def _due(on: date, zone: str) -> list[_Due]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"on": on, "zone": zone, "final": FINAL})
        return [_Due(*row) for row in cursor.fetchall()]


def _may_try(due: _Due, policy: CardPolicyRead, on: date) -> bool:
    return may_try(on=on, declined_on=due.declined_on, retry_days=policy.retry_days)


@transaction.atomic
def set_card_policy(*, retry_days: Iterable[int], passes_fee_on: bool, now: datetime, actor: str) -> None:
    """Say how charging goes on after a decline, from now on. Raises: ValueError for days that do not ascend."""
    days = list(retry_days)
    if days != sorted(set(days)) or (days and days[0] < 1):
        raise ValueError("retry days are whole days after the first decline, each later than the one before")
    row = CardPolicy.objects.create(
        retry_days=days, passes_fee_on=passes_fee_on, recorded_by=actor, recorded_at=now
    )
    record_event(
        actor=actor,
        verb="card_policy.changed",
        object_type="card_policy",
        object_id=row.id,
        occurred_at=now,
        data={"retry_days": days, "passes_fee_on": passes_fee_on},
    )
