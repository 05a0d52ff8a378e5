"""The daily proof: each gateway's own account against what is here. What can be known is booked, the rest is listed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from broadbill.core.errors import DomainError
from broadbill.core.money import Currency, Money
from broadbill.core.posting import Entry, Posting
from broadbill.kernel.deviation import Deviation
from broadbill.kernel.locks import wait_for_lock
from broadbill.kernel.operations.events import record_event
from broadbill.ledger.domain.chart import BANK, GATEWAY_FEES, GATEWAYS
from broadbill.ledger.operations.journal import NewEntry, post_entries
from broadbill.ledger.queries.closing import open_day
from broadbill.payments.adapters.gateways import gateways_set_up
from broadbill.payments.domain.gateway import Gateway, GatewayRefused, Movement, NewsKind, OutcomeUnknown
from broadbill.payments.models import CardCharge, Finding, GatewayMovement
from broadbill.payments.operations.card_charges import settle_under_way
from broadbill.payments.operations.card_refunds import settle_refunds_under_way
from broadbill.payments.operations.findings import close_gone, open_findings
from broadbill.payments.operations.payouts import match_payouts
from broadbill.payments.operations.webhooks import settle_news, work_off_waiting
from broadbill.payments.queries.proof import TO_BOOK, Held, everything_found, held_at_gateways, to_settle

logger = logging.getLogger(__name__)
PROOF_LOCK: Final = "payments.proof"
# A gateway lists some movements late; so far back it is read again.
READ_AGAIN: Final = timedelta(days=3)
NEWS: Final = {
    "charge": NewsKind.CHARGE,
    "refund": NewsKind.REFUND,
    "dispute": NewsKind.DISPUTE,
    "dispute_won": NewsKind.DISPUTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof read, settled and booked; how many findings are new, gone and open; what the gateways hold."""

    movements: int
    settled: int
    booked: int
    payouts_matched: int
    found: int
    gone: int
    open: int
    held: Sequence[Held]


def prove(
    *, now: datetime, actor: str, since: datetime | None = None, until: datetime | None = None
) -> Proof:
    """Compare everything, book what is certain, list what is not. Again changes nothing. Not inside a transaction.

    Read is from the last movement known, some days earlier, so that none is left out; `since` reads more, `until`
    less. A gateway that does not answer is a finding.
    """
    ends = until or now
    settled = work_off_waiting(now=now) + settle_under_way(now=now) + settle_refunds_under_way(now=now)
    silent: list[Deviation] = []
    movements = 0
    gateways = {gateway.name: gateway for gateway in gateways_set_up()}
    for gateway in gateways.values():
        try:
            movements += _keep(gateway.name, gateway.movements(since=_from(gateway, since, now), until=ends))
        except (OutcomeUnknown, GatewayRefused) as error:
            silent.append(Deviation("gateway", gateway.name, f"could not be compared: {error}"))
    for name, kind, source in to_settle():
        if name in gateways:
            settled += _settle(gateways[name], NEWS[kind], source, now)
    booked = _book(now)
    matched = match_payouts(now=now, actor=actor)
    found = [*silent, *everything_found(until=ends)]
    opened = open_findings(found, now=now, actor=actor)
    proof = Proof(
        movements=movements,
        settled=settled,
        booked=booked,
        payouts_matched=matched,
        found=len(opened),
        gone=close_gone(found, now=now),
        open=Finding.objects.filter(settled_at=None).count(),
        held=held_at_gateways(),
    )
    record_event(
        actor=actor,
        verb="proof.done",
        object_type="proof",
        object_id=f"{now:%Y-%m-%dT%H:%M:%S}",
        occurred_at=now,
        data={
            "movements": movements,
            "settled": settled,
            "booked": booked,
            "found": proof.found,
            "open": proof.open,
        },
    )
    return proof


def _from(gateway: Gateway, since: datetime | None, now: datetime) -> datetime:
    """Never later than what is known reaches, so that no movement is left out."""
    last = GatewayMovement.objects.filter(gateway=gateway.name).aggregate(at=Max("at"))["at"]
    first = CardCharge.objects.filter(gateway=gateway.name).aggregate(at=Min("asked_at"))["at"]
    usual = (last or first or now) - READ_AGAIN
    return min(since, usual) if since else usual


def _keep(name: str, movements: Iterable[Movement]) -> int:
    """Keep the movements, each once; return how many were read."""
    rows = [
        GatewayMovement(
            gateway=name,
            reference=one.reference,
            kind=one.kind,
            source=one.source,
            amount=one.amount.minor,
            fee=one.fee.minor,
            currency=one.amount.currency.code,
            at=one.at,
        )
        for one in movements
    ]
    GatewayMovement.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)


def _settle(gateway: Gateway, kind: NewsKind, source: str, now: datetime) -> int:
    """Settle what a movement tells of; 1 when it is settled. What is not shows in the comparison."""
    try:
        return int(not settle_news(gateway=gateway, kind=kind, reference=source, now=now))
    except (OutcomeUnknown, DomainError) as error:
        logger.warning("%s %s waits: %s", gateway.name, source, error)
        return 0


@transaction.atomic
def _book(now: datetime) -> int:
    """Post the fees and payouts of movements that were not yet; return how many."""
    wait_for_lock(PROOF_LOCK)
    with connection.cursor() as cursor:
        cursor.execute(TO_BOOK)
        rows = cursor.fetchall()
    new: dict[int, NewEntry] = {}
    for movement_id, reference, kind, amount, fee, fee_booked, currency, at in rows:
        postings = _postings(kind, amount, fee - fee_booked, Currency.of(currency))
        if postings:
            new[movement_id] = NewEntry(
                entry=Entry(postings),
                kind="payout" if kind == "payout" else "gateway_fee",
                posted_on=open_day(timezone.localdate(at)),
                reference=reference,
            )
    entry_ids = post_entries(entries=list(new.values()), now=now)
    for movement_id, entry_id in zip(new, entry_ids, strict=True):
        GatewayMovement.objects.filter(pk=movement_id).update(entry_id=entry_id)
    return len(new)


def _postings(kind: str, amount: int, fee: int, currency: Currency) -> tuple[Posting, ...]:
    """A payout moves what it pays to the bank; a fee is what the gateway kept. `amount` and `fee` are minor units."""
    if kind == "fee":
        fee -= amount
    to_bank = -amount if kind == "payout" else 0
    sides = ((BANK, to_bank), (GATEWAY_FEES, fee), (GATEWAYS, -to_bank - fee))
    return tuple(Posting(account, Money(minor, currency)) for account, minor in sides if minor)
