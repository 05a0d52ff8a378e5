"""The list of customers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires
from broadbill.payments.queries.customers import COUNTED_TO, View, customer_page

VIEWS = {
    View.ALL: _("All"),
    View.OVERDUE: _("Overdue"),
    View.SUSPENDED: _("Suspended"),
    View.IN_CREDIT: _("In credit"),
    View.CLOSED: _("Closed"),
}


@requires(Permission.VIEW_ACCOUNTS)
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """Search, view and page stand in the address. htmx swaps the rows alone."""
    asked = request.GET.get("q", "").strip()
    shown = request.GET.get("view", "")
    view = View(shown) if shown in set(View) else View.ALL
    after = request.GET.get("after", "")
    page = customer_page(
        as_of=timezone.localdate(), asked=asked, view=view, after=int(after) if after.isdigit() else None
    )
    context = {
        "page": page,
        "asked": asked,
        "view": view,
        "views": VIEWS.items(),
        "kept": [("view", view.value)] if view is not View.ALL else [],
        "counted_to": COUNTED_TO,
        "may_add": staff(request).may(Permission.CHANGE_ACCOUNTS),
    }
    part = "#rows" if getattr(request, "htmx", False) else ""
    return render(request, f"console/customers/list.html{part}", context)
