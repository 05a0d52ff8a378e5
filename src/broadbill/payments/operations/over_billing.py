"""Money back to who was billed too much, as the provider's policy says, when corrections are issued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from broadbill.accounts.operations.lock import lock_accounts
from broadbill.billing.models import Document
from broadbill.billing.operations.correct import correct
from broadbill.billing.queries.audit import day_of_corrections, without_a_bill_due
from broadbill.core.money import Currency, Money
from broadbill.kernel.operations.events import record_event
from broadbill.kernel.operations.installation import installation_name
from broadbill.network.queries.incidents import accounts_credited
from broadbill.payments.domain.over_billed import billed_too_much
from broadbill.payments.models import Payment, RefundPolicy
from broadbill.payments.operations.card_refunds import refund_to_cards
from broadbill.payments.operations.refund import NewRefund, asked_with, request_refund
from broadbill.payments.queries.refund_policy import Otherwise, RefundPolicyRead, refund_policy
from broadbill.payments.queries.refunds import refundable_of

ACTOR = "system:over-billing"


def follow_corrections(*, document_ids: Sequence[int], actor: str, now: datetime) -> None:
    """What a run of corrections gave back, and was really paid, goes back as the policy says.

    In the run's transaction, after its documents are settled, so that a crash leaves neither or both. What other runs
    credit stays for the next bill. The caller holds the accounts' locks.
    """
    del actor
    # They are of one run. One query where it corrects nothing.
    issued = Document.objects.filter(pk__in=document_ids)
    if not document_ids or not issued.filter(pk=document_ids[0], run__issued_on__isnull=False).exists():
        return
    _give_back_all(issued, refund_policy(), now)


def refund_incident(*, incident_id: int, now: datetime) -> int:
    """Correct the bills of those who are given credit for an incident, and give back what they have paid for it.

    What the policy does not give back by itself waits for a person's agreement. Whoever has not paid owes less; whoever
    is due a bill anyway gets it with that. Doing it again gives nothing back twice.
    Returns how many bills were corrected. Raises: WorkerDied, as a bill run does.
    """
    actor, today = f"system:incident-{incident_id}", timezone.localdate(now)
    if accounts := without_a_bill_due(accounts_credited(incident_id), by=today):
        correct(found={today: accounts}, issued_on=day_of_corrections(today=today), actor=actor, now=now)
    issued = Document.objects.filter(run__started_by=actor)
    policy = replace(refund_policy(), otherwise=Otherwise.APPROVAL)
    for account_id in issued.order_by("account_id").values_list("account_id", flat=True).distinct():
        with transaction.atomic():
            lock_accounts([account_id])
            _give_back_all(issued.filter(account_id=account_id), policy, now)
    return issued.count()


def _give_back_all(issued: QuerySet[Document], policy: RefundPolicyRead, now: datetime) -> None:
    by_account: dict[int, list[Document]] = defaultdict(list)
    for document in issued.select_related("profile").order_by("id"):
        by_account[document.account_id].append(document)
    installation = installation_name()
    for account_id in sorted(by_account):
        _give_back(account_id, by_account[account_id], policy, installation, now)


def _give_back(
    account_id: int, documents: Sequence[Document], policy: RefundPolicyRead, installation: str, now: datetime
) -> None:
    """To the cards it came from by itself up to the policy's amount. Transfers and cash are made by people."""
    note, currency = documents[0], Currency.of(documents[0].currency)
    too_much = Money(-sum(document.total for document in documents), currency)
    if too_much.minor <= 0:
        return
    key, reason = (
        f"over-billing-{installation}-{note.id}",
        billed_too_much(language=note.profile.language, number=note.number),
    )
    before, has_rest = asked_with(key)
    if has_rest:
        return
    able = refundable_of(account_id=account_id, currency=currency)
    amount = min(too_much - Money(before, currency), able.amount)
    to_cards = currency.zero if before else min(amount, able.to_cards)
    most = policy.automatic_up_to
    by_itself = most is not None and amount.amount <= most
    waits = policy.otherwise is Otherwise.APPROVAL
    on = timezone.localdate(now)
    if to_cards.minor > 0 and (by_itself or waits):
        refund_to_cards(
            account_id=account_id, amount=to_cards, reason=reason, key=key, on=on, now=now, actor=ACTOR,
            limit=None if by_itself else currency.zero,
        )  # fmt: skip
    rest = amount - to_cards
    if rest.minor > 0 and waits:
        asked = NewRefund(
            account_id=account_id, amount=rest, method=Payment.Method.TRANSFER, reason=reason, idempotency_key=key
        )  # fmt: skip
        request_refund(refund=asked, on=on, now=now, actor=ACTOR, limit=currency.zero)


@transaction.atomic
def set_refund_policy(
    *, automatic_up_to: Decimal | None, otherwise: Otherwise, now: datetime, actor: str
) -> None:
    """Say what becomes of what customers were billed too much, from now on.

    Raises: ValueError for an amount below nothing.
    """
    if automatic_up_to is not None and not (automatic_up_to.is_finite() and automatic_up_to >= 0):
        raise ValueError("an amount that goes back by itself is not below nothing")
    row = RefundPolicy.objects.create(
        automatic_up_to=automatic_up_to, otherwise=otherwise, recorded_by=actor, recorded_at=now
    )
    record_event(
        actor=actor,
        verb="refund_policy.changed",
        object_type="refund_policy",
        object_id=row.id,
        occurred_at=now,
        data={
            "automatic_up_to": None if automatic_up_to is None else str(automatic_up_to),
            "otherwise": str(otherwise),
        },
    )
