"""The list of customers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from broadbill.console.asked import key_in
from broadbill.console.exports import csv_file
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.queries.customers import COUNTED_TO, View, all_customers, customer_page

HEAD = ("number", "name", "place", "plans", "balance", "currency", "days_late")
VIEWS = {
    View.ALL: _("All"),
    View.OVERDUE: _("Overdue"),
    View.SUSPENDED: _("Suspended"),
    View.IN_CREDIT: _("In credit"),
    View.CLOSED: _("Closed"),
}


@requires(Permission.VIEW_ACCOUNTS)
@require_GET
def customers(request: HttpRequest) -> HttpResponseBase:
    """Search, view and page stand in the address. htmx swaps the rows alone; `as=csv` is a file."""
    asked = request.GET.get("q", "").strip()
    shown = request.GET.get("view", "")
    view = View(shown) if shown in set(View) else View.ALL
    today = timezone.localdate()
    if request.GET.get("as") == "csv":
        rows = (
            (
                row.number,
                row.name,
                row.place,
                " + ".join(row.plans),
                row.balance,
                row.balance.currency.code,
                row.late_days,
            )
            for row in all_customers(as_of=today, asked=asked, view=view)
        )  # fmt: skip
        return csv_file(f"customers-{today}", HEAD, rows)
    page = customer_page(as_of=today, asked=asked, view=view, after=key_in(request.GET))
    context = {
        "page": page,
        "asked": asked,
        "view": view,
        "views": VIEWS.items(),
        "kept": [("view", view.value)] if view is not View.ALL else [],
        "counted_to": COUNTED_TO,
        "may_add": staff(request).may(Permission.CHANGE_ACCOUNTS),
        "may_import": staff(request).may(Permission.IMPORT_RECORDS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/customers/list.html{part}", context)
