"""What a customer paid, has in credit and asked back."""

from __future__ import annotations

from django.db import connection

from broadbill.core.money import Currency, Money
from broadbill.payments.domain.refunding import Held

HELD = """
SELECT coalesce((SELECT sum(open) FROM payments_openitem WHERE account_id = %(account)s AND open <> 0), 0)::bigint,
       (coalesce((SELECT sum(payment.amount) FROM payments_payment AS payment
                  LEFT JOIN payments_reversal AS reversal ON reversal.payment_id = payment.id
                  WHERE payment.account_id = %(account)s AND reversal.payment_id IS NULL
                    AND payment.method <> 'voucher'), 0)
        + coalesce((SELECT sum(-amount) FROM payments_openitem
                    WHERE account_id = %(account)s AND kind = 'opening' AND amount < 0), 0)
        - coalesce((SELECT sum(amount) FROM payments_refund
                    WHERE account_id = %(account)s AND state = 'paid'), 0)
        - coalesce((SELECT sum(amount) FROM payments_openitem
                    WHERE account_id = %(account)s AND kind = 'chargeback'), 0))::bigint,
       coalesce((SELECT sum(amount) FROM payments_refund
                 WHERE account_id = %(account)s AND state IN ('requested', 'sending')), 0)::bigint
"""


def held_of(*, account_id: int, currency: Currency) -> Held:
    """One query. Sure only under the account's lock."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"account": account_id})
        balance, received, asked = cursor.fetchone()
    return Held(Money(balance, currency), Money(received, currency), Money(asked, currency))
