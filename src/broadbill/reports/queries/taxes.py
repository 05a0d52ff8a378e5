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
UNION ALL
SELECT date_trunc('month', given.dated_on)::date,
       concat_ws(' ', relief.name, trim_scale(relief.rate) || '%%', nullif(relief.category, '')),
       profile.country, 'bad_debt', document.number, account.number, given.dated_on,
       NULL, given.sign * relief.base, given.sign * relief.amount
FROM payments_taxrelief AS relief
CROSS JOIN LATERAL (VALUES (relief.relieved_on, -1), (relief.reversed_on, 1)) AS given(dated_on, sign)
JOIN payments_writeoff AS write_off ON write_off.id = relief.write_off_id
JOIN billing_document AS document ON document.id = write_off.document_id
JOIN accounts_account AS account ON account.id = document.account_id
JOIN accounts_profile AS profile ON profile.id = document.profile_id
WHERE given.dated_on >= %(starts)s AND given.dated_on < %(ends)s AND document.currency = %(currency)s
"""

TAXES = Report(
    key="taxes",
    title=lambda: _("Tax"),
    question=lambda: _("How much tax did we charge, at which rates?"),
    definition=lambda: _(
        "The taxes on the invoices and credit notes issued in the month, by name, rate and category, with "
        "the amounts they were charged on, less what was given back in the month on debts written off, and "
        "with what is owed again of it. The sum of the taxes is what was posted to tax payable."
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
