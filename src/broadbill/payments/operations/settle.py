"""Letting money settle debts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from broadbill.accounts.operations.lock import lock_account
from broadbill.contracts.operations.referrals import reward_referrals_later
from broadbill.kernel.copying import copy_rows
from broadbill.kernel.operations.events import record_event
from broadbill.payments.domain.errors import AllocationRefused
from broadbill.payments.domain.matching import Match, Open, match_open
from broadbill.payments.models import Allocation, OpenItem

ALLOCATION = ("credit_id", "debit_id", "amount", "recorded_by", "recorded_at")
# Accounts that have money and debts at once, with what is open of each.
UNSETTLED = """
SELECT item.account_id, item.id, item.due_on, item.open, document.number, document.corrects
FROM payments_openitem AS item
JOIN (
    SELECT account_id FROM payments_openitem WHERE open <> 0 AND account_id = ANY(%s)
    GROUP BY account_id HAVING min(open) < 0 AND max(open) > 0
) AS unsettled USING (account_id)
LEFT JOIN billing_document AS document ON document.id = item.document_id
WHERE item.open <> 0
"""


def settle_accounts(*, account_ids: Sequence[int], actor: str, now: datetime) -> None:
    """Settle each account's debts with its own credit (`match_open`). The caller holds the accounts' locks."""
    with connection.cursor() as cursor:
        cursor.execute(UNSETTLED, [list(account_ids)])
        items: dict[int, list[Open]] = defaultdict(list)
        for account_id, item_id, due_on, still_open, number, corrects in cursor:
            items[account_id].append(Open(item_id, due_on, still_open, number, tuple(corrects or ())))
    matches = [match for account_id in sorted(items) for match in match_open(items[account_id])]
    _apply(matches, actor, now)


@transaction.atomic
def allocate(*, credit_id: int, debit_id: int, amount: int, actor: str, now: datetime) -> None:
    """Settle a debt with a certain credit, as staff decide; a credit note only after what it corrects.

    Raises: AllocationRefused.
    """
    credit, debit = OpenItem.objects.get(pk=credit_id), OpenItem.objects.get(pk=debit_id)
    lock_account(credit.account_id)
    credit.refresh_from_db()
    debit.refresh_from_db()
    if credit.account_id != debit.account_id:
        raise AllocationRefused(reason="the money and the debt belong to different accounts")
    if not 0 < amount <= min(-credit.open, debit.open):
        raise AllocationRefused(reason="more than is open, or nothing at all")
    _refuse_to_spend_before_correcting(credit, debit)
    _apply([Match(credit_id, debit_id, amount)], actor, now)
    record_event(
        actor=actor,
        verb="payment.allocated",
        object_type="open_item",
        object_id=credit_id,
        occurred_at=now,
        account_id=credit.account_id,
        data={"debit": debit_id, "minor": amount},
    )


def _refuse_to_spend_before_correcting(credit: OpenItem, debit: OpenItem) -> None:
    if credit.document is None:
        return
    corrected = OpenItem.objects.filter(
        account_id=credit.account_id, document__number__in=credit.document.corrects, open__gt=0
    )
    first = list(corrected.order_by("id").values_list("id", "document__number"))
    if first and debit.id not in {item_id for item_id, _ in first}:
        raise AllocationRefused(
            reason=f"the credit note {credit.document.number} corrects {first[0][1]}, which is open: settle that first"
        )


@transaction.atomic
def undo_allocation(*, allocation_id: int, actor: str, now: datetime) -> None:
    """Take the money off the debt; it becomes the customer's credit.

    When that opens a document again, the credit notes that correct it come back from where they were spent and lower
    it: only the credit of what was paid may be spent. Raises: AllocationRefused.
    """
    allocation = Allocation.objects.select_related("credit").get(pk=allocation_id)
    lock_account(allocation.credit.account_id)
    allocation.refresh_from_db()
    if allocation.undone_at:
        raise AllocationRefused(reason="it was undone already")
    if allocation.credit.kind == OpenItem.Kind.WRITE_OFF:
        raise AllocationRefused(reason="a write-off stays with its invoice: recover it instead")
    undo([allocation], now)
    _apply(_back_to_what_they_correct(allocation, now), actor, now)
    record_event(
        actor=actor,
        verb="payment.allocation_undone",
        object_type="open_item",
        object_id=allocation.credit_id,
        occurred_at=now,
        account_id=allocation.credit.account_id,
        data={"debit": allocation.debit_id, "minor": allocation.amount},
    )


def undo_for_reversal(*, payment_id: int, now: datetime) -> None:
    """Reopen what a payment settled, and give back the credit notes that correct what is open again.

    A credit note goes to the document it corrects while that is open, so it comes back from where it was spent when
    the document had been paid. The caller holds the account's lock and settles anew.
    """
    undone = list(Allocation.objects.filter(credit__payment_id=payment_id, undone_at=None))
    undo(undone, now)
    reopened = OpenItem.objects.filter(
        pk__in=[allocation.debit_id for allocation in undone], document__isnull=False
    )
    numbers = list(reopened.values_list("document__number", flat=True))
    if numbers:
        undo(list(_spent_notes(numbers)), now)


def _spent_notes(corrected: Sequence[str]) -> QuerySet[Allocation]:
    return Allocation.objects.filter(credit__document__corrects__overlap=list(corrected), undone_at=None)


def _back_to_what_they_correct(undone: Allocation, now: datetime) -> list[Match]:
    """Take back the credit notes that correct what is open again and were spent elsewhere; how they lower it instead.

    What was taken off it stays free: staff see to that.
    """
    debit = OpenItem.objects.select_related("document").get(pk=undone.debit_id)
    if debit.document is None:
        return []
    elsewhere = _spent_notes([debit.document.number]).exclude(debit=debit)
    # What else a note corrects is left alone: there it is where it belongs.
    spent = [
        row
        for row in elsewhere.select_related("credit__document", "debit__document").order_by("id")
        if row.credit.document and not _corrects(row.credit.document.corrects, row.debit)
    ]
    undo(spent, now)
    left, matches = debit.open, []
    for row in spent:
        if amount := min(row.amount, left):
            matches.append(Match(row.credit_id, debit.id, amount))
            left -= amount
    return matches


def _corrects(numbers: Sequence[str], debit: OpenItem) -> bool:
    return debit.document is not None and debit.document.number in numbers


def undo(allocations: Sequence[Allocation], now: datetime) -> None:
    """Give back what these allocations settled. The caller holds the account's lock."""
    for allocation in allocations:
        OpenItem.objects.filter(pk=allocation.credit_id).update(open=F("open") - allocation.amount)
        OpenItem.objects.filter(pk=allocation.debit_id).update(open=F("open") + allocation.amount)
        allocation.undone_at = now
        allocation.save(update_fields=["undone_at"])


def _apply(matches: Sequence[Match], actor: str, now: datetime) -> None:
    """Write matches of money down; whoever brought a customer that has paid an invoice now is rewarded."""
    if matches:
        reward_referrals_later(account_ids=write_matches(matches, actor, now))


def write_matches(matches: Sequence[Match], actor: str, now: datetime) -> set[int]:
    """Write matches down; return the accounts of invoices of which nothing is open now. The caller holds the locks."""
    change: dict[int, int] = defaultdict(int)
    for match in matches:
        change[match.credit] += match.amount
        change[match.debit] -= match.amount
    copy_rows(
        "payments_allocation",
        ALLOCATION,
        ((match.credit, match.debit, match.amount, actor, now) for match in matches),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_openitem SET open = open + fresh.change"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS fresh(item, change) WHERE id = fresh.item"
            " RETURNING account_id, kind = 'document' AND amount > 0 AND open = 0",
            [list(change), list(change.values())],
        )
        return {account_id for account_id, is_paid_invoice in cursor.fetchall() if is_paid_invoice}
