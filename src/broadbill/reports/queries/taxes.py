"""The tax of the documents by rate and month: what a return asks for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from broadbill.reports.domain.report import MONTH, Grouping, Measure, Report
from broadbill.reports.domain.table import Unit

PARTS = """
SELECT date_trunc('month', document.issued_on)::date AS month,
       concat_ws(' ', tax.name, trim_scale(tax.rate) || '%%', nullif(tax.category, '')) AS rate,
       profile.country, document.kind, document.number, account.number AS account, document.issued_on AS dated_on,
       document.id AS documents, tax.base AS base, tax.amount AS tax
FROM billing_document AS document
JOIN billing_documenttax AS tax ON tax.document_id = document.id
JOIN accounts_account AS account ON account.id = document.account_id
JOIN accounts_profile AS profile ON profile.id = document.profile_id
WHERE document.issued_on >= %(starts)s AND document.issued_on < %(ends)s AND document.currency = %(currency)s
"""

TAXES = Report(
    key="taxes",
    title=lambda: _("Tax"),
    question=lambda: _("How much tax did we charge, at which rates?"),
    definition=lambda: _(
        "The taxes on the invoices and credit notes issued in the month, by name, rate and category, with "
        "the amounts they were charged on. The sum of the taxes is the sum of the documents' tax, and of "
        "what was posted to tax payable."
    ),
    groupings=(
        Grouping("rate", lambda: _("Tax and rate")),
        Grouping(MONTH, lambda: _("Month")),
        Grouping("country", lambda: _("Country")),
    ),
    measures=(
        Measure("documents", lambda: _("Documents"), Unit.COUNT, counts=True),
        Measure("base", lambda: _("Charged on"), Unit.MONEY),
        Measure("tax", lambda: _("Tax"), Unit.MONEY),
    ),
    chart=("tax",),
    order="tax",
    parts=PARTS,
)
