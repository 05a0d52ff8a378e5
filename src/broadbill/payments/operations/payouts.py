"""Payouts of gateways as they come to the bank: a booking of the same amount that names no customer is the payout's.

So is money that goes out where the gateway says that a payout came back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import NewEvent, record_events
from broadbill.payments.models import BankLine, GatewayMovement

# Held by whoever takes bank lines in or matches them.
BANK_LOCK: Final = "payments.bank"
# A payout is booked at the bank between the day before the gateway's own day and so many days after it.
DAYS_BEFORE: Final = timedelta(days=1)
DAYS_AFTER: Final = timedelta(days=7)


@transaction.atomic
def match_payouts(*, now: datetime, actor: str) -> int:
    """Take payouts out of the queue of bank lines, whichever came first; return how many.

    Where several lines have a payout's amount, one that names the gateway or the payout is taken before the others.
    """
    wait_for_lock(BANK_LOCK)
    queued = list(BankLine.objects.filter(state=BankLine.State.QUEUED).order_by("id"))
    matched = _matches(queued)
    for row, movement in matched:
        row.state, row.movement, row.decided_by, row.decided_at = BankLine.State.PAYOUT, movement, actor, now
        row.save(update_fields=["state", "movement", "decided_by", "decided_at"])
    record_events(
        NewEvent(
            actor=actor,
            verb="bank_line.payout",
            object_type="bank_line",
            object_id=str(row.id),
            occurred_at=now,
            data={"gateway": movement.gateway, "payout": movement.reference},
        )
        for row, movement in matched
    )
    return len(matched)


def _matches(queued: Sequence[BankLine]) -> list[tuple[BankLine, GatewayMovement]]:
    waiting = GatewayMovement.objects.filter(
        kind="payout", bank_line=None, amount__in={-row.amount for row in queued}
    ).order_by("at", "id")
    free = list(queued)
    found = []
    for movement in waiting:
        fitting = [row for row in free if _fits(row, movement)]
        if fitting:
            best = max(fitting, key=lambda row: _names(row, movement))
            free.remove(best)
            found.append((best, movement))
    return found


def _fits(row: BankLine, movement: GatewayMovement) -> bool:
    day = timezone.localdate(movement.at)
    return (row.amount, row.currency) == (-movement.amount, movement.currency) and (
        day - DAYS_BEFORE <= row.booked_on <= day + DAYS_AFTER
    )


def _names(row: BankLine, movement: GatewayMovement) -> bool:
    said = f"{row.payer} {row.references}".lower()
    return movement.gateway in said or (movement.source != "" and movement.source.lower() in said)
