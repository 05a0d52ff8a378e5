"""News of gateways: kept once, answered at once, worked off in the background by asking what is true now."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from procrastinate.contrib.django import app

from broadbill.core.errors import DomainError
from broadbill.kernel.deviation import Deviation
from broadbill.payments.adapters.gateways import gateway_named
from broadbill.payments.domain.gateway import Gateway, NewsKind, OutcomeUnknown
from broadbill.payments.models import CardCharge, Refund, Webhook
from broadbill.payments.operations.card_charges import settle_charge
from broadbill.payments.operations.card_refunds import settle_refund
from broadbill.payments.operations.chargebacks import settle_chargeback
from broadbill.payments.operations.findings import open_findings
from broadbill.payments.operations.saved_methods import refresh_method, take_up_saved

logger = logging.getLogger(__name__)
WORK_OFF_TASK = "payments.work_off_webhook"
# Copies that come at the same moment wait for the first of them here.
KEEP = """
INSERT INTO payments_webhook (gateway, event, kind, reference, received_at, trouble) VALUES (%s, %s, %s, %s, %s, '')
ON CONFLICT (gateway, event) DO NOTHING RETURNING id
"""


@transaction.atomic
def take_in_webhook(*, gateway: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Keep news that is genuine and new, and leave a job for each; False where all of it came before.

    Raises: GatewayUnknown, WebhookRefused.
    """
    kept = []
    with connection.cursor() as cursor:
        for news in gateway_named(gateway).read_webhook(body=body, headers=headers, now=now):
            cursor.execute(KEEP, [gateway, news.event, news.kind.value, news.reference, now])
            kept += cursor.fetchall()
    for (webhook_id,) in kept:
        app.configure_task(WORK_OFF_TASK).defer(webhook_id=webhook_id)
    return bool(kept)


def work_off_webhook(*, webhook_id: int, now: datetime) -> None:
    """Ask the gateway about what the news names, and settle it. Twice is once, and the order makes no difference.

    Raises: OutcomeUnknown when the gateway does not answer: the job is tried again.
    """
    row = Webhook.objects.get(pk=webhook_id)
    if row.worked_off_at is not None:
        return
    try:
        trouble = settle_news(
            gateway=gateway_named(row.gateway), kind=NewsKind(row.kind), reference=row.reference, now=now
        )
    except DomainError as error:
        trouble = str(error)
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook_id).update(worked_off_at=now, trouble=trouble)
        if trouble:
            # What the daily proof would list the same night is told at once.
            open_findings(
                [Deviation("news", f"{row.gateway} {row.kind} {row.reference}", trouble)],
                now=now, actor=f"gateway:{row.gateway}",
            )  # fmt: skip


def work_off_waiting(*, now: datetime) -> int:
    """Work off what no job did, such as news that came while the gateway was silent; return how many."""
    done = 0
    for webhook_id in Webhook.objects.filter(worked_off_at=None).order_by("id").values_list("id", flat=True):
        try:
            work_off_webhook(webhook_id=webhook_id, now=now)
            done += 1
        except OutcomeUnknown as error:
            logger.warning("webhook %s waits: %s", webhook_id, error)
        except Exception as error:
            # One that nobody foresaw keeps no other waiting. It is tried again, and shown meanwhile.
            logger.exception("webhook %s cannot be worked off", webhook_id)
            trouble = f"cannot be worked off ({type(error).__name__}); the log says more"
            Webhook.objects.filter(pk=webhook_id, worked_off_at=None).update(trouble=trouble)
    return done


def settle_news(*, gateway: Gateway, kind: NewsKind, reference: str, now: datetime) -> str:
    """Settle what the gateway calls so as it stands now. Returns what a person has to look at, or nothing.

    Raises: DomainError (a refusal of the gateway's or ours), OutcomeUnknown.
    """
    match kind:
        case NewsKind.CHARGE:
            return _settle_charge(gateway, reference, now)
        case NewsKind.REFUND:
            return _settle_refund(gateway, reference, now)
        case NewsKind.DISPUTE:
            seen = gateway.read_dispute(reference)
            if seen is None:
                return "the gateway has no such dispute"
            return settle_chargeback(gateway=gateway.name, seen=seen, now=now)
        case NewsKind.SETUP:
            return take_up_saved(gateway=gateway.name, reference=reference, now=now)
        case NewsKind.METHOD:
            refresh_method(gateway=gateway.name, reference=reference, now=now)
    return ""


def _settle_charge(gateway: Gateway, reference: str, now: datetime) -> str:
    seen = gateway.find_charge(key="", reference=reference)
    if seen is None:
        return "the gateway has no such charge"
    charge = CardCharge.objects.filter(gateway=gateway.name, key=seen.key).first()
    if charge is None:
        return f"a charge of {seen.amount} {seen.amount.currency.code} that was not asked for here"
    settle_charge(charge_id=charge.id, seen=seen, now=now)
    return ""


def _settle_refund(gateway: Gateway, reference: str, now: datetime) -> str:
    seen = gateway.find_refund(key="", reference=reference, charge="")
    if seen is None:
        return "the gateway has no such refund"
    refund = Refund.objects.filter(idempotency_key=seen.key).first()
    if refund is None:
        return f"a refund of {seen.amount} {seen.amount.currency.code} that was not asked for here"
    settle_refund(refund_id=refund.id, seen=seen, now=now)
    return ""
