"""What the gateways say against what is here, and everything that does not match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.kernel.deviation import Deviation
from broadbill.ledger.domain.chart import BANK, CASH, CHEQUES, GATEWAYS, VOUCHERS
from broadbill.payments.models import Finding
from broadbill.payments.queries.verify import verify_payments

# A gateway lists a movement within so long of telling that it was made.
LISTED_WITHIN: Final = timedelta(days=1)
# A payout is in the bank by then, weekends and holidays included.
PAID_WITHIN_DAYS: Final = 7

# Each movement with the document here that it is of. A second movement of the same thing has none.
LINKED: Final = """
WITH linked AS (
    SELECT movement.*, charge.id AS charge_id,
           CASE movement.kind WHEN 'dispute' THEN chargeback.fee END AS fee_booked,
           coalesce(payment.number, refund.number, chargeback.reference) AS document,
           coalesce(payment.currency, refund.currency, chargeback.currency) AS currency_here,
           CASE movement.kind WHEN 'charge' THEN payment.amount WHEN 'refund' THEN -refund.amount
                              WHEN 'dispute' THEN -chargeback.amount WHEN 'dispute_won' THEN chargeback.amount
           END AS here
    FROM (SELECT *, row_number() OVER (PARTITION BY gateway, kind, source ORDER BY at, id) AS copy
          FROM payments_gatewaymovement) AS movement
    LEFT JOIN payments_cardcharge AS charge
      ON movement.kind = 'charge' AND movement.copy = 1 AND charge.gateway = movement.gateway
     AND charge.reference = movement.source AND charge.state = 'succeeded'
    LEFT JOIN payments_payment AS payment ON payment.id = charge.payment_id
    LEFT JOIN payments_refund AS refund
      ON movement.kind = 'refund' AND movement.copy = 1 AND refund.method = 'card'
     AND refund.reference = movement.source AND refund.state = 'paid'
    LEFT JOIN payments_chargeback AS chargeback
      ON movement.copy = 1 AND chargeback.reference = movement.source
     AND (movement.kind = 'dispute' OR movement.kind = 'dispute_won' AND chargeback.state = 'won')
),
-- What stands in 1030 here and in no movement yet, or never.
missing AS (
    SELECT 'payment ' || payment.number AS document, charge.gateway, payment.amount, payment.currency,
           charge.settled_at AS at
    FROM payments_cardcharge AS charge JOIN payments_payment AS payment ON payment.id = charge.payment_id
    WHERE NOT EXISTS (SELECT FROM linked WHERE linked.charge_id = charge.id)
    UNION ALL
    SELECT 'refund ' || refund.number, charge.gateway, -refund.amount, refund.currency, refund.decided_at
    FROM payments_refund AS refund JOIN payments_cardcharge AS charge ON charge.id = refund.charge_id
    WHERE refund.state = 'paid'
      AND NOT EXISTS (SELECT FROM linked WHERE kind = 'refund' AND linked.document = refund.number)
    UNION ALL
    SELECT 'chargeback ' || chargeback.reference, charge.gateway, -chargeback.amount - chargeback.fee,
           chargeback.currency, chargeback.recorded_at
    FROM payments_chargeback AS chargeback JOIN payments_cardcharge AS charge ON charge.id = chargeback.charge_id
    WHERE NOT EXISTS (SELECT FROM linked WHERE kind = 'dispute' AND linked.document = chargeback.reference)
    UNION ALL
    SELECT 'won chargeback ' || chargeback.reference, charge.gateway, chargeback.amount, chargeback.currency,
           payment.recorded_at
    FROM payments_chargeback AS chargeback JOIN payments_cardcharge AS charge ON charge.id = chargeback.charge_id
    JOIN payments_payment AS payment ON payment.id = chargeback.won_id
    WHERE NOT EXISTS (SELECT FROM linked WHERE kind = 'dispute_won' AND linked.document = chargeback.reference)
)
"""
KNOWN: Final = "(kind IN ('fee', 'payout') OR here IS NOT NULL)"
TO_SETTLE: Final = (
    LINKED
    + """
