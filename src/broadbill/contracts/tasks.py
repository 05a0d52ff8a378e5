"""Background work of contracts."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.contracts.operations.referrals import REWARD_TASK, reward_referral


@app.task(name=REWARD_TASK)
def reward(referral_id: int) -> None:
    """Credits for who brought a customer, and for the customer, once an invoice is paid."""
    reward_referral(referral_id=referral_id, on=timezone.localdate(), now=timezone.now())
