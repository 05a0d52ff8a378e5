"""Agreeing: for how long, with what notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from broadbill.contracts.models import Contract
from broadbill.kernel.copying import copy_rows, next_ids
from broadbill.kernel.operations.events import NewEvent, record_events

CONTRACT = ("id", "number", "account_id", "starts_on", "term_months", "notice_days", "renewal", "signed_on",
            "ended_on", "recorded_at")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class NewContract:
    """`term_months` None is month to month. `number` is the provider's own, unique."""

    number: str
    account_id: int
    starts_on: date
    term_months: int | None = None
    notice_days: int = 30
    renewal: str = Contract.Renewal.OPEN_ENDED.value
    signed_on: date | None = None


@transaction.atomic
def make_contracts(*, contracts: Sequence[NewContract], now: datetime, actor: str) -> list[int]:
    """Record contracts in bulk and return their ids in order."""
    ids = next_ids("contracts_contract", len(contracts))
    copy_rows(
        "contracts_contract",
        CONTRACT,
        (
            (i, new.number, new.account_id, new.starts_on, new.term_months, new.notice_days, new.renewal,
             new.signed_on, None, now)
            for i, new in zip(ids, contracts, strict=True)
        ),
    )  # fmt: skip
    record_events(
        [
            NewEvent(
                occurred_at=now,
                actor=actor,
                verb="contract.made",
                object_type="contract",
                object_id=new.number,
                account_id=new.account_id,
                data={"starts_on": new.starts_on.isoformat(), "term_months": new.term_months},
            )
            for new in contracts
        ]
    )
    return ids
