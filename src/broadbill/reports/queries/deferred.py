"""The waterfall of deferred revenue: what was billed ahead, what was earned of it, and what is still to be earned."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.ledger.domain.chart import DEFERRED_REVENUE
from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

# The balance at each month's start is a row of its own, without a document.
PARTS = f"""
SELECT months.month::date AS month, '' AS kind, '' AS number, '' AS account, months.month::date AS dated_on,
       carried.balance AS opening, 0::bigint AS billed, 0::bigint AS earned, carried.balance AS closing
FROM generate_series(%(starts)s::date, %(ends)s::date - 1, interval '1 month') AS months(month)
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(posting.amount), 0)::bigint AS balance
    FROM ledger_posting AS posting JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
    WHERE posting.ledger_account_id = {DEFERRED_REVENUE} AND entry.currency = %(currency)s
      AND entry.posted_on < months.month::date
) AS carried
UNION ALL
SELECT date_trunc('month', entry.posted_on)::date,
       CASE WHEN document.id IS NULL THEN entry.kind ELSE document.kind END,
       coalesce(document.number, entry.reference), coalesce(account.number, ''), entry.posted_on, 0,
       CASE WHEN entry.kind = 'recognition' THEN 0 ELSE -posting.amount END,
       CASE WHEN entry.kind = 'recognition' THEN posting.amount ELSE 0 END,
       -posting.amount
FROM ledger_journalentry AS entry
JOIN ledger_posting AS posting ON posting.entry_id = entry.id AND posting.ledger_account_id = {DEFERRED_REVENUE}
LEFT JOIN billing_document AS document ON document.entry_id = entry.id
LEFT JOIN accounts_account AS account ON account.id = document.account_id
WHERE entry.posted_on >= %(starts)s AND entry.posted_on < %(ends)s AND entry.currency = %(currency)s
"""  # a number of the chart

DEFERRED = Report(
    key="deferred",
    title=lambda: _("Deferred revenue"),
    question=lambda: _("How much is billed and still to be earned?"),
    definition=lambda: _(
        "Postings to deferred revenue. What documents bill for days to come is added; what each day earns is "
        "taken off and becomes revenue. Opening, plus billed, less earned, is closing: the balance of the "
        "account in the books."
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")),),
    measures=(
        Measure("opening", lambda: _("Opening"), Unit.MONEY, total="first"),
        Measure("billed", lambda: _("Billed ahead"), Unit.MONEY),
        Measure("earned", lambda: _("Earned"), Unit.MONEY),
        Measure("closing", lambda: _("Closing"), Unit.MONEY, total="last"),
    ),
    chart=("billed", "earned"),
    parts=PARTS,
)

# What the postings up to today will earn in each month to come: the same arithmetic as ledger.operations.recognition.
SCHEDULE = f"""
WITH open AS (
    SELECT -posting.amount::numeric AS amount, posting.earns_from, posting.earns_to, document.number, document.kind,
           account.number AS account, entry.posted_on
    FROM ledger_posting AS posting
    JOIN ledger_journalentry AS entry ON entry.id = posting.entry_id
    LEFT JOIN billing_document AS document ON document.entry_id = entry.id
    LEFT JOIN accounts_account AS account ON account.id = document.account_id
    WHERE posting.ledger_account_id = {DEFERRED_REVENUE} AND entry.currency = %(currency)s
      AND posting.earns_to > %(starts)s
)
SELECT months.month::date AS month, coalesce(open.kind, '') AS kind, coalesce(open.number, '') AS number,
       coalesce(open.account, '') AS account, open.posted_on AS dated_on,
       sign(open.amount) * (
           floor((2 * abs(open.amount) * passed.later + days.held) / (2 * days.held))
           - floor((2 * abs(open.amount) * passed.before + days.held) / (2 * days.held))
       ) AS earned
FROM open
CROSS JOIN generate_series(%(starts)s::date, %(ends)s::date - 1, interval '1 month') AS months(month)
CROSS JOIN LATERAL (SELECT (months.month + interval '1 month')::date AS ends) AS edge
CROSS JOIN LATERAL (SELECT open.earns_to - open.earns_from AS held) AS days
CROSS JOIN LATERAL (
    SELECT greatest(0, least(open.earns_to, months.month::date) - open.earns_from) AS before,
           greatest(0, least(open.earns_to, edge.ends) - open.earns_from) AS later
) AS passed
WHERE passed.later > passed.before
"""  # a number of the chart

TO_EARN = Report(
    key="to-earn",
    title=lambda: _("Revenue to come"),
    question=lambda: _("When will what is billed be earned?"),
    definition=lambda: _(
        "What the documents issued so far earn in each month: their amounts before tax spread evenly over "
        "the days they are for, as the books recognise them. Months that are over show what was earned in "
        "them of these documents."
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")),),
    measures=(Measure("earned", lambda: _("Earned"), Unit.MONEY),),
    span="ahead",
    chart=("earned",),
    parts=SCHEDULE,
)
