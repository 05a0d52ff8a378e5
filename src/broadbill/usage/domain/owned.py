"""Records with their owners."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from broadbill.usage.domain.drafts import Claim, Draft, Owner, Resolve
from broadbill.usage.domain.new_record import NewRecord


def owners_of(claims: Collection[Claim], resolve: Mapping[str, Resolve]) -> dict[Claim, Owner]:
    """By all ways of naming somebody; one question for each."""
    found: dict[Claim, Owner] = {}
    for by, asked in resolve.items():
        if mine := {claim for claim in claims if claim.by == by}:
            found |= asked(mine)
    return found


def new_record(draft: Draft, owner: Owner) -> NewRecord:
    told = draft.told
    return NewRecord(
        account_id=owner.account_id,
        subscription_id=owner.subscription_id,
        meter=told["meter"],
        at=datetime.fromisoformat(told["at"]),
        quantity=_number(told, "quantity"),
        duration_seconds=_number(told, "duration_seconds"),
        to=told.get("to"),
        inward=_number(told, "in"),
        outward=_number(told, "out"),
        value=_number(told, "value"),
        source_id=None if told.get("id") is None else str(told["id"]),
        allow_negative=bool(told.get("allow_negative")),
    )


def _number(told: Mapping[str, Any], key: str) -> Decimal | None:
    return None if told.get(key) is None else Decimal(told[key])