SELECT DISTINCT gateway, kind, source FROM linked
WHERE here IS NULL AND kind IN ('charge', 'refund', 'dispute', 'dispute_won') ORDER BY 1, 2, 3
"""
)
TO_BOOK: Final = (
    LINKED + f"SELECT id, reference, kind, amount, fee, coalesce(fee_booked, 0), currency, at FROM linked"
    f" WHERE entry_id IS NULL AND {KNOWN} ORDER BY at, id"
)  # constants only
NOBODYS: Final = (
    LINKED
    + f"""
SELECT gateway, reference, kind, source, amount, currency FROM linked
WHERE NOT {KNOWN} AND NOT EXISTS (
    SELECT FROM payments_webhook AS news
    WHERE news.gateway = linked.gateway AND news.reference = linked.source AND news.trouble <> '')
ORDER BY at, id
"""
)
DIFFERING: Final = (
    LINKED
    + """
SELECT gateway, reference, kind, document, amount, currency, here, currency_here FROM linked
WHERE here IS NOT NULL AND (amount, currency) <> (here, currency_here) ORDER BY at, id
"""
)
MISSING: Final = (
    LINKED + "SELECT document, gateway, amount, currency FROM missing WHERE at < %s ORDER BY at, document"
)
# By currency: what the gateways hold by their own account, what 1030 says, and what no other finding explains.
HELD: Final = (
    LINKED
    + f"""
SELECT currency, sum(held)::bigint, sum(booked)::bigint, sum(booked - explained)::bigint FROM (
    SELECT currency, sum(amount - fee) AS held, 0 AS booked,
           sum(CASE WHEN here IS NULL AND {KNOWN} THEN amount - fee
                    WHEN here IS NOT NULL AND currency = currency_here THEN here - fee
                    WHEN here IS NOT NULL THEN -fee ELSE 0 END) AS explained
    FROM linked GROUP BY currency
    UNION ALL
    SELECT currency_here, 0, 0, sum(here) FROM linked WHERE here IS NOT NULL AND currency <> currency_here
    GROUP BY currency_here
    UNION ALL
    SELECT currency, 0, 0, sum(amount) FROM missing GROUP BY currency
    UNION ALL
    SELECT entry.currency, 0, sum(posting.amount), 0 FROM ledger_posting AS posting
    JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
    WHERE posting.ledger_account_id = %s GROUP BY entry.currency) AS side
GROUP BY currency ORDER BY currency
"""
)
NEWS: Final = """
SELECT gateway, kind, reference, trouble FROM payments_webhook WHERE trouble <> '' ORDER BY id
"""
# Only where statements reach beyond the day by which it must have come, and not if it came back to the gateway.
NOT_PAID_OUT: Final = """
SELECT movement.gateway, movement.reference, -movement.amount, movement.currency
FROM payments_gatewaymovement AS movement
LEFT JOIN payments_bankline AS line ON line.movement_id = movement.id
WHERE movement.kind = 'payout' AND movement.amount < 0 AND line.id IS NULL
  AND NOT EXISTS (SELECT FROM payments_gatewaymovement AS back
                  WHERE back.gateway = movement.gateway AND back.kind = 'payout'
                    AND back.source = movement.source AND back.amount = -movement.amount)
  AND movement.at::date + %s < (SELECT max(booked_on) FROM payments_bankline)
ORDER BY movement.id
"""
BANK_LINES: Final = """
SELECT format('bank line %%s', line.id),
       CASE WHEN reversal.payment_id IS NOT NULL THEN format('its payment %%s was taken back here', payment.number)
            ELSE format('it does not say what its payment %%s says', payment.number) END
FROM payments_bankline AS line JOIN payments_payment AS payment ON payment.id = line.payment_id
LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = payment.id
WHERE reversal.payment_id IS NOT NULL
   OR (line.amount, line.currency, line.booked_on) <> (payment.amount, payment.currency, payment.received_on)
