"""Background work of payments."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from broadbill.payments.domain.gateway import OutcomeUnknown
from broadbill.payments.operations.autopay import AT_ONCE, charge_what_is_due
from broadbill.payments.operations.card_charges import settle_under_way
from broadbill.payments.operations.card_refunds import send_card_refund, settle_refunds_under_way
from broadbill.payments.operations.daily_proof import prove
from broadbill.payments.operations.ending_cards import announce_ending
from broadbill.payments.operations.findings import PROOF
from broadbill.payments.operations.incident_refunds import REFUND_TASK
from broadbill.payments.operations.over_billing import refund_incident
from broadbill.payments.operations.refund import SEND_TASK
from broadbill.payments.operations.tax_relief import relieve_bad_debt
from broadbill.payments.operations.webhooks import WORK_OFF_TASK, work_off_waiting, work_off_webhook

# A gateway that is silent is asked again after some seconds, then minutes; the sweep below goes on after that.
AGAIN = RetryStrategy(max_attempts=6, exponential_wait=4, retry_exceptions=[OutcomeUnknown])


@app.task(name=WORK_OFF_TASK, retry=AGAIN)
def work_off(webhook_id: int) -> None:
    """Settle what a gateway's news is about."""
    work_off_webhook(webhook_id=webhook_id, now=timezone.now())


@app.task(name=SEND_TASK)
def send_refund(refund_id: int) -> None:
    """Ask a gateway to give a charge back."""
    send_card_refund(refund_id=refund_id, now=timezone.now())


@app.task(
    name=REFUND_TASK,
    lock="payments.refund_incident",
    retry=RetryStrategy(max_attempts=5, exponential_wait=20),
)
def refund_what_was_out(incident_id: int) -> int:
    """Correct bills for an incident and give back what was paid; return how many bills were corrected."""
    return refund_incident(incident_id=incident_id, now=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(name="payments.find_out", queueing_lock="payments.find_out", lock="payments.find_out")
def find_out(timestamp: int) -> int:
    """Every two minutes: what became of charges, refunds and news without a known outcome."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return settle_under_way(now=now) + settle_refunds_under_way(now=now) + work_off_waiting(now=now)


@app.periodic(cron="20 6 * * *")
@app.task(name="payments.autopay", queueing_lock="payments.autopay", lock="payments.autopay")
def autopay(timestamp: int) -> int:
    """Every morning: charge what is due to whoever pays by themselves."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    done = charge_what_is_due(on=timezone.localdate(now), now=now, zone=settings.TIME_ZONE, at_once=AT_ONCE)
    return done.succeeded


@app.periodic(cron="40 3 * * *")
@app.task(name="payments.prove", queueing_lock="payments.prove", lock="payments.prove")
def proof(timestamp: int) -> int:
    """Every night: compare gateways, bank, drawers and books; return how many findings are open."""
    return prove(now=datetime.fromtimestamp(timestamp, tz=UTC), actor=PROOF).open


@app.periodic(cron="10 4 * * *")
@app.task(name="payments.tax_relief", queueing_lock="payments.tax_relief", lock="payments.tax_relief")
def tax_relief(timestamp: int) -> int:
    """Every night: give tax back on bad debt whose day has come."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return relieve_bad_debt(on=timezone.localdate(now), now=now)


@app.periodic(cron="30 6 * * *")
@app.task(name="payments.ending_cards", queueing_lock="payments.ending_cards", lock="payments.ending_cards")
def ending_cards(timestamp: int) -> int:
    """Every morning: tell whose card ends soon and is charged by itself."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    return announce_ending(on=timezone.localdate(now), now=now)
