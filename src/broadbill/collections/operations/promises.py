"""Promises to pay, instalment plans, holds and exemptions: what people agree on with customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from broadbill.accounts.operations.lock import lock_account
from broadbill.collections.models import Promise, Standing
from broadbill.core.errors import DomainError
from broadbill.core.money import Money
from broadbill.kernel.operations.events import NewEvent, record_event, record_events

# What came since a promise was made, next to all that was promised up to it.
KEPT = """
SELECT promise.id, promise.account_id, promise.due_on, coalesce((
    SELECT sum(payment.amount) FROM payments_payment AS payment
    LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = payment.id
    WHERE payment.account_id = promise.account_id AND payment.received_on >= promise.made_on
      AND reversal.payment_id IS NULL), 0) >= (
    SELECT sum(earlier.amount) FROM collections_promise AS earlier
    WHERE earlier.account_id = promise.account_id AND earlier.made_at = promise.made_at
      AND earlier.due_on <= promise.due_on)
FROM collections_promise AS promise WHERE promise.state = 'open'
ORDER BY promise.id
"""


@dataclass(kw_only=True, eq=False)
class PromiseRefused(DomainError):
    """A promise that cannot be noted."""

    code = "collections.promise_refused"
    message = "The promise was not noted: {reason}."
    reason: str


@transaction.atomic
def promise_to_pay(
    *, account_id: int, parts: Sequence[tuple[Money, date]], on: date, now: datetime, actor: str
) -> list[Promise]:
    """Note what a customer promises to pay by when; several parts are an instalment plan. Earlier ones are withdrawn.

    Until the first part is broken nothing is done about the debt. Raises: PromiseRefused, AccountUnknown.
    """
    lock_account(account_id)
    days = [day for _, day in parts]
    if not parts or days != sorted(set(days)) or days[0] < on:
        raise PromiseRefused(reason="its days must follow each other, none in the past")
    if any(amount.minor <= 0 for amount, _ in parts):
        raise PromiseRefused(reason="every amount must be more than nothing")
    Promise.objects.filter(account_id=account_id, state=Promise.State.OPEN).update(
        state=Promise.State.WITHDRAWN
    )
    made = Promise.objects.bulk_create(
        Promise(
            account_id=account_id,
            amount=amount.minor,
            currency=amount.currency.code,
            made_on=on,
            due_on=day,
            made_by=actor,
            made_at=now,
        )
        for amount, day in parts
    )
    total = sum(amount.minor for amount, _ in parts)
    _tell("promise.made", account_id, actor, now, {
        "amount": {"minor": total, "currency": parts[0][0].currency.code}, "due_on": days[-1].isoformat(),
        "parts": len(parts),
    })  # fmt: skip
    return made


@transaction.atomic
def settle_promises(*, on: date, now: datetime) -> None:
    """Mark promises as kept when so much came, and as broken when their day is over. Three queries at most."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        rows = cursor.fetchall()
    kept = [row[0] for row in rows if row[3]]
    broken = {row[0]: row[1] for row in rows if not row[3] and row[2] < on}
    Promise.objects.filter(pk__in=kept).update(state=Promise.State.KEPT)
    # One broken part ends the plan: what is left of it holds nothing any more.
    accounts = set(broken.values())
    Promise.objects.filter(pk__in=broken).update(state=Promise.State.BROKEN)
    Promise.objects.filter(account__in=accounts, state=Promise.State.OPEN).update(
        state=Promise.State.WITHDRAWN
    )
    record_events(
        NewEvent(
            actor="system:collections",
            verb="promise.broken",
            object_type="promise",
            object_id=str(promise_id),
            occurred_at=now,
            account_id=account_id,
            data={},
        )
        for promise_id, account_id in broken.items()
    )


@transaction.atomic
def hold(*, account_id: int, until: date, reason: str, now: datetime, actor: str) -> None:
    """Do nothing about the account's debts up to and including a day. Raises: AccountUnknown."""
    lock_account(account_id)
    Standing.objects.update_or_create(
        account_id=account_id, defaults={"held_until": until, "held_reason": reason}
    )
    _tell("dunning.held", account_id, actor, now, {"until": until.isoformat(), "reason": reason})


@transaction.atomic
def exempt(*, account_id: int, until: date, reason: str, now: datetime, actor: str) -> None:
    """Never chase somebody who must not be (vulnerable, a hospital), up to a day on which it is looked at again.

    Raises: AccountUnknown.
    """
    lock_account(account_id)
    Standing.objects.update_or_create(
        account_id=account_id, defaults={"exempt_until": until, "exempt_reason": reason}
    )
    _tell("dunning.exempted", account_id, actor, now, {"until": until.isoformat(), "reason": reason})


def _tell(verb: str, account_id: int, actor: str, now: datetime, data: dict[str, object]) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_type="account",
        object_id=account_id,
        occurred_at=now,
        account_id=account_id,
        data=data,
    )
