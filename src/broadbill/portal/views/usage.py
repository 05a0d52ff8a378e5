"""What was used and what is left."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from broadbill.identity.permissions import for_customers
from broadbill.portal.customer import looking
from broadbill.portal.templatetags.portal import here
from broadbill.reports.queries.usage_by_day import PERIODS_BACK, usage_of


@for_customers
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    """The current period of each meter, or as many periods ago as `back` says."""
    who = looking(request)
    asked = request.GET.get("back", "")
    back = min(int(asked), PERIODS_BACK) if asked.isascii() and asked.isdigit() else 0
    shown = usage_of(
        account_id=who.customer.id, today=timezone.localdate(), back=back, locale=here(), data_name=_("Data")
    )
    return render(request, "portal/usage.html", {"who": who, "usage": shown})
