"""What was billed before tax, by month, plan, region and kind of charge."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

# The plan of a line is the one its service was on, as known today, on the first day of the line, else the one before.
PARTS = """
SELECT date_trunc('month', document.issued_on)::date AS month, coalesce(plan.code, '') AS plan,
       coalesce(plan.name, '') AS plan_name, profile.region, profile.country, line.kind AS charge,
       document.kind, document.number, account.number AS account, document.issued_on AS dated_on,
       document.id AS documents, line.amount AS billed
FROM billing_document AS document
JOIN billing_line AS line ON line.document_id = document.id
JOIN accounts_account AS account ON account.id = document.account_id
JOIN accounts_profile AS profile ON profile.id = document.profile_id
LEFT JOIN LATERAL (
    SELECT term.plan_id FROM contracts_subscriptionterm AS term
    WHERE term.subscription_id = line.subscription_id AND term.superseded_at IS NULL
    ORDER BY lower(term.holds) <= coalesce(line.starts_on, document.issued_on) DESC,
             CASE WHEN lower(term.holds) <= coalesce(line.starts_on, document.issued_on)
                  THEN coalesce(line.starts_on, document.issued_on) - lower(term.holds)
                  ELSE lower(term.holds) - coalesce(line.starts_on, document.issued_on) END
    LIMIT 1
) AS held ON true
LEFT JOIN catalog_plan AS plan ON plan.id = held.plan_id
WHERE document.issued_on >= %(starts)s AND document.issued_on < %(ends)s AND document.currency = %(currency)s
"""

BILLED = Report(
    key="billed",
    title=lambda: _("Billed"),
    question=lambda: _("What did we bill, for which plans and where?"),
    definition=lambda: _(
        "The lines of the invoices and credit notes issued in the month, before tax; credit notes count with "
        "their minus. The sum of all lines is the sum of the documents' subtotals."
    ),
    groupings=(
        Grouping(MONTH, lambda: _("Month")),
        Grouping("plan", lambda: _("Plan"), "plan_name"),
        Grouping("region", lambda: _("Region")),
        Grouping("country", lambda: _("Country")),
        Grouping("charge", lambda: _("Kind of charge")),
    ),
    measures=(
        Measure("documents", lambda: _("Documents"), Unit.COUNT, counts=True),
        Measure("billed", lambda: _("Billed"), Unit.MONEY),
    ),
    chart=("billed",),
    order="billed",
    parts=PARTS,
)
