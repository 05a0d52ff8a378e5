"""Seeing the portal as a customer does: beginning it from their page, ending it from the banner."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from broadbill.accounts.operations.standing_in import LASTS_MINUTES, begin_standing_in, end_standing_in
from broadbill.accounts.queries.find import account_numbered
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.identity.adapters.standing_in import forget_stand_in, keep_stand_in, stand_in_of
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import for_staff, requires


class Why(forms.Form):
    reason = forms.CharField(
        label=_lazy("Why"), max_length=140, help_text=_lazy("A ticket, or what the customer asks about.")
    )


@requires(Permission.STAND_IN)
@require_http_methods(["GET", "POST"])
def stand_in(request: HttpRequest, number: str) -> HttpResponse:
    found = account_numbered(number)
    form = Why(request.POST or None)
    question = Question(
        title=_("The portal of %s") % found.name,
        words=_(
            "You see what the customer sees, and change nothing. It ends by itself after %(minutes)s minutes and"
            " stands in the audit trail with your name."
        )
        % {"minutes": LASTS_MINUTES},
        verb=_("Open the portal"),
        form=form,
        back=found.name,
        back_href=reverse("console:customer", args=[number]),
        done_href=reverse("portal:home"),
    )

    def act() -> str:
        reason = form.cleaned_data["reason"]
        ends_at = begin_standing_in(
            account_id=found.id, reason=reason, actor=staff(request).actor, now=timezone.now()
        )
        keep_stand_in(request, account=number, ends_at=ends_at)
        return ""

    return ask(request, question, act)


@for_staff
@require_POST
def end_stand_in(request: HttpRequest) -> HttpResponse:
    """Pressed after its time, it leads back and keeps no other end than the one that was announced."""
    kept, now = stand_in_of(request), timezone.now()
    if kept is None:
        return redirect("console:customers")
    if now < kept.ends_at:
        found = account_numbered(kept.account)
        end_standing_in(account_id=found.id, actor=staff(request).actor, now=now)
    forget_stand_in(request)
    return redirect("console:customer", kept.account)
