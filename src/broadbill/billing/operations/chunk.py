"""One chunk of a run, from reading to posting, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.billing.models import Chunk
from broadbill.billing.operations.holding import Asked, held_back
from broadbill.billing.operations.post_chunk import post_chunk
from broadbill.billing.operations.rate_chunk import rate_chunk
from broadbill.billing.queries.due import Due, lock_due_accounts
from broadbill.billing.queries.readings import read_accounts
from broadbill.billing.queries.rulebooks import parsed_rulebook
from broadbill.kernel.garbage import collector_paused


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What every chunk of a run goes by."""

    run_id: int
    rulebook_id: int
    due: Due
    actor: str
    # The date of its documents where it is not the day through which it bills.
    issued_on: date | None = None


def bill_chunk(*, plan: RunPlan, number: int, now: datetime) -> None:
    """Post a chunk, or find it posted. A death at any moment leaves nothing of it."""
    with collector_paused():
        _bill_chunk(plan, number, now)


def _bill_chunk(plan: RunPlan, number: int, now: datetime) -> None:
    with transaction.atomic():
        chunk = Chunk.objects.select_for_update().get(run_id=plan.run_id, number=number)
        if chunk.posted_at is not None:
            return
        account_ids = lock_due_accounts(plan.due, chunk.first_account_id, chunk.last_account_id)
        rulebook = parsed_rulebook(plan.rulebook_id)
        held = held_back(
            Asked(account_ids, rulebook, plan.due.rulebook_ids, plan.due.through, plan.issued_on, now)
        )
        readings = read_accounts(
            account_ids=account_ids,
            rulebooks=[rulebook],
            rulebook_ids=plan.due.rulebook_ids,
            run_id=plan.run_id,
            on=plan.due.through,
        )
        rated = rate_chunk(
            readings=readings,
            rulebook=rulebook,
            on=plan.due.through,
            run_id=plan.run_id,
            dated=plan.issued_on,
            held=held,
        )
        post_chunk(
            rated=rated,
            run_id=plan.run_id,
            number=number,
            rulebook_id=plan.rulebook_id,
            actor=plan.actor,
            now=now,
        )
