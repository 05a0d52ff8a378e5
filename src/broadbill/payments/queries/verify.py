from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from broadbill.kernel.deviation import Deviation

CHECKS = (
    (
        "balance",
        """
        SELECT account.number, format('its open items sum to %s, its postings to %s', item.open, posting.owed)
        FROM (SELECT account_id, sum(open)::bigint AS open FROM payments_openitem GROUP BY account_id) AS item
        FULL JOIN (SELECT account_id, sum(amount)::bigint AS owed FROM ledger_posting
                   WHERE account_id IS NOT NULL GROUP BY account_id) AS posting USING (account_id)
        JOIN accounts_account AS account ON account.id = account_id
        WHERE coalesce(item.open, 0) <> coalesce(posting.owed, 0) ORDER BY account.id
        """,
    ),
    (
        "payment",
        """
        SELECT payment.number, 'its journal entry does not book its amount'
        FROM payments_payment AS payment
        LEFT JOIN ledger_posting AS posting
          ON posting.entry_id = payment.entry_id AND posting.account_id = payment.account_id
        WHERE posting.amount IS DISTINCT FROM -payment.amount ORDER BY payment.id
        """,
    ),
    (
        "receipt",
        """
        SELECT numbered.number, 'its number is not the next of its series'
        FROM (SELECT number, split_part(number, '-', 3)::int AS sequence,
                     row_number() OVER (PARTITION BY split_part(number, '-', 1), split_part(number, '-', 2)
                                        ORDER BY split_part(number, '-', 3)::int) AS place
              FROM (SELECT number FROM payments_payment
                    UNION ALL SELECT number FROM payments_refund WHERE number IS NOT NULL) AS receipt) AS numbered
        WHERE numbered.sequence <> numbered.place ORDER BY numbered.number
        """,
    ),
    (
        "refund",
        """
        SELECT refund.number, 'its journal entry does not book its amount'
        FROM payments_refund AS refund
        LEFT JOIN ledger_posting AS posting
          ON posting.entry_id = refund.entry_id AND posting.account_id = refund.account_id
        WHERE refund.state = 'paid' AND posting.amount IS DISTINCT FROM refund.amount ORDER BY refund.id
        """,
    ),
    (
        "refund",
        """
        SELECT account.number, format('%s was refunded, %s was received', given.amount, coalesce(come.amount, 0))
        FROM (SELECT account_id, sum(amount)::bigint AS amount FROM payments_refund
              WHERE state = 'paid' GROUP BY account_id) AS given
        JOIN accounts_account AS account ON account.id = given.account_id
        LEFT JOIN (SELECT account_id, sum(amount)::bigint AS amount
                   FROM (SELECT account_id, amount FROM payments_payment
                         UNION ALL SELECT account_id, -amount FROM payments_openitem
                         WHERE kind = 'opening' AND amount < 0
                         UNION ALL SELECT charge.account_id, -chargeback.amount
                         FROM payments_chargeback AS chargeback
                         JOIN payments_cardcharge AS charge ON charge.id = chargeback.charge_id
                         WHERE chargeback.won_id IS NOT NULL) AS received
                   GROUP BY account_id) AS come USING (account_id)
        WHERE given.amount > coalesce(come.amount, 0) ORDER BY account.id
        """,
    ),
    (
        "write-off",
        """
        SELECT format('write-off %s', write_off.id), 'its journal entries do not book its amount'
        FROM payments_writeoff AS write_off
        LEFT JOIN ledger_posting AS posting
          ON posting.entry_id = write_off.entry_id AND posting.account_id = write_off.account_id
        LEFT JOIN ledger_posting AS back
          ON back.entry_id = write_off.recovery_id AND back.account_id = write_off.account_id
        WHERE (write_off.state IN ('booked', 'recovered') AND posting.amount IS DISTINCT FROM -write_off.amount)
           OR (write_off.state = 'recovered' AND back.amount IS DISTINCT FROM write_off.amount)
        ORDER BY write_off.id
        """,
    ),
    (
        "write-off",
        """
        SELECT format('write-off %s', write_off.id), 'it does not settle its own invoice alone'
        FROM payments_writeoff AS write_off
        JOIN payments_openitem AS credit ON credit.write_off_id = write_off.id
        LEFT JOIN (SELECT allocation.credit_id, debit.document_id, sum(allocation.amount) AS amount
                   FROM payments_allocation AS allocation
                   JOIN payments_openitem AS debit ON debit.id = allocation.debit_id
                   WHERE allocation.undone_at IS NULL GROUP BY 1, 2) AS settled ON settled.credit_id = credit.id
        WHERE write_off.state = 'booked'
          AND (settled.document_id, settled.amount) IS DISTINCT FROM (write_off.document_id, write_off.amount)
        ORDER BY write_off.id
        """,
    ),
    (
        "allocation",
        """
        SELECT format('open item %s', item.id), format('%s is allocated, %s is not open', allocated, settled)
        FROM (SELECT item.id, abs(item.amount) - abs(item.open) AS settled,
                     coalesce((SELECT sum(amount) FROM payments_allocation AS allocation
                               WHERE undone_at IS NULL
                                 AND (allocation.credit_id = item.id OR allocation.debit_id = item.id)), 0) AS allocated
              FROM payments_openitem AS item
              LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = item.payment_id
              LEFT JOIN payments_writeoff AS write_off ON write_off.id = item.write_off_id
              WHERE reversal.payment_id IS NULL AND write_off.state IS DISTINCT FROM 'recovered') AS item
        WHERE settled <> allocated ORDER BY item.id
        """,
    ),
)


def verify_payments() -> Iterator[Deviation]:
    """Check that what is open of each account is what its postings say, and every payment and allocation with it."""
    with connection.cursor() as cursor:
        for check, query in CHECKS:
            cursor.execute(query)
            for subject, finding in cursor.fetchall():
                yield Deviation(check, subject, finding)
