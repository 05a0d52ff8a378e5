"""Every payment there was, found by receipt, method and day, and as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from broadbill.console.asked import day_in
from broadbill.console.exports import csv_file
from broadbill.console.words import CAME_BY
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.queries.payments import PaymentsAsked, all_payments, payment_page

HEAD = (
    "receipt", "account", "name", "received_on", "method", "amount", "currency", "reference", "taken_back_on",
)  # fmt: skip


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def payments(request: HttpRequest) -> HttpResponseBase:
    """The filters stand in the address: `q`, `method`, `from`, `to`; `as=csv` is a file of all that they leave."""
    asked = _asked(request.GET)
    if request.GET.get("as") == "csv":
        rows = (
            (row.number, row.account, row.account_name, row.received_on, row.method, row.amount,
             row.amount.currency.code, row.reference, row.taken_back_on or "")
            for row in all_payments(asked)
        )  # fmt: skip
        return csv_file(f"payments-{timezone.localdate()}", HEAD, rows)
    after = request.GET.get("after", "")
    context = {
        "page": payment_page(asked=asked, after=int(after) if after.isdigit() else None),
        "asked": asked,
        "ways": CAME_BY.items(),
        "methods": CAME_BY,
        "is_narrowed": asked != PaymentsAsked(),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/payments/list.html{part}", context)


def _asked(query: QueryDict) -> PaymentsAsked:
    method = query.get("method", "")
    return PaymentsAsked(
        number=query.get("q", "").strip(),
        method=method if method in CAME_BY else "",
        starts=day_in(query, "from"),
        last_day=day_in(query, "to"),
    )
