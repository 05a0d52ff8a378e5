"""Payments by method and month, and those that did not hold."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

PARTS = """
SELECT date_trunc('month', payment.received_on)::date AS month, payment.method, 'payment' AS kind, payment.number,
       account.number AS account, payment.received_on AS dated_on,
       1 AS payments, payment.amount AS received, 0 AS taken_back, 0::bigint AS lost, 0::bigint AS refunded,
       payment.amount AS kept
FROM payments_payment AS payment JOIN accounts_account AS account ON account.id = payment.account_id
WHERE payment.received_on >= %(starts)s AND payment.received_on < %(ends)s AND payment.currency = %(currency)s
UNION ALL
SELECT date_trunc('month', reversal.reversed_on)::date, payment.method, 'reversal', payment.number,
       account.number, reversal.reversed_on, 0, 0, 1, payment.amount, 0, -payment.amount
FROM payments_reversal AS reversal
JOIN payments_payment AS payment ON payment.id = reversal.payment_id
JOIN accounts_account AS account ON account.id = payment.account_id
WHERE reversal.reversed_on >= %(starts)s AND reversal.reversed_on < %(ends)s AND payment.currency = %(currency)s
UNION ALL
SELECT date_trunc('month', refund.paid_on)::date, refund.method, 'refund', refund.number,
       account.number, refund.paid_on, 0, 0, 0, 0, refund.amount, -refund.amount
FROM payments_refund AS refund JOIN accounts_account AS account ON account.id = refund.account_id
WHERE refund.paid_on >= %(starts)s AND refund.paid_on < %(ends)s AND refund.currency = %(currency)s
"""

RECEIVED = Report(
    key="payments",
    title=lambda: _("Payments"),
    question=lambda: _("How do customers pay, and how much does not hold?"),
    definition=lambda: _(
        "Payments by the day they were received; those taken back (returned, charged back, recorded in "
        "error) by the day they were; refunds by the day they were paid. What is kept is received less taken "
        "back less refunded: the sum of the postings of payments, reversals and refunds to receivables, with "
        "the sign turned."
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")), Grouping("method", lambda: _("Method"))),
    measures=(
        Measure("payments", lambda: _("Payments"), Unit.COUNT),
        Measure("received", lambda: _("Received"), Unit.MONEY),
        Measure("taken_back", lambda: _("Taken back, number"), Unit.COUNT, shown=False),
        Measure("lost", lambda: _("Taken back"), Unit.MONEY),
        Measure("share", lambda: _("Share taken back"), Unit.SHARE, over=("taken_back", "payments")),
        Measure("refunded", lambda: _("Refunded"), Unit.MONEY),
        Measure("kept", lambda: _("Kept"), Unit.MONEY),
    ),
    chart=("received", "kept"),
    order="received",
    parts=PARTS,
)
