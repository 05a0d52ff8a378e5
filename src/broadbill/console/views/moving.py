"""A customer moves house, and takes their services along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadbill.accounts.operations.locations import NewLocation
from broadbill.accounts.queries.find import account_numbered
from broadbill.console.sale_forms import Move
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.contracts.operations.moving import move as move_services
from broadbill.contracts.queries.subscriptions import subscriptions_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires


@requires(Permission.CHANGE_SUBSCRIPTIONS)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str) -> HttpResponse:
    found = account_numbered(number)
    services = [
        (one.id, f"{one.plan_name} ({one.code})")
        for one in subscriptions_of(account_id=found.id, as_of=timezone.localdate())
        if one.state != "ended"
    ]
    form = Move(request.POST or None, services=services, country=found.profile.country)
    question = Question(
        title=_("%s moves") % found.name,
        words=_("From now on service is delivered there. Change the plan too if the new place has another."),
        verb=_("Move"),
        form=form,
        back=found.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        given = form.cleaned_data
        place = NewLocation(
            account_id=found.id,
            country=given["country"].upper(),
            **{key: given[key] for key in ("street", "postcode", "city", "region")},
        )
        move_services(
            place=place,
            subscription_ids=given["services"],
            bills_too=given["bills_too"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Moved to %s.") % place.street

    return ask(request, question, act)
