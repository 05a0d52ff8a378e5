"""Who uses most."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

PARTS = """
SELECT date_trunc('month', used.used_on)::date AS month, used.meter,
       used.meter || ' ' || account.number AS line,
       used.meter || ' · ' || account.number || ' ' || account.name AS line_name,
       'usage' AS kind, subscription.code || ' · ' || used.meter AS number, account.number AS account,
       used.used_on AS dated_on, used.records AS records, used.quantity AS quantity
FROM usage_dailyrollup AS used
JOIN accounts_account AS account ON account.id = used.account_id
JOIN contracts_subscription AS subscription ON subscription.id = used.subscription_id
WHERE used.used_on >= %(starts)s AND used.used_on < %(ends)s
"""

USED = Report(
    key="usage",
    title=lambda: _("Usage"),
    question=lambda: _("Who uses most?"),
    definition=lambda: _(
        "What the meters counted, by local day of use: the sum of the usage records in the meter's own unit, "
        "seconds for calls. Repeated records count once. Sum over meters only where their unit is the same."
    ),
    groupings=(
        Grouping("line", lambda: _("Meter and customer"), "line_name"),
        Grouping("meter", lambda: _("Meter")),
        Grouping(MONTH, lambda: _("Month")),
    ),
    measures=(
        Measure("records", lambda: _("Records"), Unit.COUNT),
        Measure("quantity", lambda: _("Quantity"), Unit.QUANTITY),
    ),
    chart=("quantity",),
    order="quantity",
    parts=PARTS,
    in_currency=False,
)
