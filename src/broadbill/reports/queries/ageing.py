"""Who owes how much for how long, and how long customers take to pay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.ledger.domain.chart import RECEIVABLES
from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

# As things stand; today decides the age.
PARTS = """
SELECT item.bucket, account.number || ' ' || account.name AS customer, profile.region,
       coalesce(document.kind, item.kind) AS kind,
       coalesce(document.number, payment.number, refund.number, '') AS number, account.number AS account,
       item.dated_on, account.id AS customers,
       CASE WHEN item.bucket = '0' THEN item.open ELSE 0 END AS in_credit,
       CASE WHEN item.bucket = '1' THEN item.open ELSE 0 END AS not_due,
       CASE WHEN item.bucket = '2' THEN item.open ELSE 0 END AS to_30,
       CASE WHEN item.bucket = '3' THEN item.open ELSE 0 END AS to_60,
       CASE WHEN item.bucket = '4' THEN item.open ELSE 0 END AS to_90,
       CASE WHEN item.bucket = '5' THEN item.open ELSE 0 END AS older,
       item.open AS balance
FROM (
    SELECT item.*, CASE
        WHEN item.open < 0 THEN '0'
        WHEN item.due_on >= %(today)s::date THEN '1'
        WHEN %(today)s::date - item.due_on <= 30 THEN '2'
        WHEN %(today)s::date - item.due_on <= 60 THEN '3'
        WHEN %(today)s::date - item.due_on <= 90 THEN '4'
        ELSE '5' END AS bucket
    FROM payments_openitem AS item WHERE item.open <> 0
) AS item
JOIN accounts_account AS account ON account.id = item.account_id
JOIN accounts_profile AS profile ON profile.id = account.profile_id AND profile.currency = %(currency)s
LEFT JOIN billing_document AS document ON document.id = item.document_id
LEFT JOIN payments_payment AS payment ON payment.id = item.payment_id
LEFT JOIN payments_refund AS refund ON refund.id = item.refund_id
"""

AGEING = Report(
    key="ageing",
    title=lambda: _("Receivables by age"),
    question=lambda: _("Who owes us, and since when?"),
    definition=lambda: _(
        "What is still open today of invoices and other debts, by the days since they were due, and what "
        "customers have in credit. The balance is the sum of the postings to receivables."
    ),
    groupings=(Grouping("customer", lambda: _("Customer")), Grouping("region", lambda: _("Region"))),
    measures=(
        Measure("not_due", lambda: _("Not due yet"), Unit.MONEY),
        Measure("to_30", lambda: _("1–30 days late"), Unit.MONEY),
        Measure("to_60", lambda: _("31–60 days"), Unit.MONEY),
        Measure("to_90", lambda: _("61–90 days"), Unit.MONEY),
        Measure("older", lambda: _("Over 90 days"), Unit.MONEY),
        Measure("in_credit", lambda: _("In credit"), Unit.MONEY),
        Measure("balance", lambda: _("Balance"), Unit.MONEY),
    ),
    chart=(),
    order="balance",
    span="now",
    parts=PARTS,
)

# For each month: what is owed at its end, and what its last 90 days billed, tax included.
DAYS = f"""
SELECT months.month::date AS month, '' AS kind, '' AS number, '' AS account, months.month::date AS dated_on,
       owed.amount AS owed, billed.amount AS billed, 90 * owed.amount AS owed_days
FROM generate_series(%(starts)s::date, %(ends)s::date - 1, interval '1 month') AS months(month)
CROSS JOIN LATERAL (SELECT (months.month + interval '1 month')::date AS ends) AS edge
CROSS JOIN LATERAL (
    SELECT coalesce(sum(posting.amount), 0)::bigint AS amount
    FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
    WHERE posting.ledger_account_id = {RECEIVABLES} AND entry.currency = %(currency)s AND entry.posted_on < edge.ends
) AS owed
CROSS JOIN LATERAL (
    SELECT coalesce(sum(document.total), 0)::bigint AS amount FROM billing_document AS document
    WHERE document.currency = %(currency)s AND document.issued_on >= edge.ends - 90 AND document.issued_on < edge.ends
) AS billed
"""  # a number of the chart

COLLECTION_DAYS = Report(
    key="collection-days",
    title=lambda: _("Days to collect"),
    question=lambda: _("How long do customers take to pay?"),
    definition=lambda: _(
        "What customers owe at the end of the month (the balance of receivables), divided by what was billed "
        "in the 90 days before with tax, times 90: the days' billing that is still outstanding."
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")),),
    measures=(
        Measure("owed", lambda: _("Owed at the end"), Unit.MONEY, total="last"),
        Measure("billed", lambda: _("Billed in 90 days"), Unit.MONEY, total="last"),
        Measure("owed_days", lambda: _("Owed, times 90"), Unit.MONEY, total="last", shown=False),
        Measure("days", lambda: _("Days to collect"), Unit.DAYS, over=("owed_days", "billed")),
    ),
    chart=("days",),
    parts=DAYS,
)
