"""Dunning policies, and who is chased by which: an account by its own, else by its kind's, else by `usual`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.operations.lock import lock_account
from broadbill.collections.domain.policy import Policy, PolicyRefused, PolicyUnknown, parse_policy
from broadbill.collections.models import DunningPolicy, KindPolicy, ReferenceRate, Standing
from broadbill.collections.queries.debts import USUAL_POLICY
from broadbill.kernel.operations.events import record_event


@transaction.atomic
def set_policy(*, code: str, detail: Mapping[str, object], now: datetime, actor: str) -> None:
    """Add a policy, or a new version of one; debts that are chased go on by it. Raises: PolicyRefused."""
    _refuse_unknown_rates(parse_policy(detail))
    row = DunningPolicy.objects.create(code=code, detail=detail, recorded_by=actor, recorded_at=now)
    record_event(
        actor=actor,
        verb="dunning_policy.changed",
        object_type="dunning_policy",
        object_id=row.id,
        occurred_at=now,
        data={"code": code},
    )


@transaction.atomic
def follow_policy(*, account_id: int, policy: str, now: datetime, actor: str) -> None:
    """Chase the account by a policy of its own from now on; an empty one is its kind's again.

    Raises: PolicyUnknown, AccountUnknown.
    """
    lock_account(account_id)
    _refuse_unknown(policy)
    Standing.objects.update_or_create(account_id=account_id, defaults={"policy": policy})
    record_event(
        actor=actor,
        verb="dunning.policy_chosen",
        object_type="account",
        object_id=account_id,
        occurred_at=now,
        account_id=account_id,
        data={"policy": policy},
    )


@transaction.atomic
def follow_policy_by_kind(*, kind: CustomerKind, policy: str, now: datetime, actor: str) -> None:
    """Chase customers of a kind by a policy from now on, but for those with one of their own; empty is `usual` again.

    Raises: PolicyUnknown.
    """
    _refuse_unknown(policy)
    if policy:
        KindPolicy.objects.update_or_create(kind=kind.value, defaults={"policy": policy})
    else:
        KindPolicy.objects.filter(kind=kind.value).delete()
    record_event(
        actor=actor,
        verb="dunning_policy.chosen_for_kind",
        object_type="customer_kind",
        object_id=kind.value,
        occurred_at=now,
        data={"kind": kind.value, "policy": policy},
    )


def _refuse_unknown_rates(policy: Policy) -> None:
    known = set(ReferenceRate.objects.values_list("code", flat=True).distinct())
    for place, step in enumerate(policy.steps):
        if step.reference and step.reference not in known:
            raise PolicyRefused(
                where=f"steps[{place}].reference", reason=f"{step.reference} has no rate: record it first"
            )


def _refuse_unknown(policy: str) -> None:
    if policy not in {"", USUAL_POLICY} and not DunningPolicy.objects.filter(code=policy).exists():
        raise PolicyUnknown(policy=policy)
