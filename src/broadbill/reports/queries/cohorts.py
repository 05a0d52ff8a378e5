"""How long customers stay: of those who began in a month, the share that still has service months later."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report, Words
from broadbill.reports.domain.table import Unit

AGES = range(1, 13)

# A customer is served in a month when recurring lines that cover its last day sum to more than nothing. Months that
# have not been billed yet are not known: they count for nobody, nor among those who could have stayed.
PARTS = f"""
WITH line AS (
    SELECT document.account_id, document.issued_on, line.starts_on, line.ends_on, line.amount
    FROM billing_document AS document
    JOIN billing_line AS line ON line.document_id = document.id
    WHERE document.currency = %(currency)s AND line.subscription_id IS NOT NULL
      AND line.kind IN ('recurring', 'discount')
), began AS (
    SELECT account_id, date_trunc('month', min(starts_on))::date AS month FROM line GROUP BY account_id
), billed AS (
    SELECT date_trunc('month', max(issued_on))::date AS through FROM line
), served AS (
    SELECT began.account_id, ages.age
    FROM began
    CROSS JOIN generate_series(1, {AGES[-1]}) AS ages(age)
    JOIN line ON line.account_id = began.account_id
        AND line.starts_on <= (began.month + make_interval(months => ages.age + 1))::date - 1
        AND line.ends_on > (began.month + make_interval(months => ages.age + 1))::date - 1
    WHERE began.month >= %(starts)s AND began.month < %(ends)s
    GROUP BY began.account_id, ages.age
    HAVING sum(line.amount) > 0
), stayed AS (
    SELECT began.month, began.account_id, served.ages, billed.through
    FROM began CROSS JOIN billed
    LEFT JOIN (SELECT account_id, array_agg(age) AS ages FROM served GROUP BY account_id) AS served
        ON served.account_id = began.account_id
    WHERE began.month >= %(starts)s AND began.month < %(ends)s
)
SELECT stayed.month, 'account' AS kind, account.number, account.number AS account, stayed.month AS dated_on, 1 AS began,
       {
    ", ".join(
        f"CASE WHEN (stayed.month + interval '{age} month')::date <= stayed.through"
        f" THEN ({age} = ANY(stayed.ages) IS TRUE)::integer END AS after_{age},"
        f" CASE WHEN (stayed.month + interval '{age} month')::date <= stayed.through THEN 1 END AS could_{age}"
        for age in AGES
    )
}
FROM stayed JOIN accounts_account AS account ON account.id = stayed.account_id
"""  # numbers of our own


def _plus(age: int) -> Words:
    return lambda: f"+{age}"


def _ages() -> tuple[Measure, ...]:
    measures: list[Measure] = []
    for age in AGES:
        measures += [
            Measure(f"after_{age}", lambda: "", Unit.COUNT, shown=False),
            Measure(f"could_{age}", lambda: "", Unit.COUNT, shown=False),
            Measure(f"share_{age}", _plus(age), Unit.SHARE, over=(f"after_{age}", f"could_{age}")),
        ]
    return tuple(measures)


COHORTS = Report(
    key="cohorts",
    title=lambda: _("Cohorts"),
    question=lambda: _("How long do customers stay?"),
    definition=lambda: _(
        "Customers by the month of their first recurring line, and the share of them who still had recurring "
        "service billed on the last day of the first, second … month after it. Months in which nothing is "
        "billed yet are left empty."
    ),
    groupings=(Grouping(MONTH, lambda: _("Began in")),),
    measures=(Measure("began", lambda: _("Customers"), Unit.COUNT), *_ages()),
    chart=(),
    parts=PARTS,
)
