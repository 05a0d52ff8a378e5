"""Dunning policies: what each does, for which customers."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods

from broadbill.accounts.domain.kinds import CustomerKind
from broadbill.accounts.queries.customers import customer_numbered
from broadbill.collections.domain.policy import USUAL, PolicyUnknown
from broadbill.collections.operations.policies import follow_policy, follow_policy_by_kind, set_policy
from broadbill.collections.queries.policies import (
    own_policy_of,
    policies_of_kinds,
    policy_detail,
    policy_list,
)
from broadbill.console.sheets import Question, ask
from broadbill.console.staff import staff
from broadbill.console.words import CUSTOMER_KINDS, DUNNING
from broadbill.identity.domain.permissions import Permission
from broadbill.identity.permissions import requires

ASKING = require_http_methods(["GET", "POST"])


class Laid(json.JSONEncoder):
    """JSON as people write it: a line for each part."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2})


class Written(forms.Form):
    """What a policy does, in the words of docs/guides/collections.md."""

    detail = forms.JSONField(
        label=_lazy("What is done when"),
        encoder=Laid,
        widget=forms.Textarea({"rows": 18, "class": "code", "spellcheck": "false"}),
        help_text=_lazy("Steps by days after a debt was due; the guide on collections lists the keys."),
    )


class New(Written):
    """The same under a name."""

    code = forms.SlugField(label=_lazy("Name"), max_length=40)
    field_order = ("code", "detail")


class Chosen(forms.Form):
    """One of the policies, or none."""

    def __init__(self, data: object, *, now: str, none: str) -> None:
        super().__init__(data, initial={"policy": now})  # type: ignore[arg-type]  # a QueryDict or None
        self.fields["policy"] = forms.ChoiceField(
            label=_("Policy"),
            required=False,
            choices=[("", none), *((one.code, one.code) for one in policy_list())],
        )


@requires(Permission.VIEW_PAYMENTS)
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    of_kinds = policies_of_kinds()
    context = {
        "policies": policy_list(),
        "kinds": [(kind, words, of_kinds.get(kind, "usual")) for kind, words in CUSTOMER_KINDS.items()],
        "acts": DUNNING,
        "kind_words": CUSTOMER_KINDS,
        "may_change": staff(request).may(Permission.CHANGE_SETTINGS),
    }
    return render(request, "console/dunning_policies.html", context)


@requires(Permission.CHANGE_SETTINGS)
@ASKING
def new_policy(request: HttpRequest) -> HttpResponse:
    form = New(request.POST or None, initial={"detail": USUAL})
    question = Question(
        title=_("New dunning policy"),
        words=_("Nobody is chased by it before it is chosen for a kind of customer or for a customer."),
        verb=_("Put in force"),
        form=form,
        back=_("Dunning policies"),
        back_href=reverse("console:dunning_policies"),
    )
    return ask(request, question, lambda: _set(request, form.cleaned_data["code"], form))


@requires(Permission.CHANGE_SETTINGS)
@ASKING
def change_policy(request: HttpRequest, code: str) -> HttpResponse:
    try:
        detail = policy_detail(code)
    except PolicyUnknown as unknown:
        raise Http404 from unknown
    form = Written(request.POST or None, initial={"detail": detail})
    question = Question(
        title=_("Dunning policy %s") % code,
        words=_("Debts that are chased by it go on by the new version. Steps that were taken stay taken."),
        verb=_("Put in force"),
        form=form,
        back=_("Dunning policies"),
        back_href=reverse("console:dunning_policies"),
    )
    return ask(request, question, lambda: _set(request, code, form))


@requires(Permission.CHANGE_SETTINGS)
@ASKING
def policy_of_kind(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in CUSTOMER_KINDS:
        raise Http404
    form = Chosen(request.POST or None, now=policies_of_kinds().get(kind, ""), none=_("The usual one"))
    question = Question(
        title=_("Dunning policy: %s") % CUSTOMER_KINDS[kind],
        words=_("Customers of this kind are chased by it, but for those who have one of their own."),
        verb=_("Choose"),
        form=form,
        back=_("Dunning policies"),
        back_href=reverse("console:dunning_policies"),
    )

    def act() -> str:
        follow_policy_by_kind(
            kind=CustomerKind(kind),
            policy=form.cleaned_data["policy"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("They are chased by it from the next pass on.")

    return ask(request, question, act)


@requires(Permission.REVERSE_PAYMENTS)
@ASKING
def policy_of_customer(request: HttpRequest, number: str) -> HttpResponse:
    customer = customer_numbered(number)
    form = Chosen(request.POST or None, now=own_policy_of(customer.id), none=_("As its kind of customer"))
    question = Question(
        title=_("Dunning policy of %s") % customer.name,
        words=_("By which policy this customer is chased when a bill is overdue."),
        verb=_("Choose"),
        form=form,
        back=customer.name,
        back_href=reverse("console:customer", args=[number]),
    )

    def act() -> str:
        follow_policy(
            account_id=customer.id,
            policy=form.cleaned_data["policy"],
            now=timezone.now(),
            actor=staff(request).actor,
        )
        return _("Chosen.")

    return ask(request, question, act)


def _set(request: HttpRequest, code: str, form: forms.Form) -> str:
    detail = form.cleaned_data["detail"]
    set_policy(code=code, detail=detail, now=timezone.now(), actor=staff(request).actor)
    return _("The policy %s is in force.") % code