ORDER BY line.id
"""
# Where the money of each payment stands: drawer, cheques, bank, gateways.
DRAWERS: Final = """
SELECT payment.number, 'its journal entry does not put its amount where money of its method is'
FROM payments_payment AS payment
LEFT JOIN ledger_posting AS posting ON posting.entry_id = payment.entry_id AND posting.account_id IS NULL
 AND posting.ledger_account_id = CASE payment.method
     WHEN 'cash' THEN %s WHEN 'cheque' THEN %s WHEN 'voucher' THEN %s WHEN 'card' THEN %s ELSE %s END
WHERE posting.amount IS DISTINCT FROM payment.amount ORDER BY payment.id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the gateways hold of ours by their own account, and what the books say (1030). `unexplained` is what is in
    the books and no document or finding stands for.
    """

    at_gateways: Money
    in_books: Money
    unexplained: Money


@dataclass(frozen=True, slots=True)
class FindingRead:
    id: int
    check: str
    subject: str
    words: str
    found_at: datetime
    settled_at: datetime | None
    settled_by: str
    note: str


def everything_found(*, until: datetime) -> Iterator[Deviation]:
    """Every cent that does not match. `until` is how far the gateways' movements are known."""
    yield from _between_gateways_and_us(until)
    yield from _between_bank_and_us()
    for subject, words in _rows(DRAWERS, CASH, CHEQUES, VOUCHERS, GATEWAYS, BANK):
        yield Deviation("drawer", subject, words)
    yield from verify_payments()


def _between_gateways_and_us(until: datetime) -> Iterator[Deviation]:
    for gateway, reference, kind, source, amount, currency in _rows(NOBODYS):
        words = f"{_said(amount, currency)} that nothing here is for"
        yield Deviation("gateway", f"{gateway} {kind} {source or reference}", words)
    for gateway, reference, _, document, amount, currency, here, currency_here in _rows(DIFFERING):
        words = f"the gateway says {_said(amount, currency)}, {document} says {_said(here, currency_here)}"
        yield Deviation("amount", f"{gateway} {reference}", words)
    for document, gateway, amount, currency in _rows(MISSING, until - LISTED_WITHIN):
        yield Deviation("missing", document, f"{gateway} has no movement of {_said(amount, currency)}")
    for held in held_at_gateways():
        if held.unexplained:
            code = held.unexplained.currency.code
            words = f"holds {held.unexplained} {code} that no document stands for"
            yield Deviation("books", f"account {GATEWAYS} {code}", words)
    for gateway, kind, reference, trouble in _rows(NEWS):
        yield Deviation("news", f"{gateway} {kind} {reference}", trouble)


def _between_bank_and_us() -> Iterator[Deviation]:
    for gateway, reference, amount, currency in _rows(NOT_PAID_OUT, PAID_WITHIN_DAYS):
        yield Deviation(
            "payout", f"{gateway} {reference}", f"{_said(amount, currency)} did not come to the bank"
        )
    for subject, words in _rows(BANK_LINES):
        yield Deviation("bank", subject, words)


def held_at_gateways() -> list[Held]:
    """What is held in each currency. One query."""
    return [
        Held(*(Money(minor, Currency.of(currency)) for minor in minors))
        for currency, *minors in _rows(HELD, GATEWAYS)
    ]


def to_settle() -> list[tuple[str, str, str]]:
    """Gateway, kind and source of movements that nothing here is for. One query."""
    return [(gateway, kind, source) for gateway, kind, source in _rows(TO_SETTLE)]


def findings(*, settled: bool = False, after: int = 0, limit: int = 200) -> list[FindingRead]:
    """The worklist, oldest first, from behind an id; with `settled` what was settled instead. One query."""
    rows = Finding.objects.filter(settled_at__isnull=not settled, id__gt=after).order_by("id")[:limit]
    return [_read(row) for row in rows]


def open_finding(finding_id: int) -> FindingRead | None:
    """One finding; None once it is settled. One query."""
    row = Finding.objects.filter(pk=finding_id, settled_at=None).first()
    return _read(row) if row else None


def _read(row: Finding) -> FindingRead:
    return FindingRead(
        row.id, row.check_name, row.subject, row.words, row.found_at, row.settled_at, row.settled_by, row.note
    )


def _said(minor: int, currency: str) -> str:
    return f"{Money(minor, Currency.of(currency))} {currency}"


def _rows(query: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
