"""Background work of contracts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.contracts.operations.referrals import REWARD_TASK, reward_referral
from broadbill.contracts.operations.replace_plan import REPLACE_TASK, ReplaceRequest, replace_plan
from broadbill.contracts.operations.service_counts import tidy_service_counts


@app.task(name=REWARD_TASK)
def reward(referral_id: int) -> None:
    """Credits for who brought a customer, and for the customer, once an invoice is paid."""
    reward_referral(referral_id=referral_id, on=timezone.localdate(), now=timezone.now())


@app.periodic(cron="47 3 * * *")
@app.task(name="contracts.tidy_service_counts", queueing_lock="contracts.tidy_service_counts")
def tidy_service_counts_at_night(timestamp: int) -> int:  # noqa: ARG001  # every periodic task is told its time
    """Every night: what a day changed in the number of services becomes one row for each plan."""
    return tidy_service_counts()


@app.task(name=REPLACE_TASK)
def replace(today: str, starts: str, **asked: Any) -> None:
    """Move everyone to the plan that takes another's place. Done again, it moves only who still has the old one."""
    request = ReplaceRequest(starts=date.fromisoformat(starts), **asked)
    replace_plan(request=request, today=date.fromisoformat(today), now=timezone.now())
