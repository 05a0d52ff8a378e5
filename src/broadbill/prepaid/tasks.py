"""Background work of prepaid."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from broadbill.prepaid.operations.draw_down import draw_down_by_the_clock
from broadbill.prepaid.operations.end_vouchers import expire_vouchers
from broadbill.prepaid.operations.network_names import grant_sold_before
from broadbill.prepaid.operations.redeem import redeem_started
from broadbill.prepaid.operations.warn import warn_of_empty_wallets
from broadbill.prepaid.operations.wrong_codes import forget_wrong_codes


@app.periodic(cron="*/15 * * * *")
@app.task(name="prepaid.draw_down", queueing_lock="prepaid.draw_down", lock="prepaid.draw_down")
def draw_down_wallets(timestamp: int) -> int:
    """Every quarter of an hour, because midnight comes at another time in each zone (some are 45 minutes apart)."""
    return len(draw_down_by_the_clock(now=datetime.fromtimestamp(timestamp, tz=UTC)))


@app.periodic(cron="40 7 * * *")
@app.task(name="prepaid.warn", queueing_lock="prepaid.warn")
def warn_customers(timestamp: int) -> int:
    """Every morning: letters to those whose credit is running out."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return warn_of_empty_wallets(on=timezone.localdate(now), now=now)


@app.periodic(cron="* * * * *")
@app.task(name="prepaid.vouchers_of_the_network", queueing_lock="prepaid.vouchers_of_the_network")
def book_sign_ins(timestamp: int) -> int:
    """Every minute: vouchers that signed in are booked; those sold before the network knew any may sign in."""
    grant_sold_before()
    return redeem_started(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="50 2 * * *")
@app.task(name="prepaid.end_vouchers", queueing_lock="prepaid.end_vouchers")
def end_vouchers(timestamp: int) -> int:
    """Every night: what is owed for vouchers whose last day is over becomes revenue; old wrong codes are forgotten."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    forget_wrong_codes(now=now)
    return expire_vouchers(on=timezone.localdate(now), now=now, actor="system:prepaid")
