"""Letting customers into their own pages."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from broadbill.accounts.operations.viewers import invite_account
from broadbill.accounts.queries.customers import customer_numbered
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires


class Invitation(forms.Form):
    """Who signs in, and what they see."""

    email = forms.EmailField(label=_lazy("E-mail"))
    with_children = forms.BooleanField(label=_lazy("Sees the accounts under this one too"), required=False)


@requires(Permission.CHANGE_ACCOUNTS)
@require_http_methods(["GET", "POST"])
def invite_customer(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = Invitation(request.POST or None, initial={"email": customer.email})
    question = Question(
        title=_("Invite %s to the portal") % customer.name,
        words=_("They get a letter with a link by which they choose a password. It is good for three days."),
        verb=_("Send the invitation"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        invited = invite_account(
            account_id=customer.id,
            email=form.cleaned_data["email"],
            # Not ticked leaves it as it was: another invitation does not take away what was granted.
            with_children=True if form.cleaned_data["with_children"] else None,
            site=settings.PUBLIC_URL,
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("%s gets a letter with a link.") % invited.email

    return ask(request, question, act)
