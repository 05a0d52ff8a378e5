from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from broadbill.kernel.deviation import Deviation

CHECKS = (
    (
        "vouchers",
        """
        SELECT coalesce(booked.currency, owed.currency),
               format('%s are booked as outstanding, %s are', coalesce(booked.amount, 0), coalesce(owed.amount, 0))
        FROM (SELECT entry.currency, -sum(posting.amount)::bigint AS amount
              FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
              WHERE posting.ledger_account_id = 2400 GROUP BY entry.currency) AS booked
        FULL JOIN (SELECT batch.currency, sum(voucher.liability)::bigint AS amount
                   FROM prepaid_voucher AS voucher JOIN prepaid_batch AS batch ON batch.id = voucher.batch_id
                   LEFT JOIN prepaid_redemption AS redemption ON redemption.voucher_id = voucher.id
                   WHERE voucher.sale_id IS NOT NULL AND voucher.expired_at IS NULL AND redemption.voucher_id IS NULL
                   GROUP BY batch.currency) AS owed USING (currency)
        WHERE coalesce(booked.amount, 0) <> coalesce(owed.amount, 0)
        """,
    ),
    (
        "voucher",
        """
        SELECT format('B%s/%s', voucher.batch_id, voucher.serial), 'it was redeemed for something else than its worth'
        FROM prepaid_redemption AS redemption
        JOIN prepaid_voucher AS voucher ON voucher.id = redemption.voucher_id
        JOIN prepaid_batch AS batch ON batch.id = voucher.batch_id
        LEFT JOIN payments_payment AS payment ON payment.id = redemption.payment_id
        LEFT JOIN network_grant AS own ON own.id = voucher.grant_id
        WHERE CASE WHEN batch.kind = 'money' THEN payment.amount IS DISTINCT FROM batch.worth
                   -- sold and redeemed before the network knew vouchers, it gets its grant within a minute
                   ELSE own.started_at IS NULL AND voucher.grant_id IS NOT NULL END
        ORDER BY voucher.id
        """,
    ),
    (
        "voucher",
        """
        SELECT format('B%s/%s', voucher.batch_id, voucher.serial), 'it lets in for something else than its worth'
        FROM network_grant AS own JOIN prepaid_voucher AS voucher ON voucher.grant_id = own.id
        JOIN prepaid_batch AS batch ON batch.id = voucher.batch_id
        WHERE batch.worth IS DISTINCT FROM CASE batch.kind WHEN 'time' THEN own.seconds WHEN 'data' THEN own.octets
                                                WHEN 'period' THEN own.period_seconds END
        ORDER BY voucher.id
        """,
    ),
    (
        "voucher sale",
        """
        SELECT number, 'its number is not the next of its series'
        FROM (SELECT number, split_part(number, '-', 3)::int AS sequence,
                     row_number() OVER (PARTITION BY split_part(number, '-', 2)
                                        ORDER BY split_part(number, '-', 3)::int) AS place
              FROM prepaid_sale) AS sale
        WHERE sequence <> place ORDER BY number
        """,
    ),
)


def verify_vouchers() -> Iterator[Deviation]:
    """Check that what the books owe for vouchers is what is outstanding, and every redemption and use with it."""
    with connection.cursor() as cursor:
        for check, query in CHECKS:
            cursor.execute(query)
            for subject, finding in cursor.fetchall():
                yield Deviation(check, subject, finding)
