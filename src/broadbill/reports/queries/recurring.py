"""Recurring revenue: its movement from month to month, the customers who carry it, and how long they stay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

# What recurring lines are worth a month to an account on the last day of each month from the one before `starts`: the
# amount of each line of recurring charges and their discounts that covers the day, for its days, for the days of its
# whole period, for the months of that period. A period of about whole months counts as so many: a year as 12, February
# as 1. A line is rounded by up to half a minor unit, twice where a tax is taken out of it; what is no more than that,
# spread to a month, is nothing: the rest of a service that was credited away.
RUN_RATE = """
WITH ends AS (
    SELECT month::date AS month, (month + interval '1 month')::date - 1 AS last_day
    FROM generate_series(%(starts)s::date - interval '1 month', %(ends)s::date - 1, interval '1 month') AS months(month)
), rate AS (
    SELECT ends.month, document.account_id,
           CASE WHEN abs(sum(line.amount * month_of.line)) > sum(month_of.line)
                THEN round(sum(line.amount * month_of.line))::bigint ELSE 0 END AS amount
    FROM ends
    JOIN billing_line AS line ON line.starts_on <= ends.last_day AND line.ends_on > ends.last_day
        AND line.kind IN ('recurring', 'discount') AND line.subscription_id IS NOT NULL
    JOIN billing_document AS document ON document.id = line.document_id AND document.currency = %(currency)s
    CROSS JOIN LATERAL (
        SELECT coalesce(line.period_ends_on - line.period_starts_on, line.ends_on - line.starts_on)::numeric AS days
    ) AS whole
    CROSS JOIN LATERAL (
        SELECT whole.days / (line.ends_on - line.starts_on)
            / CASE WHEN abs(whole.days - round(whole.days / 30.436875) * 30.436875) <= 3 AND whole.days >= 27
                   THEN round(whole.days / 30.436875) ELSE whole.days / 30.436875 END AS line
    ) AS month_of
    GROUP BY ends.month, document.account_id
), first AS (
    SELECT document.account_id, min(line.starts_on) AS served_from
    FROM billing_document AS document
    JOIN billing_line AS line ON line.document_id = document.id AND line.kind = 'recurring'
    WHERE document.currency = %(currency)s
    GROUP BY document.account_id
), moved AS (
    SELECT coalesce(later.month, (before.month + interval '1 month')::date) AS month,
           coalesce(later.account_id, before.account_id) AS account_id,
           coalesce(before.amount, 0) AS was, coalesce(later.amount, 0) AS now
    FROM (SELECT * FROM rate WHERE amount <> 0) AS later
    FULL JOIN (SELECT * FROM rate WHERE amount <> 0) AS before
        ON before.account_id = later.account_id AND (before.month + interval '1 month')::date = later.month
)
"""

# The customer came back when they were served before the month's beginning and had nothing then.
MOVES = f"""
{RUN_RATE}
SELECT moved.month, 'account' AS kind, account.number AS number, account.number AS account, moved.month AS dated_on,
       moved.was AS opening,
       CASE WHEN moved.was = 0 AND NOT came_back THEN moved.now ELSE 0 END AS fresh,
       CASE WHEN moved.was = 0 AND came_back THEN moved.now ELSE 0 END AS returned,
       CASE WHEN moved.was <> 0 AND moved.now > moved.was THEN moved.now - moved.was ELSE 0 END AS expansion,
       CASE WHEN moved.was <> 0 AND moved.now <> 0 AND moved.now < moved.was THEN moved.now - moved.was ELSE 0
            END AS contraction,
       CASE WHEN moved.now = 0 THEN -moved.was ELSE 0 END AS churn,
       moved.now AS closing,
       (moved.was <> 0)::integer AS had, (moved.was = 0 AND NOT came_back)::integer AS won,
       (moved.was = 0 AND came_back)::integer AS regained, (moved.now = 0)::integer AS left_us,
       (moved.now <> 0)::integer AS have
FROM moved
JOIN accounts_account AS account ON account.id = moved.account_id
JOIN first ON first.account_id = moved.account_id
CROSS JOIN LATERAL (SELECT first.served_from < moved.month AS came_back) AS earlier
WHERE moved.month >= %(starts)s AND moved.month < %(ends)s
"""  # our own query


def _means() -> str:
    return _(
        "Recurring revenue is what the billed lines of recurring charges and their discounts that cover the "
        "last day of the month are worth a month: a yearly 120.00 is 10.00, a half month of a monthly 30.00 "
        "is 30.00. What is billed in arrears shows once it is billed."
    )


MOVEMENT = Report(
    key="recurring",
    title=lambda: _("Recurring revenue"),
    question=lambda: _("How does recurring revenue grow and shrink?"),
    definition=lambda: (
        f"{_means()} "
        + _(
            "New is of customers who had none before, returned of those who had some earlier; expansion and "
            "contraction are of customers with some at both ends, churn of those with none left. Opening "
            "plus all of these is closing."
        )
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")),),
    measures=(
        Measure("opening", lambda: _("Opening"), Unit.MONEY, total="first"),
        Measure("fresh", lambda: _("New"), Unit.MONEY),
        Measure("returned", lambda: _("Returned"), Unit.MONEY),
        Measure("expansion", lambda: _("Expansion"), Unit.MONEY),
        Measure("contraction", lambda: _("Contraction"), Unit.MONEY),
        Measure("churn", lambda: _("Churn"), Unit.MONEY),
        Measure("closing", lambda: _("Closing"), Unit.MONEY, total="last"),
    ),
    chart=("closing",),
    parts=MOVES,
)

CUSTOMERS = Report(
    key="customers",
    title=lambda: _("Customers and churn"),
    question=lambda: _("How many customers do we have, win and lose, and what is one worth?"),
    definition=lambda: (
        f"{_means()} "
        + _(
            "A customer is an account with recurring revenue on that day. The share lost is the customers "
            "lost in the month of those at its beginning; the average is recurring revenue for each customer "
            "at its end."
        )
    ),
    groupings=(Grouping(MONTH, lambda: _("Month")),),
    measures=(
        Measure("had", lambda: _("At the beginning"), Unit.COUNT, total="first"),
        Measure("won", lambda: _("New"), Unit.COUNT),
        Measure("regained", lambda: _("Returned"), Unit.COUNT),
        Measure("left_us", lambda: _("Lost"), Unit.COUNT),
        Measure("have", lambda: _("At the end"), Unit.COUNT, total="last"),
        Measure("lost_share", lambda: _("Share lost"), Unit.SHARE, over=("left_us", "had")),
        Measure("closing", lambda: _("Recurring revenue"), Unit.MONEY, total="last"),
        Measure("average", lambda: _("Average a customer"), Unit.MONEY, over=("closing", "have")),
    ),
    chart=("have",),
    parts=MOVES,
)
